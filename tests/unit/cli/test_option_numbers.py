"""Numbers that are too large, negative or none at all, in every option that takes a number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dwell.cli.command_tree import walk_commands
from dwell.cli.main import main, make_command
from dwell.cli.option_values import MOST

WORDS = {"track": ["https://www.tiktok.com/@demo_kitchen/video/7640060859301845013"], "webhooks log": ["wh_1"]}


TEXTS = ("99999999999999999999", "9" * 5_000, str(MOST + 1), "-" + "9" * 30, "nan", "1e400")
SEEDS = ("9" * 5_000, "nan", "1e400")  # any whole number gives a world


def _numbers() -> Iterator[tuple[tuple[str, ...], str]]:
    for name, command in walk_commands(make_command()):
        for param in command.params:
            kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
            if name and kind in {int, float} and "--verbose" not in param.opts:
                yield tuple(name.split()), param.opts[-1]


NUMBERS = sorted(set(_numbers()), key=str)


def test_there_are_such_options() -> None:
    known = {"--limit", "--posts", "--days", "--max-credits", "--port", "--speed"}
    assert known <= {option for _, option in NUMBERS}


@pytest.mark.parametrize(("words", "option"), NUMBERS, ids=[" ".join([*words, option]) for words, option in NUMBERS])
def test_a_number_that_no_option_takes_is_one_sentence(
    words: tuple[str, ...], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    required = ["--creator", "@a"] if words[0] in {"posts", "growth", "score", "audience"} else []
    for text in SEEDS if option == "--seed" else TEXTS:
        assert main([*words, *WORDS.get(" ".join(words), []), *required, option, text]) in {1, 2}
        said = capsys.readouterr().err
        assert said.startswith("dwell: ")
        assert said.count("\n") == 1
        assert len(said) < 600
