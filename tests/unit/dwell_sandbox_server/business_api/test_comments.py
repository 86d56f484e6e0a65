"""`/business/comment/list/` and `/business/comment/reply/list/`."""

from datetime import datetime, timedelta

import pytest

HANDLE = "demo_bigtable"
LIST, REPLIES = "business/comment/list", "business/comment/reply/list"
TYPES = {
    "comment_id": str, "video_id": str, "user_id": str, "unique_identifier": str, "create_time": str, "text": str,
    "likes": int, "replies": int, "owner": bool, "liked": bool, "pinned": bool, "status": str, "username": str,
    "display_name": str, "profile_image": str,
}  # fmt: skip


@pytest.fixture
def post_id(world, now):
    """A video with some hundred comments."""
    posts = world.posts(HANDLE, since=now - timedelta(days=200), at=now)
    return next(post.post_id for post in posts if 250 < world.counters(post.post_id, now).comments < 500)


@pytest.fixture
def connection(app):
    return app.connect(HANDLE)


def every(connection, path=LIST, **query):
    rows, cursor = [], 0
    while True:
        page = connection.read(path, cursor=cursor, **query)
        rows += page["comments"]
        cursor = page["cursor"]
        if not page["has_more"]:
            return rows


def test_all_comments_come_once_with_the_documented_types(connection, world, now, post_id):
    rows = every(connection, video_id=post_id, max_count=30)
    total = world.counters(post_id, now).comments
    listed = world.comments(post_id, now, total)
    assert [row["comment_id"] for row in rows] == [each.comment_id for each in listed]
    for row, comment in zip(rows, listed, strict=True):
        assert {name: type(value) for name, value in row.items()} == TYPES
        assert (row["text"], row["likes"], row["video_id"]) == (comment.text, comment.likes, post_id)
        assert row["create_time"] == str(int(comment.posted_at.timestamp()))
        assert row["username"] == comment.handle
    assert len({row["unique_identifier"] for row in rows}) == total


def test_a_page_has_twenty_by_default(connection, post_id):
    page = connection.read(LIST, video_id=post_id)
    assert (len(page["comments"]), page["cursor"], page["has_more"]) == (20, 20, True)


@pytest.mark.parametrize("field", ["likes", "replies", "create_time"])
@pytest.mark.parametrize("order", ["asc", "desc", "smart"])
def test_comments_can_be_sorted(connection, post_id, field, order):
    rows = every(connection, video_id=post_id, max_count=30, sort_field=field, sort_order=order)
    values = [int(row[field]) for row in rows]
    if field == "replies":  # replies that are still to come are not counted
        assert sorted(values) == sorted(
            int(row["replies"]) for row in every(connection, video_id=post_id, max_count=30)
        )
    else:
        assert values == sorted(values, reverse=order != "asc")


def test_hidden_comments_can_be_left_out(connection, post_id):
    rows = every(connection, video_id=post_id, max_count=30)
    public = every(connection, video_id=post_id, max_count=30, status="PUBLIC")
    assert {row["status"] for row in rows} == {"PUBLIC", "HIDDEN"}
    assert public == [row for row in rows if row["status"] == "PUBLIC"]


def test_replies_come_with_their_comment_or_alone(connection, post_id):
    rows = every(connection, video_id=post_id, max_count=30, include_replies="True")
    parent = max(rows, key=lambda row: row["replies"])
    assert parent["replies"] > 0
    assert all(len(row["reply_list"]) == min(3, row["replies"]) for row in rows)
    replies = every(connection, REPLIES, video_id=post_id, comment_id=parent["comment_id"], max_count=1)
    assert len(replies) == parent["replies"]
    assert replies[:3] == parent["reply_list"]
    for reply in replies:
        assert {name: type(value) for name, value in reply.items()} == {**TYPES, "parent_comment_id": str}
        assert reply["parent_comment_id"] == parent["comment_id"]
        assert int(reply["create_time"]) > int(parent["create_time"])


def test_the_owner_replies_to_some(connection, post_id):
    rows = every(connection, video_id=post_id, max_count=30, include_replies="true")
    replies = [reply for row in rows for reply in row["reply_list"]]
    assert {reply["username"] for reply in replies if reply["owner"]} == {HANDLE}


def test_chosen_comments_and_replies(connection, post_id):
    rows = every(connection, video_id=post_id, max_count=30, include_replies=True)
    reply = next(row["reply_list"][0] for row in rows if row["reply_list"])
    chosen = [rows[3]["comment_id"], reply["comment_id"]]
    page = connection.read(LIST, video_id=post_id, comment_ids=chosen)
    assert [row["comment_id"] for row in page["comments"]] == chosen
    assert page["has_more"] is False


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (LIST, {"video_id": "1"}, 40007), (LIST, {"video_id": ""}, 40002), (LIST, {"max_count": 31}, 40002),
        (LIST, {"max_count": 0}, 40002), (LIST, {"cursor": -1}, 40002), (LIST, {"sort_field": "date"}, 40002),
        (LIST, {"sort_order": "random"}, 40002), (LIST, {"status": "HIDDEN"}, 40002),
        (LIST, {"include_replies": "maybe"}, 40002), (LIST, {"comment_ids": "7"}, 40002),
        (LIST, {"comment_ids": [str(each) for each in range(31)]}, 40002), (REPLIES, {}, 40002),
        (REPLIES, {"comment_id": "1"}, 40007),
    ],
)  # fmt: skip
def test_wrong_requests_have_their_codes(connection, post_id, path, query, code):
    assert connection.call(path, **{"video_id": post_id, **query})["code"] == code


def test_another_accounts_video_is_not_found(connection, world, now):
    foreign = world.posts("demo_kitchen", since=now - timedelta(days=90), at=now)[0].post_id
    assert connection.call(LIST, video_id=foreign)["code"] == 40007


def test_comments_need_their_scope(app, post_id):
    without = app.connect(HANDLE, ("video.list",))
    assert without.call(LIST, video_id=post_id)["code"] == 40125
    assert without.call(REPLIES, video_id=post_id, comment_id="1")["code"] == 40125


def test_replies_do_not_come_from_the_future(world, now, post_id):
    comments = world.comments(post_id, now, 400)
    posted = [reply.posted_at for each in comments for reply in world.replies(each, now)]
    assert posted
    assert max(posted) <= now
    assert all(isinstance(each, datetime) for each in posted)


def test_the_benchmark_of_a_category(connection):
    data = connection.read("business/benchmark", business_category="ART_AND_CRAFTS")
    assert data.pop("business_category") == "Art & Crafts"
    assert data.keys() == {
        "average_comments", "average_engagement_rate", "average_follower_count", "average_follower_growth",
        "average_likes", "average_shares", "average_video_count", "average_video_views",
    }  # fmt: skip
    assert all(type(value) is float for value in data.values())
    engaged = data["average_likes"] + data["average_comments"] + data["average_shares"]
    assert data["average_engagement_rate"] == round(engaged / data["average_video_views"], 4)
    assert connection.read("business/benchmark", business_category="PETS") != data
    assert connection.call("business/benchmark", business_category="CATS")["code"] == 40002
    assert connection.call("business/benchmark")["code"] == 40002
