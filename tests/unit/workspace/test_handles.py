from __future__ import annotations

import pytest

from dwell.errors import NoDataError
from dwell.workspace.workspace import parse_handle


@pytest.mark.parametrize(
    "text",
    [
        "@Some.One",
        "some.one",
        " @some.one ",
        "https://www.tiktok.com/@Some.One",
        "https://www.tiktok.com/@some.one/?lang=en",
        "tiktok.com/@some.one?x=1",
    ],
)
def test_spellings_of_a_creator(text: str) -> None:
    assert parse_handle(text) == "some.one"


@pytest.mark.parametrize("text", ["@", "", " "])
def test_text_without_an_account_is_refused(text: str) -> None:
    with pytest.raises(NoDataError, match="@handle"):
        parse_handle(text)
