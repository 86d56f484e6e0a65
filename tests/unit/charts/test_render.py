from __future__ import annotations

import re
import struct

import pytest

from dwell import charts
from dwell.charts import render
from dwell.charts.theme import PALETTE

NASTY = "</script><script>alert(1)</script> \"quoted\" & <b>bold</b> 'x'"


@pytest.fixture(scope="module")
def chart():
    posts = [
        {"post_id": str(i), "caption": NASTY, "bucket": "<=10", "engagement_rate": i / 100, "excluded": None}
        | {"url": "https://www.tiktok.com/@a/video/1?a=1&b=2" if i % 2 else "javascript:alert(1)"}
        for i in range(1, 9)
    ]
    marks = [{"bucket": "<=10", "n": 8, "engagement_rate_median": 0.04, "engagement_rate_p90": 0.07}]
    return charts.benchmarks(posts, marks)


def test_svg_in_both_palettes(chart):
    light, dark = render.svg(chart), render.svg(chart, dark=True)
    assert PALETTE["ink"].light in light
    assert PALETTE["ink"].dark not in light
    assert PALETTE["ink"].dark in dark
    assert not {shade.light for shade in PALETTE.values()} & set(re.findall(r"#[0-9a-f]{6}", dark))


def test_png_has_the_size_of_the_chart(chart):
    picture = render.png(chart, scale=1)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 700
    assert height > 100
    assert struct.unpack(">I", render.png(chart, scale=2)[16:20])[0] == pytest.approx(2 * width, abs=2)


def test_the_interactive_page_needs_no_network_and_no_caption_ends_its_script(chart):
    page = render.html(chart)
    assert "alert(1)" in page
    assert "</script><script>alert" not in page
    assert page.count("</script>") == 2
    outside = re.sub(r"(<script[^>]*>).*?(</script>)", r"\1\2", page, flags=re.DOTALL)
    assert not re.findall(r"\b(?:src|href)=", outside)


def test_a_figure_escapes_captions_and_links_only_to_the_web(chart):
    svg = render.figure(chart, "a").svg
    assert "<b>" not in svg
    assert "<script" not in svg
    assert "javascript:" not in svg
    assert svg.count("<a ") == svg.count('tabindex="-1"') == 4
    assert "https://www.tiktok.com/@a/video/1?a=1&amp;b=2" in svg


def test_a_figure_has_its_words_apart_and_no_ground(chart):
    figure = render.figure(chart, "a")
    assert figure.title == "Engagement rate by video length"
    assert figure.title not in figure.svg.split(">", 1)[1]
    assert f'aria-label="{figure.title}"' in figure.svg
    assert "style=" not in figure.svg
    assert "<title>" in figure.svg


def test_a_figure_uses_palette_colours_only(chart):
    used = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)", render.figure(chart, "a").svg))
    assert used <= {shade.light for shade in PALETTE.values()}


def test_ids_of_two_figures_do_not_meet(chart):
    one, other = (set(re.findall(r'\bid="([^"]+)"', render.figure(chart, key).svg)) for key in ("a", "b"))
    assert not one & other
