"""Answers that no provider should give: whatever comes, a sync ends, says what is missing, and loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dwell_sandbox.server.rate_limits import RateLimit

FEW, BUSINESS = "demo_tech_1051", "demo_beauty_1035"
LIST = "business/video/list"

Body = dict[str, Any]


def same_cursor(body: Body, query: dict[str, str]) -> None:
    body["data"].update(has_more=True, cursor=query.get("cursor", 1))


def rising_cursor(body: Body, query: dict[str, str]) -> None:
    body["data"].update(has_more=True, cursor=int(query.get("cursor", 1_700_000_000_000)) + 1)


def no_cursor(body: Body, _: dict[str, str]) -> None:
    body["data"].update(has_more=True)
    body["data"].pop("cursor")


@pytest.mark.parametrize("edit", [same_cursor, rising_cursor, no_cursor])
def test_a_list_without_an_end_ends(sqlite_trial: Any, edit: Callable[..., None]) -> None:
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    trial.change_videos(edit)
    result = trial.sync()
    assert trial.states(result)["videos"] == "partial"
    assert "The list of videos is not whole: after " in trial.messages(result)
    assert trial.calls()[LIST] < 12
    assert trial.rows("posts")
    assert trial.cursors(row, "videos") == {}
    assert result.meta["unfinished"] == 0
    assert not trial.rows("post_states")


def test_a_cursor_that_leaps_to_the_end_does_not_make_videos_missing(sqlite_trial: Any) -> None:
    """A page that claims to end long ago, although its videos are new, is no reason to stop."""
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    trial.clock.pass_(days=1)
    trial.change_videos(lambda body, _: body["data"].update(cursor=1, has_more=True))
    result = trial.sync()
    assert trial.states(result)["videos"] == "partial"
    assert not trial.rows("post_states")


def test_videos_that_come_twice_are_counted_and_stored_once(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.fail("duplicate_row", LIST, 3)
    trial.change_videos(lambda body, _: body["data"]["videos"].extend(body["data"]["videos"][:3]))
    result = trial.sync()
    read = {row["table"].removeprefix("tiktok_organic_"): row["rows"] for row in result}
    assert (read["videos"], len(trial.rows("posts")), result.meta["rejected"]) == (68, 68, 0)
    assert read["videos_video_view_retention"] == len(trial.rows("retention", "DISTINCT post_id, second"))


def test_a_list_that_shrinks_while_it_is_read(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    trial.clock.pass_(days=1)
    gone: list[str] = []

    def shrink(body: Body, query: dict[str, str]) -> None:
        if query.get("cursor"):
            gone.extend(video["item_id"] for video in body["data"]["videos"][:2])
            del body["data"]["videos"][:2]

    trial.change_videos(shrink)
    assert trial.states(trial.sync(full=True))["videos"] == "complete"
    assert sorted(gone) == [post_id for (post_id,) in trial.rows("post_states", "post_id", "state = 'missing'")]
    trial.change(None)
    trial.clock.pass_(days=1)
    trial.sync(full=True)
    assert len(trial.rows("post_states", "post_id", "state = 'ok'")) == len(gone)


def test_a_video_of_somebody_else_keeps_its_own_account(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(FEW)
    other = {"item_id": "7512345678901234567", "create_time": "1749000000", "video_views": 5,
             "share_url": "https://www.tiktok.com/@somebody/video/7512345678901234567"}  # fmt: skip
    trial.change_videos(lambda body, _: body["data"]["videos"].append(other))
    trial.sync()
    assert trial.rows("posts", "handle", f"post_id = '{other['item_id']}'") == [("somebody",)]
    assert trial.rows("owned_posts", "open_id, username", f"post_id = '{other['item_id']}'") == [
        (row.open_id, "somebody")
    ]


WRONG: dict[str, Callable[[Body], Any]] = {
    "html": lambda _: "<html>Bad gateway</html>",
    "nothing": lambda _: b"",
    "null": lambda _: "null",
    "a list": lambda _: "[]",
    "data is null": lambda body: body.update(data=None),
    "data is a list": lambda body: body.update(data=[]),
    "no code": lambda body: body.pop("code") and None,
    "code is true": lambda body: body.update(code=True),
    "code is huge": lambda body: body.update(code="9" * 400),
    "truncated": lambda body: json.dumps(body)[:-40],
    "50000": lambda body: body.update(code=50000, message="\x00<script>" * 900),
    "unknown code": lambda body: body.update(code=77777),
    "40002": lambda body: body.update(code=40002),
}


@pytest.mark.parametrize("endpoint", ["get", "video/list"])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_answer_fails_with_a_message_and_is_asked_for_again(
    trial: Any, endpoint: str, wrong: Callable[[Body], Any]
) -> None:
    trial.account(FEW)
    trial.change(lambda name, _, body: wrong(body) if name == endpoint else None)
    result = trial.sync()
    failed = {row["state"] for row in result if row["message"]}
    assert failed == {"failed"}
    assert (result.meta["complete"], result.meta["unfinished"]) == (0, 1)
    assert len(trial.messages(result)) < 1_000
    assert "\x00" not in trial.messages(result)
    trial.change(None)
    result = trial.sync()
    assert (result.meta["complete"], result.meta["resumed"]) == (1, True)
    assert len(trial.rows("posts")) == 9


def test_codes_as_text_are_codes(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    trial.change(lambda _, __, body: body.update(code=str(body["code"])))
    assert trial.sync().meta["complete"] == 1


def test_a_body_that_is_too_large_is_refused(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    trial.change_videos(lambda *_: b'{"code":0,"data":{"videos":["' + b"x" * (33 << 20) + b'"]}}')
    result = trial.sync()
    assert trial.states(result)["videos"] == "failed"
    assert "more than 32 MB" in trial.messages(result)


def every_value(value: Any, instead: Any) -> Any:
    """The same objects and lists, with other values in them."""
    if isinstance(value, dict):
        return {key: every_value(each, instead) for key, each in value.items()}
    return [every_value(each, instead) for each in value] if isinstance(value, list) else instead


@pytest.mark.parametrize("instead", [None, "", "x", -1, 1.5, True, [], {}, "\x00\ud800", 10**30, [None], "2026-02-30"])
def test_values_of_wrong_types_are_unknown_or_counted_and_never_numbers(trial: Any, instead: Any) -> None:
    row = trial.account(FEW)

    def edit(_: str, __: dict[str, str], body: Body) -> None:
        data = every_value(body["data"], instead)
        kept = {key: body["data"][key] for key in ("has_more", "cursor") if key in data}
        for video, good in zip(data.get("videos", ()), body["data"].get("videos", ()), strict=True):
            video["item_id"] = good["item_id"]
        body["data"] = {**data, **kept}

    trial.change(edit)
    result = trial.sync()
    assert trial.states(result)["videos"] == "complete"
    assert len(trial.rows("posts")) == 9
    views = {views for (views,) in trial.rows("post_snapshots", "views")}
    assert views <= {None, -1, 1} - ({-1})
    assert not trial.rows("owned_account_days")
    assert trial.cursors(row, "account_days") == {}
    before = trial.content()
    trial.change(None)
    trial.clock.pass_(minutes=5)
    result = trial.sync()
    assert (result.meta["complete"], result.meta["rejected"]) == (1, 0)
    assert len(trial.rows("owned_account_days")) > 50
    assert len(trial.rows("posts")) == len(before["posts"])


def test_fields_that_nobody_knows_are_noted_and_drop_nothing(trial: Any) -> None:
    trial.account(FEW)
    trial.change_videos(
        lambda body, _: [video.update({"new\x00field\ud800": {"a": 1}}) for video in body["data"]["videos"]]
    )
    result = trial.sync()
    assert result.meta["complete"] == 1
    assert [row["what"] for row in result.meta["drift"]] == ["new"]
    assert len(trial.rows("posts")) == 9


@pytest.mark.parametrize("jump", [-120, 120, -90_000, 90_000])
def test_a_clock_that_jumps_between_requests(trial: Any, jump: int) -> None:
    trial.sandbox.limits = {"business_api": RateLimit(0, 60.0)}  # its own clock must not go back
    row = trial.account(BUSINESS)
    at, done = trial.clock.at, []

    def edit(body: Body, query: dict[str, str]) -> None:
        if query.get("cursor") and not done:
            done.append(1)
            trial.clock.pass_(seconds=jump)

    trial.change_videos(edit)
    result = trial.sync()
    assert result.meta["complete"] == 1, trial.messages(result)
    assert len(trial.rows("posts")) == 68
    assert datetime.fromisoformat(trial.cursors(row, "videos")[""]) == at - timedelta(days=368)
    trial.clock.at = at + timedelta(days=2)
    assert trial.sync().meta["complete"] == 1


@pytest.mark.parametrize("at", ["2026-12-31T23:59:58+00:00", "2026-06-30T23:59:58+00:00", "2028-02-28T23:59:58+00:00"])
def test_midnight_and_the_end_of_a_year_during_a_sync(sqlite_trial: Any, at: str) -> None:
    trial = sqlite_trial
    trial.clock.at = datetime.fromisoformat(at) - timedelta(minutes=1)
    row = trial.account(BUSINESS)
    trial.change(lambda *_: trial.clock.pass_(seconds=1))
    result = trial.sync()
    assert result.meta["complete"] == 1
    assert trial.cursors(row, "videos")["last read"] == trial.clock.at.date().isoformat() != at[:10]
    days = [day for (day,) in trial.rows("owned_account_days", "day")]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    trial.clock.pass_(days=1)
    assert trial.sync().meta["lost_days"] == {}
    later = [day for (day,) in trial.rows("owned_account_days", "day")]
    assert later == [days[0] + timedelta(days=n) for n in range(len(later))]


def test_analytics_that_end_during_a_sync_cost_the_rest_of_them_only(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)

    def edit(body: Body, query: dict[str, str]) -> None:
        if query.get("cursor") and "average_time_watched" in query["fields"]:
            body.update(code=40001, message="No permission")

    trial.change_videos(edit)
    result = trial.sync()
    assert trial.states(result)["videos"] == "complete"
    assert "Watch time was not read." in trial.messages(result)
    assert len(trial.rows("posts")) == 68
    assert trial.rows("retention")


def test_a_sync_without_analytics_is_resumed_where_it_ended(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    asked: list[str] = []

    def edit(body: Body, query: dict[str, str]) -> Any:
        if "average_time_watched" in query["fields"]:
            body.update(code=40001, message="No permission")
            return None
        asked.append(query.get("cursor", ""))
        return "" if len(asked) > 2 and not asked.count("healed") else None

    trial.change_videos(edit)
    result = trial.sync()
    assert (trial.states(result)["videos"], result.meta["unfinished"]) == ("failed", 1)
    asked.append("healed")
    result = trial.sync()
    assert (trial.states(result)["videos"], result.meta["complete"]) == ("complete", 1)
    assert "Watch time was not read." in trial.messages(result)
    assert len(trial.rows("posts")) == 68
    later = asked[asked.index("healed") + 1 :]
    assert not set(later) & set(asked[:2])
