from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dwell.providers.links import LinkError, check_id, parse_link
from dwell.text.ids import minted_at

ID = "7170520270497680683"

# Real ids from public documentation; what their upper 32 bits say was checked against their publishing times.
TABLE = [
    ("https://www.tiktok.com/@someone/video/6748451240264420610", "6748451240264420610", "someone"),
    ("https://www.tiktok.com/@some.one_/video/6742501081818877190?langCountry=en", "6742501081818877190", "some.one_"),
    ("http://m.tiktok.com/v/6984138651336838402.html", "6984138651336838402", None),
    ("https://www.tiktokv.com/share/video/7404519706050170117/", "7404519706050170117", None),
    ("https://www.tiktok.com/player/v1/6990565363377392901?music_info=1", "6990565363377392901", None),
    (f"https://www.tiktok.com/@/video/{ID}", ID, None),
    (f"https://www.tiktok.com/@_/video/{ID}", ID, None),
    (f"https://www.tiktok.com/@placeholder/video/{ID}", ID, None),
    (f"https://www.tiktok.com/embed/v2/{ID}?lang=en", ID, None),
    (f"https://www.tiktok.com/embed/{ID}", ID, None),
    (f"https://www.tiktok.com/video/{ID}", ID, None),
    (f"https://www.tiktok.com/pt-BR/@Someone/video/{ID}?is_from_webapp=1&sender_device=pc", ID, "someone"),
    (f"https://www.tiktok.com/en/@someone/video/{ID}#top", ID, "someone"),
    (f"https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F{ID}", ID, "a"),
    (f"https://www.tiktok.com/oembed?url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F{ID}", ID, "a"),
    (f"WWW.TikTok.com/@a/video/{ID}/", ID, "a"),
    (f" <https://www.tiktok.com/@a/video/{ID}>\u200b ", ID, "a"),
    (f"Look at this! https://www.tiktok.com/@a/video/{ID}?_r=1&_t=x via TikTok", ID, "a"),
    (f"\nhttps://www.tiktok.com/player/v1/{ID}", ID, None),
    (ID, ID, None),
]


@pytest.mark.parametrize(("text", "post_id", "handle"), TABLE)
def test_links_to_posts(text: str, post_id: str, handle: str | None) -> None:
    link = parse_link(text)
    assert (link.post_id, link.handle) == (post_id, handle)


def test_a_photo_post_stays_one() -> None:
    assert parse_link(f"https://www.tiktok.com/@a/photo/{ID}").url == f"https://www.tiktok.com/@a/photo/{ID}"


def test_a_sec_uid_is_no_handle() -> None:
    link = parse_link(f"https://www.tiktok.com/@MS4wLjABAAAAabc/video/{ID}")
    assert (link.handle, link.sec_uid) == (None, "MS4wLjABAAAAabc")


def test_an_unknown_handle_is_written_as_an_underscore() -> None:
    assert parse_link(ID).url == f"https://www.tiktok.com/@_/video/{ID}"


@pytest.mark.parametrize("text", ["https://vm.tiktok.com/ZTR45GpSF/", "https://www.tiktok.com/t/ZTR45GpSF"])
def test_a_short_link_has_a_code_and_no_id(text: str) -> None:
    assert (parse_link(text).post_id, parse_link(text).code) == (None, "ZTR45GpSF")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://www.tiktok.com/@user/video/123", "bad_id"),
        ("https://www.tiktok.com/@user/video/1234567890", "bad_id"),
        (f"https://www.tiktok.com/@user/video/{ID}abc", "bad_id"),
        ("v09044g40000cxxxxxxxxxxxxxxxxxxx", "bad_id"),
        ("7.35081E+18", "bad_id"),
        ("1729384700000000000", "bad_id"),
        ("0123456789012345678", "bad_id"),
        (f"https://tiktok.com.evil.example/@user/video/{ID}", "bad_host"),
        (f"https://eviltiktok.com/@user/video/{ID}", "bad_host"),
        (f"https://tiktok.com@evil.example/@user/video/{ID}", "bad_host"),
        (f"https://www.tiktok.com:8080/@user/video/{ID}", "bad_host"),
        (f"https://evil.example/?u=https://www.tiktok.com/@user/video/{ID}", "bad_host"),
        (f"https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fevil.example%2Fvideo%2F{ID}", "bad_host"),
        ("javascript:alert(1)", "bad_scheme"),
        ("file:///etc/passwd", "bad_scheme"),
        ("https://www.tiktok.com/@user", "profile_url"),
        ("https://www.tiktok.com/@user/live", "live_url"),
        ("https://m.tiktok.com/share/live/7170520270497680683", "live_url"),
        ("https://www.tiktok.com/tag/dance", "not_a_post"),
        ("https://www.tiktok.com/music/song-7170520270497680683", "not_a_post"),
        ("https://www.tiktok.com/@user/playlist/x-7170520270497680683", "not_a_post"),
        ("https://shop.tiktok.com/view/product/1729384700000000000", "shop_url"),
        ("https://www.tiktok.com/view/product/1729384700000000000", "shop_url"),
        (f"https://www.tiktok.com/tiktokstudio/analytics/{ID}", "studio_url"),
        (f"https://www.douyin.com/video/{ID}", "douyin"),
        ("", "empty"),
    ],
)
def test_what_is_no_post_says_why(text: str, reason: str) -> None:
    with pytest.raises(LinkError) as caught:
        parse_link(text)
    assert caught.value.reason == reason


def test_loose_reading_takes_ids_from_other_pages() -> None:
    assert parse_link(f"https://www.tiktok.com/foryou?item_id={ID}", loose=True).post_id == ID
    assert parse_link(f"https://www.tiktok.com/tiktokstudio/analytics/{ID}", loose=True).post_id == ID


@pytest.mark.parametrize(
    ("post_id", "minted"),
    [
        ("7612545815780805904", datetime(2026, 3, 2, 6, 45, 42, tzinfo=UTC)),
        ("7608627113117125889", datetime(2026, 2, 19, 17, 19, 8, tzinfo=UTC)),
        ("7595200027580976385", datetime(2026, 1, 14, 12, 55, 11, tzinfo=UTC)),
        ("6748451240264420610", datetime(2019, 10, 16, 17, 17, 25, tzinfo=UTC)),
    ],
)
def test_the_time_in_an_id(post_id: str, minted: datetime) -> None:
    assert minted_at(post_id) == minted


def test_an_id_from_tomorrow_is_the_last_that_passes() -> None:
    assert check_id("7710036667976908799")
    with pytest.raises(LinkError, match="impossible"):
        check_id("7712000000000000000")


def test_links_to_several_posts_are_no_link() -> None:
    one, two = (
        f"https://www.tiktok.com/@a/video/{post_id}" for post_id in ("7350810998023949599", "7350810998023949600")
    )
    with pytest.raises(LinkError, match="several posts"):
        parse_link(f"{one}, {two}")
    assert parse_link(f"{one} {one}?a=b").post_id == "7350810998023949599"
