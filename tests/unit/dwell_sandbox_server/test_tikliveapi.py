from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dwell_sandbox import World
from dwell_sandbox.server.ids import short_code
from dwell_sandbox.server.response import ProtocolOptions


def _user_id(ask, handle: str = "demo_kitchen") -> str:
    return ask.tiklive("userid", username=handle)["id"]


def _all_posts(ask, user_id: str, count: int = 35) -> list[dict]:
    rows, cursor, more = [], "0", True
    while more:
        page = ask.tiklive("user-posts", userid=user_id, count=count, cursor=cursor)
        assert isinstance(page["cursor"], str)
        assert isinstance(page["hasMore"], bool)
        rows += page["videos"]
        cursor, more = page["cursor"], page["hasMore"]
    return rows


def test_a_handle_leads_to_an_id_and_the_id_to_the_account(ask, world: World, now: datetime):
    user_id = _user_id(ask, "@Demo_Kitchen")
    assert user_id == world.creator_id("demo_kitchen")
    info = ask.tiklive("userinfo-by-id", userid=user_id)
    assert info == ask.tiklive("userinfo-by-username", username="demo_kitchen")
    profile = world.profile("demo_kitchen", now)
    assert info["user"]["uniqueId"] == "demo_kitchen"
    assert info["user"]["privateAccount"] is info["user"]["secret"] is False
    assert info["stats"]["followerCount"] == profile.followers
    assert info["stats"]["heart"] == info["stats"]["heartCount"] == profile.total_likes
    assert (info["stats"]["videoCount"], info["stats"]["followingCount"]) == (profile.post_count, profile.following)


@pytest.mark.parametrize("count", [35, 7])
def test_all_pages_together_are_all_posts_each_once(ask, world: World, now: datetime, count: int):
    rows = _all_posts(ask, _user_id(ask), count)
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    there = [post.post_id for post in world.posts("demo_kitchen", since=joined, at=now)]
    post_ids = [row["video_id"] for row in rows]
    assert sorted(post_ids) == sorted(there)
    pinned = world.pinned("demo_kitchen", now)
    assert {row["video_id"] for row in rows[:3]} == pinned
    assert [row["is_top"] for row in rows] == [1] * 3 + [0] * (len(rows) - 3)
    assert post_ids[3:] == [post_id for post_id in there if post_id not in pinned]


def test_the_cursor_is_text_of_milliseconds_and_means_older_than(ask):
    user_id = _user_id(ask)
    first = ask.tiklive("user-posts", userid=user_id, count=10)
    last = first["videos"][-1]
    assert first["cursor"] == str(last["create_time"] * 1000)
    second = ask.tiklive("user-posts", userid=user_id, count=10, cursor=first["cursor"])
    assert all(row["create_time"] < last["create_time"] for row in second["videos"])
    again = ask.tiklive("user-posts", userid=user_id, count=10, cursor=str(int(first["cursor"]) + 1))
    assert again["videos"][0]["video_id"] == last["video_id"]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (35, 35), (36, 35), (9_999, 35), (None, 10)])
def test_the_count_of_a_page_is_clamped_to_1_to_35(ask, asked: int | None, given: int):
    query = {} if asked is None else {"count": asked}
    assert len(ask.tiklive("user-posts", userid=_user_id(ask), cursor="1700000000000", **query)["videos"]) == given


def test_aweme_id_is_a_media_id_unless_the_seed_style_is_set(make, ask):
    row = ask.tiklive("user-posts", userid=_user_id(ask), count=1)["videos"][0]
    assert row["aweme_id"].startswith("v09044g40000c")
    assert len(row["aweme_id"]) == 33
    numeric = make(options=ProtocolOptions(aweme_id_style="numeric"))
    row = numeric.tiklive("user-posts", userid=_user_id(numeric), count=1)["videos"][0]
    assert row["aweme_id"] == row["video_id"]


def test_photos_ads_null_free_lists_and_mime_titles_are_all_there(ask):
    rows = _all_posts(ask, _user_id(ask))
    photos = [row for row in rows if "images" in row]
    assert photos
    assert all(row["duration"] == 0 and row["images"] for row in photos)
    assert all(row["duration"] > 0 for row in rows if "images" not in row)
    assert any(row["is_ad"] is True for row in rows)
    assert {type(row["is_ad"]) for row in rows} == {bool}
    assert any(row["title"].startswith("=?utf-8?B?") for row in rows)
    assert any(row["play"] == "" for row in rows)


@pytest.mark.parametrize(
    "form",
    [
        "https://www.tiktok.com/@demo_kitchen/video/{id}",
        "https://m.tiktok.com/v/{id}.html",
        "https://www.tiktok.com/@/video/{id}?is_from_webapp=1",
        "{id}",
        "https://vm.tiktok.com/{code}/",
        "https://www.tiktok.com/t/{code}/",
    ],
)
def test_any_link_leads_to_the_one_flat_video(ask, form: str):
    row = ask.tiklive("user-posts", userid=_user_id(ask), count=10)["videos"][5]
    link = form.format(id=row["video_id"], code=short_code(row["video_id"]))
    detail = ask.tiklive("post-detail", url=link)
    assert detail["id"] == row["video_id"]
    assert "video_id" not in detail
    assert "is_top" not in detail
    assert detail["play_count"] == row["play_count"]


@pytest.mark.parametrize("link", ["https://tiktok.com.evil.example/@u/video/7170520270497680683", "7.3E+18", "@demo"])
def test_a_text_that_is_not_a_link_to_a_post_is_rejected(ask, link: str):
    assert ask.tiklive("post-detail", url=link) == {"message": "Url parsing is failed! Please check url."}


def test_a_post_of_the_simulated_future_is_found_by_its_link(world: World, make, seconds):
    ahead = make(speed=3600)
    seconds.gone += 30 * 24  # thirty simulated days
    row = ahead.tiklive("user-posts", userid=_user_id(ahead), count=5)["videos"][3]
    assert row["create_time"] > datetime(2026, 11, 21, tzinfo=UTC).timestamp()
    link = f"https://www.tiktok.com/@demo_kitchen/video/{row['video_id']}"
    assert ahead.tiklive("post-detail", url=link)["id"] == row["video_id"]


def test_a_deleted_or_unknown_post_is_unavailable(ask, world: World, now: datetime):
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    gone = next(
        post.post_id
        for post in world.published_posts("demo_kitchen", since=joined, until=now)
        if (world.deleted_at(post.post_id) or now) < now
    )
    for post_id in (gone, "7170520270497680683"):
        assert ask.tiklive("post-detail", url=post_id) == {"message": "Video is unavailable"}
        assert ask.tiklive("post-comments", url=post_id) == {"message": "Video is unavailable"}


def test_comments_come_page_by_page_as_many_as_the_counter_says(ask, world: World, now: datetime):
    row = ask.tiklive("user-posts", userid=_user_id(ask), count=20)["videos"][12]
    cursor, more, comments = 0, True, []
    while more:
        page = ask.tiklive("post-comments", url=row["video_id"], count=50, cursor=cursor)
        assert page["total"] == row["comment_count"]
        comments += page["comments"]
        cursor, more = page["cursor"], page["hasMore"]
    assert cursor == row["comment_count"] > 0
    truth = world.comments(row["video_id"], now, row["comment_count"])
    texts = {each["id"]: (each["text"], each["digg_count"], each["reply_total"]) for each in comments}
    assert len(comments) <= len(truth)
    assert texts.items() <= {each.comment_id: (each.text, each.likes, each.replies) for each in truth}.items()


@pytest.mark.parametrize(("endpoint", "key"), [("user-followers", "followers"), ("user-following", "followings")])
def test_followers_are_paged_by_time_in_seconds(ask, world: World, now: datetime, endpoint: str, key: str):
    user_id = _user_id(ask, "demo_pantry")
    first = ask.tiklive(endpoint, userid=user_id, count=30)
    second = ask.tiklive(endpoint, userid=user_id, count=30, time=first["time"])
    listed = world.follower_handles if key == "followers" else world.following_handles
    truth = listed("demo_pantry", now, 0, 60)
    names = [row["unique_id"] for page in (first, second) for row in page[key]]
    assert isinstance(first["time"], int)
    assert second["time"] == first["time"] - 30
    assert names == [name for name in truth if name in set(names)]
    assert len(names) > 40
    profile = world.profile("demo_pantry", now)
    assert first["total"] == (profile.followers if key == "followers" else profile.following)


def test_the_following_list_ends(ask, world: World, now: datetime):
    user_id, time, more, pages = _user_id(ask), 0, True, 0
    while more:
        page = ask.tiklive("user-following", userid=user_id, count=200, time=time)
        time, more, pages = page["time"], page["hasMore"], pages + 1
    assert pages == -(-world.profile("demo_kitchen", now).following // 200)


def test_a_sound_is_flat_and_its_posts_use_it(ask, world: World, now: datetime):
    rows = _all_posts(ask, _user_id(ask))
    sound = next(row["music_info"] for row in rows if not row["music_info"]["original"])
    info = ask.tiklive("music-info", music_id=sound["id"])
    assert (info["title"], info["video_count"]) == (sound["title"], world.sound_uses(sound["id"], now))
    page = ask.tiklive("music-posts", music_id=sound["id"], count=99)
    assert len(page["videos"]) <= 30
    assert {row["music_info"]["id"] for row in page["videos"]} <= {sound["id"]}
    assert isinstance(page["cursor"], int)


def test_a_hashtag_is_found_by_name_and_id_and_its_posts_carry_it(ask, world: World, now: datetime):
    info = ask.tiklive("challenge-info-name", name="recipe")
    assert info == ask.tiklive("challenge-info-id", id=info["id"])
    uses = world.hashtag_uses("recipe", now)
    assert (info["user_count"], info["view_count"]) == (uses.posts, uses.views)
    first = ask.tiklive("challenge-posts", challenge_id=info["id"], count=20)
    second = ask.tiklive("challenge-posts", challenge_id=info["id"], count=20, cursor=first["cursor"])
    assert isinstance(first["cursor"], str)
    ids = [row["video_id"] for page in (first, second) for row in page["videos"]]
    truth = [post.post_id for post in world.hashtag_posts("recipe", now, 40)]
    assert len(set(ids)) == len(ids) > 30
    assert ids == [post_id for post_id in truth if post_id in set(ids)]


def test_a_search_says_has_more_in_numbers_and_can_be_ordered(ask):
    page = ask.tiklive("search-video", keyword="recipe", count=10)
    assert page["hasMore"] == 1
    assert type(page["hasMore"]) is int
    liked = ask.tiklive("search-video", keyword="recipe", count=10, sort_by=1)["videos"]
    assert [row["digg_count"] for row in liked] == sorted((row["digg_count"] for row in liked), reverse=True)
    dated = ask.tiklive("search-video", keyword="recipe", count=10, sort_by=2)["videos"]
    assert [row["create_time"] for row in dated] == sorted((row["create_time"] for row in dated), reverse=True)
    fresh = ask.tiklive("search-video", keyword="recipe", count=35, publish_time=7)["videos"]
    assert all(row["create_time"] > ask.sandbox.clock.now().timestamp() - 7 * 86_400 for row in fresh)


def test_people_and_hashtags_can_be_searched_and_files_downloaded(ask):
    assert [row["user"]["uniqueId"] for row in ask.tiklive("search-user", keyword="kitchen")["user_list"]] == [
        "demo_kitchen"
    ]
    assert "recipe" in [row["cha_name"] for row in ask.tiklive("search-challenge", keyword="recip")["challenge_list"]]
    row = ask.tiklive("user-posts", userid=_user_id(ask), count=5)["videos"][4]
    assert set(ask.tiklive("download-video", url=row["video_id"])) == {"video", "video_hd"}


@pytest.mark.parametrize(
    ("state", "by_name", "posts"),
    [
        ("private", None, "This account is private"),
        ("region_blocked", None, "This account is not available in your region"),
        ("banned", "This account was banned", None),
        ("deleted", "User not found", None),
        ("renamed", "User not found", None),
    ],
)
def test_unavailable_accounts_have_a_message(
    ask, world: World, handle_in: Callable[[str], str], state: str, by_name: str | None, posts: str | None
):
    handle = handle_in(state)
    results = ask.tiklive("userinfo-by-username", username=handle)
    if by_name:
        assert results == ask.tiklive("userid", username=handle) == {"message": by_name}
    else:
        assert results["user"]["privateAccount"] is (state == "private")
    if posts:
        user_id = world.creator_id(handle)
        assert ask.tiklive("user-posts", userid=user_id) == {"message": posts}
        assert ask.tiklive("user-followers", userid=user_id) == {"message": posts}


def test_a_renamed_account_keeps_its_id(ask, world: World, now: datetime, handle_in: Callable[[str], str]):
    old = handle_in("renamed")
    new = world.status(old, now).handle
    user_id = world.creator_id(old)
    assert ask.tiklive("userinfo-by-id", userid=user_id)["user"]["uniqueId"] == new
    assert _user_id(ask, new) == user_id
    rows = ask.tiklive("user-posts", userid=user_id)["videos"]
    assert {row["author"]["unique_id"] for row in rows} == {new}


def test_an_empty_account_has_an_empty_page(ask, handle_in: Callable[[str], str]):
    page = ask.tiklive("user-posts", userid=_user_id(ask, handle_in("empty")))
    assert page == {"videos": [], "cursor": "0", "hasMore": False}
    assert ask.tiklive("userinfo-by-username", username=handle_in("empty"))["stats"]["videoCount"] == 0


@pytest.mark.parametrize(
    ("endpoint", "query", "message"),
    [
        ("userid", {}, "The parameter username is required"),
        ("userid", {"username": "nobody_at_all"}, "User not found"),
        ("userinfo-by-id", {"userid": "12"}, "User not found"),
        ("user-posts", {"userid": "12"}, "User not found"),
        ("music-info", {"music_id": "12"}, "Music not found"),
        ("challenge-info-id", {"id": "x"}, "Challenge not found"),
        ("challenge-info-name", {"name": "nobody uses this"}, "Challenge not found"),
        ("search-video", {"keyword": "x", "cursor": "-1"}, "The parameter cursor is not a number"),
    ],
)
def test_wrong_requests_get_200_and_a_message_and_cost_nothing(ask, endpoint, query, message):
    response = ask.get(f"/tikliveapi/{endpoint}/", query)
    assert (response.status_code, response.json()) == (200, {"message": message})
    assert ask.calls()[-1]["credits"] == 0


def test_unavailable_can_be_404_too(make):
    ask = make(options=ProtocolOptions(missing_status=404))
    assert ask.get("/tikliveapi/userid/", {"username": "nobody_at_all"}).status_code == 404
