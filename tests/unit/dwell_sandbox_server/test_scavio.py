from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dwell_sandbox import World
from dwell_sandbox.server.ids import sec_uid
from dwell_sandbox.server.response import ProtocolOptions


def _key(ask, handle: str = "demo_kitchen") -> str:
    return ask.scavio("profile", username=handle)["data"]["user"]["sec_uid"]


def test_a_profile_is_found_by_name_and_by_key(ask, world: World, now: datetime):
    user = ask.scavio("profile", username="demo_kitchen")["data"]["user"]
    assert user == ask.scavio("profile", sec_user_id=user["sec_uid"])["data"]["user"]
    profile = world.profile("demo_kitchen", now)
    assert (user["uid"], user["unique_id"]) == (world.creator_id("demo_kitchen"), "demo_kitchen")
    assert (user["follower_count"], user["following_count"]) == (profile.followers, profile.following)
    assert (user["aweme_count"], user["total_favorited"]) == (profile.post_count, profile.total_likes)


def test_every_success_comes_in_an_envelope_that_states_the_cost(ask):
    responses = [ask.scavio("profile", username="demo_kitchen") for _ in range(3)]
    assert all(
        response.keys() == {"data", "response_time", "credits_used", "credits_remaining"} for response in responses
    )
    assert [response["credits_used"] for response in responses] == [1, 1, 1]
    assert [response["credits_remaining"] for response in responses] == [99_999, 99_998, 99_997]
    assert all(isinstance(response["response_time"], int) for response in responses)


def test_all_pages_together_are_all_posts_each_once(ask, world: World, now: datetime):
    key, cursor, more, rows = _key(ask), "0", 1, []
    while more:
        page = ask.scavio("user/posts", sec_user_id=key, count=30, cursor=cursor)["data"]
        assert type(page["has_more"]) is int
        assert isinstance(page["max_cursor"], str)
        rows += page["aweme_list"]
        cursor, more = page["max_cursor"], page["has_more"]
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    there = [post.post_id for post in world.posts("demo_kitchen", since=joined, at=now)]
    assert sorted(row["aweme_id"] for row in rows) == sorted(there)
    assert {row["aweme_id"] for row in rows if row["is_top"]} == world.pinned("demo_kitchen", now)
    video = next(row for row in rows if not row.get("image_post_info"))
    assert video["video"]["duration"] == 1000 * world.post(video["aweme_id"]).duration_s


def test_the_most_viewed_come_first_on_request(ask):
    key = _key(ask)
    first = ask.scavio("user/posts", sec_user_id=key, sort_type="1", count=30)["data"]
    second = ask.scavio("user/posts", sec_user_id=key, sort_type="1", count=30, cursor=first["max_cursor"])["data"]
    views = [row["statistics"]["play_count"] for page in (first, second) for row in page["aweme_list"]]
    assert first["max_cursor"] == "30"
    assert views == sorted(views, reverse=True)


def test_one_post_and_its_comments(ask, world: World, now: datetime):
    row = ask.scavio("user/posts", sec_user_id=_key(ask), count=10)["data"]["aweme_list"][6]
    detail = ask.scavio("video", video_id=row["aweme_id"])["data"]["aweme_detail"]
    assert detail == row
    cursor, more, comments = "0", 1, []
    while more:
        page = ask.scavio("video/comments", video_id=row["aweme_id"], count=50, cursor=cursor)["data"]
        comments += page["comments"]
        cursor, more = page["cursor"], page["has_more"]
    total = row["statistics"]["comment_count"]
    assert cursor == str(total)
    truth = {each.comment_id: each.text for each in world.comments(row["aweme_id"], now, total)}
    assert {each["cid"]: each["text"] for each in comments}.items() <= truth.items()
    assert ask.scavio("video/comments/replies", video_id=row["aweme_id"], comment_id="1")["data"]["comments"] == []


def test_searches_come_in_both_shapes_and_each_text_in_one(ask):
    shapes = {}
    for query in ("recipe", "lemon", "phone", "train", "garlic", "run"):
        page = ask.scavio("search/videos", keyword=query, count=5)["data"]
        key = "search_item_list" if "search_item_list" in page else "aweme_list"
        rows = [row["aweme_info"] for row in page[key]] if key == "search_item_list" else page[key]
        assert all(row["statistics"] for row in rows)
        assert (key in ask.scavio("search/videos", keyword=query, count=5, cursor="5")["data"]) is True
        shapes[key] = shapes.get(key, 0) + len(rows)
    assert shapes.keys() == {"search_item_list", "aweme_list"}
    assert all(shapes.values())


def test_search_by_likes_and_days(ask):
    page = ask.scavio("search/videos", keyword="recipe", sort_type="1", publish_time="30")["data"]
    rows = [row.get("aweme_info", row) for row in page.get("search_item_list") or page["aweme_list"]]
    likes = [row["statistics"]["digg_count"] for row in rows]
    assert likes == sorted(likes, reverse=True)
    assert min(row["create_time"] for row in rows) > ask.sandbox.clock.now().timestamp() - 30 * 86_400


def test_people_can_be_searched(ask):
    data = ask.scavio("search/users", keyword="demo_pantry")["data"]
    assert [row["user_info"]["unique_id"] for row in data["user_list"]] == ["demo_pantry"]


def test_a_hashtag_by_name_and_id_and_its_posts(ask, world: World, now: datetime):
    info = ask.scavio("hashtag", hashtag_name="recipe")["data"]["challengeInfo"]
    tag = info["challenge"]["id"]
    assert info == ask.scavio("hashtag", hashtag_id=tag)["data"]["challengeInfo"]
    uses = world.hashtag_uses("recipe", now)
    assert info["stats"] == {"videoCount": uses.posts, "viewCount": uses.views}
    assert info["statsV2"] == {"videoCount": str(uses.posts), "viewCount": str(uses.views)}
    first = ask.scavio("hashtag/videos", hashtag_id=tag, count=30)["data"]
    second = ask.scavio("hashtag/videos", hashtag_id=tag, count=30, cursor=first["cursor"])["data"]
    ids = [row["aweme_id"] for page in (first, second) for row in page["aweme_list"]]
    assert len(set(ids)) == len(ids) > 45
    assert all("recipe" in [tag["cha_name"] for tag in row["cha_list"]] for row in first["aweme_list"])


@pytest.mark.parametrize("key", ["followers", "followings"])
def test_followers_are_paged_by_a_token(ask, world: World, now: datetime, key: str):
    sec = _key(ask, "demo_pantry")
    first = ask.scavio(f"user/{key}", sec_user_id=sec, count=20)["data"]
    more = {"page_token": first["next_page_token"], "min_time": first["min_time"]}
    second = ask.scavio(f"user/{key}", sec_user_id=sec, count=20, **more)["data"]
    assert first["has_more"] is True
    names = [row["unique_id"] for page in (first, second) for row in page[key]]
    truth = (world.follower_handles if key == "followers" else world.following_handles)("demo_pantry", now, 0, 40)
    assert names == [name for name in truth if name in set(names)]
    assert len(names) > 25


def test_an_unknown_key_is_not_found(ask):
    response = ask.post("user/posts", {"sec_user_id": sec_uid("7149326973049319999")})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("private", "This account is private."),
        ("region_blocked", "This account is not available in this region."),
        ("banned", "This account was banned."),
        ("deleted", "User not found."),
    ],
)
def test_unavailable_accounts(ask, world: World, handle_in: Callable[[str], str], state: str, message: str):
    handle = handle_in(state)
    key = sec_uid(world.creator_id(handle))
    response = ask.post("user/posts", {"sec_user_id": key})
    assert (response.status_code, response.json()["error"]["message"]) == (404, message)
    profile = ask.post("profile", {"username": handle})
    assert profile.status_code == (200 if state in ("private", "region_blocked") else 404)
    if state == "private":
        assert profile.json()["data"]["user"]["secret"] == 1


def test_a_renamed_account_keeps_its_key(ask, world: World, now: datetime, handle_in: Callable[[str], str]):
    old = handle_in("renamed")
    assert ask.post("profile", {"username": old}).status_code == 404
    user = ask.scavio("profile", sec_user_id=sec_uid(world.creator_id(old)))["data"]["user"]
    assert user["unique_id"] == world.status(old, now).handle


def test_an_empty_account_has_an_empty_page(ask, handle_in: Callable[[str], str]):
    page = ask.scavio("user/posts", sec_user_id=_key(ask, handle_in("empty")))["data"]
    assert page == {"aweme_list": [], "max_cursor": "0", "has_more": 0}


def test_usage_is_free_and_tells_the_balance(ask):
    ask.scavio("profile", username="demo_kitchen")
    response = ask.get("/scavio/api/v1/usage", headers={"authorization": f"Bearer {ask.key}"}).json()
    usage = response["data"]
    assert (usage["credit_balance"], usage["searches_used"], response["credits_used"]) == (99_999, 1, 0)
    assert usage.keys() == {
        "plan", "credit_balance", "purchased_credits", "searches_used", "period_start", "auto_recharge",
    }  # fmt: skip


def test_the_published_examples_work_when_switched_on_and_only_then(make, ask, world: World, now: datetime):
    assert ask.post("user/videos", {"username": "demo_kitchen", "limit": 50}).status_code == 410
    assert ask.post("user/posts", {"username": "demo_kitchen"}).status_code == 400
    compat = make(options=ProtocolOptions(seed_compat=True))
    response = compat.scavio("user/videos", username="demo_kitchen", limit=50)
    assert response.keys() == {"videos"}
    assert compat.calls()[-1]["credits"] == 1
    rows = response["videos"]
    assert len(rows) == 50
    for row in rows:
        post = world.post(row["id"])
        counters = world.counters(row["id"], now)
        assert row["duration"] == (post.duration_s or 0)
        assert (row["play_count"], row["digg_count"]) == (counters.views, counters.likes)
        assert ", ".join(row["hashtags"]) == ", ".join(post.hashtags)
    assert compat.scavio("user/posts", username="demo_kitchen", limit=5)["videos"] == rows[:5]
    assert compat.post("user/videos", {"username": "demo_kitchen", "limit": 51}).status_code == 400
    documented = compat.scavio("user/posts", sec_user_id=_key(compat), count=30)["data"]
    assert len(documented["aweme_list"]) == 30
