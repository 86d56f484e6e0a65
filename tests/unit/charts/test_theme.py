from __future__ import annotations

import itertools

from dwell.charts import theme
from dwell.charts.theme import PALETTE


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_reaches_wcag_aa_on_both_grounds():
    for role, ground, mode in itertools.product(
        ("ink", "muted", "accent", "warm", "teal", "violet"), ("paper", "page", "empty"), ("light", "dark")
    ):
        found = contrast(getattr(PALETTE[role], mode), getattr(PALETTE[ground], mode))
        assert found >= 4.5, (role, ground, mode, found)


def test_marks_reach_three_to_one_on_paper():
    for role, mode in itertools.product(("dot", "unsure", "accent", "warm", "violet"), ("light", "dark")):
        assert contrast(getattr(PALETTE[role], mode), getattr(PALETTE["paper"], mode)) >= 3, (role, mode)


def test_counts_can_be_read_on_every_step_of_the_heat_map():
    for step, mode in itertools.product(range(1, 6), ("light", "dark")):
        text = PALETTE["on_strong" if step >= 4 else "on_faint"]
        found = contrast(getattr(text, mode), getattr(PALETTE[f"heat{step}"], mode))
        assert found >= 4.5, (step, mode, found)


def test_light_values_are_unique_so_that_each_can_be_exchanged():
    assert len({shade.light for shade in PALETTE.values()}) == len(PALETTE)
    assert not {shade.light for shade in PALETTE.values()} & {shade.dark for shade in PALETTE.values()}


def test_darken_exchanges_palette_colours_and_nothing_else():
    spec = {"a": PALETTE["ink"].light, "b": [PALETTE["paper"].light, "#123456", 3, None]}
    assert theme.darken(spec) == {"a": PALETTE["ink"].dark, "b": [PALETTE["paper"].dark, "#123456", 3, None]}


def test_wrapped_breaks_between_words():
    assert theme.wrap_text("one two three", 7) == ["one two", "three"]
