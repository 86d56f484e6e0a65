from __future__ import annotations

import pytest

from dwell.errors import NoDataError
from dwell.live import target
from dwell.live.target import Target


@pytest.mark.parametrize(
    "text",
    [
        "@Demo.One",
        "demo.one",
        " demo.one ",
        "https://www.tiktok.com/@demo.one",
        "https://www.tiktok.com/@demo.one?lang=de",
        "tiktok.com/@Demo.One/",
        "https://www.tiktok.com/@demo.one/video/7350810998023949599",
    ],
)
def test_an_account_in_every_form(text):
    assert target.parse_account(text) == Target("account", "demo.one")


def test_an_account_by_its_id():
    found = target.parse_account("6812345678901234567")
    assert found.account_id == "6812345678901234567"
    assert str(found) == "id:6812345678901234567"
    assert target.parse_account("id:6812345678901234567") == found


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "two words", "https://www.tiktok.com/", "demo!", "@..", "_", "https://www.tiktok.com/@..",
        "https://eviltiktok.com/@foo", "https://www.tiktok.com.example/@foo", "https://foo@www.tiktok.com/@foo",
        "https://www.tiktok.com/foo", "http://[tiktok.com",
    ],
)  # fmt: skip
def test_text_that_is_not_an_account_is_refused(text):
    with pytest.raises(NoDataError, match="isn't an account"):
        target.parse_account(text)


@pytest.mark.parametrize(
    ("link", "cure"),
    [
        ("tiktok.com/tag/OnePan", "write #onepan"),
        ("https://m.tiktok.com/music/x-735081100?lang=en", "write sound:735081100"),
        ("https://www.tiktok.com/music/x", "write sound:ID"),
        ("https://vm.tiktok.com/ZMabc/", "give the long link"),
        ("https://www.tiktok.com/t/ZMabc/", "give the long link"),
    ],
)
def test_a_link_to_something_else_says_what_to_write(link, cure):
    with pytest.raises(NoDataError, match=cure):
        target.parse_account(link)


@pytest.mark.parametrize(
    "text", ["#OnePan", "onepan", "https://www.tiktok.com/tag/onepan", "https://www.tiktok.com/tag/onepan?lang=en"]
)
def test_a_hashtag(text):
    assert target.parse_hashtag(text) == Target("hashtag", "onepan")


@pytest.mark.parametrize(
    "text",
    [
        "7350811000000000001",
        "https://www.tiktok.com/music/some-song-7350811000000000001",
        "https://www.tiktok.com/music/x-7350811000000000001?lang=en",
    ],
)
def test_a_sound(text):
    assert target.parse_sound(text) == Target("sound", "7350811000000000001")


def test_spacing_does_not_change_a_search():
    assert target.parse_search("  Lemon   ORZO ") == Target("search", "lemon orzo")
    with pytest.raises(NoDataError, match="search is empty"):
        target.parse_search("  ")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@a", "account"),
        ("a", "account"),
        ("#a", "hashtag"),
        ("hashtag:a", "hashtag"),
        ("sound:735081100", "sound"),
        ("search:two words", "search"),
    ],
)
def test_members_of_a_watchlist(text, kind):
    assert target.parse_target(text).kind == kind


def test_bad_hashtags_and_sounds_are_refused():
    with pytest.raises(NoDataError):
        target.parse_hashtag("#two words")
    with pytest.raises(NoDataError):
        target.parse_sound("some song")
