"""Videos whose figures TikTok leaves out, that are listed no more, or whose comments changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BUSINESS, PERSONAL, FEW = "demo_beauty_1035", "demo_tech_1358", "demo_tech_1051"
LIST, COMMENTS = "business/video/list", "business/comment/list"


def test_figures_that_tiktok_leaves_out_are_asked_for_again(trial: Any) -> None:
    trial.account(BUSINESS)
    trial.fail("partial_success", LIST, 2)
    result = trial.sync()
    assert trial.states(result)["videos"] == "complete"
    assert len(trial.rows("post_snapshots", "DISTINCT post_id")) == 68
    read = {row["table"].removeprefix("tiktok_organic_"): row["rows"] for row in result}
    assert (read["videos"], read["videos_video_view_retention"]) == (68, len(trial.rows("retention")))


def test_figures_that_are_left_out_for_ever_are_named_and_nothing_counts_as_read(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    trial.fail("partial_success", LIST, 10_000)
    result = trial.sync()
    assert trial.states(result)["videos"] == "partial"
    assert "TikTok left out figures of" in trial.messages(result)
    assert trial.cursors(row, "videos") == {}
    assert result.meta["complete"] == 0
    trial.sandbox.script.set([])
    assert trial.states(trial.sync())["videos"] == "complete"
    assert len(trial.rows("post_snapshots", "DISTINCT post_id")) == 68


def test_a_partial_response_that_does_not_say_what_it_lacks(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    trial.change_videos(lambda body, _: body.update(code=20001))
    assert trial.states(trial.sync())["videos"] == "partial"
    trial.change_videos(lambda body, query: body.update(code=0 if "filters" in query else 20001))
    assert trial.states(trial.sync())["videos"] == "complete"


def test_a_video_of_today_that_has_no_figures_yet_is_no_partial_reading(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    at = int(trial.clock.at.timestamp())
    young = {"item_id": str((at - 3600) << 32 | 7), "create_time": str(at - 3600), "media_type": "VIDEO"}

    def edit(body: dict[str, Any], query: dict[str, str]) -> None:
        body["code"] = 20001
        if "filters" not in query:
            body["data"]["videos"] = [young, *body["data"]["videos"]]

    trial.change_videos(edit)
    assert trial.states(trial.sync())["videos"] == "complete"
    assert trial.rows("posts", "post_id", f"post_id = '{young['item_id']}'")
    assert not trial.rows("post_snapshots", "post_id", f"post_id = '{young['item_id']}'")


def test_a_video_that_is_no_longer_listed_is_missing_and_its_values_stay(trial: Any) -> None:
    trial.account(BUSINESS)
    trial.sync()
    before = trial.content()
    (gone, handle), *_ = trial.rows("posts", "post_id, handle")[-1:]
    trial.clock.pass_(days=1)
    trial.change(_hide({gone}))
    trial.sync()
    assert trial.rows("post_states", "post_id, handle, state") == [(gone, handle, "missing")]
    for name in ("post_snapshots", "watch_times", "retention", "owned_posts"):
        assert set(before[name]) <= set(trial.rows(name))
    trial.clock.pass_(days=1)
    trial.sync()
    assert len(trial.rows("post_states")) == 1  # said once
    trial.change(None)
    trial.clock.pass_(days=1)
    trial.sync()
    assert [state for (state,) in trial.rows("post_states", "state")] == ["missing", "ok"]


def _hide(gone: set[str]) -> Callable[..., None]:
    """The list has none of these, and the profile counts so many fewer."""

    def edit(_: str, __: dict[str, str], body: dict[str, Any]) -> None:
        data = body["data"]
        if "videos" in data:
            data["videos"] = [video for video in data["videos"] if video["item_id"] not in gone]
        if "videos_count" in data:
            data["videos_count"] -= len(gone)

    return edit


def test_many_videos_that_are_deleted_at_once_are_missing(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    gone = {post_id for (post_id,) in trial.rows("posts", "post_id")[-30:]}
    trial.clock.pass_(days=1)
    trial.change(_hide(gone))
    assert trial.states(trial.sync(full=True))["videos"] == "complete"
    assert {post_id for (post_id,) in trial.rows("post_states", "post_id")} == gone


def test_a_list_that_ends_too_early_is_read_on(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.fail("stops_early", LIST, 2)
    result = trial.sync()
    assert (trial.states(result)["videos"], result.meta["videos"]) == ("complete", 68)


def test_a_list_that_stays_too_short_says_nothing_about_the_others(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(BUSINESS)
    trial.sync()
    before = trial.cursors(row, "videos")
    trial.clock.pass_(days=2)
    first: list[str] = []

    def cut(name: str, query: dict[str, str], body: dict[str, Any]) -> None:
        if name == "video/list":
            first.extend(video["item_id"] for video in body["data"]["videos"] if not first)
            body["data"].update(has_more=False, videos=body["data"]["videos"] if "cursor" not in query else [])

    trial.change(cut)
    result = trial.sync(full=True)
    assert trial.states(result)["videos"] == "partial"
    assert "lacks 48 of 68 that were listed before, and the profile counts 68" in trial.messages(result)
    assert not trial.rows("post_states")
    assert trial.cursors(row, "videos") == before


def test_comments_are_read_where_they_were_asked_for_and_again_where_they_changed(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(PERSONAL)
    result = trial.sync(comments=True)
    assert trial.states(result)["videos_comments"] == "not_allowed"
    assert "dwell connect tiktok --comments" in trial.messages(result)
    assert not trial.rows("comments")
    trial.account(PERSONAL, comments=True)
    result = trial.sync(comments=True)
    assert trial.states(result)["videos_comments"] == "complete"
    stored = trial.rows("owned_comments", "comment_id, parent_comment_id")
    assert stored
    assert any(parent for _, parent in stored)
    # A reply that comes with its comment and in the list of replies is read twice, at two instants.
    assert len({comment_id for comment_id, _ in stored}) == len(trial.rows("comments", "DISTINCT comment_id"))
    calls = trial.calls()
    trial.sync(comments=True)
    assert (trial.calls() - calls)[COMMENTS] == 0
    post_id, count = trial.rows("post_snapshots", "post_id, comments", "comments > 0")[-1]

    def edit(body: dict[str, Any], _: dict[str, str]) -> None:
        for video in body["data"]["videos"]:
            if video["item_id"] == post_id:
                video["comments"] = count + 1

    trial.change_videos(edit)
    trial.clock.pass_(minutes=1)
    trial.sync(comments=True, full=False)
    calls = trial.calls() - calls
    assert calls[COMMENTS] >= 1
    before = trial.calls()
    trial.sync(comments=True, full=True)
    assert (trial.calls() - before)[COMMENTS] > calls[COMMENTS]


def test_comments_that_end_too_early_do_not_stop_those_of_other_videos(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(PERSONAL, comments=True)
    bad: list[str] = []

    def edit(name: str, query: dict[str, str], body: dict[str, Any]) -> None:
        if name == "comment/list":
            bad.extend([] if bad else [query["video_id"]])
            if query["video_id"] == bad[0]:
                body["data"].update(has_more=True, cursor=30)

    trial.change(edit)
    result = trial.sync(comments=True)
    assert trial.states(result)["videos_comments"] == "partial"
    assert "TikTok ended the comments of 1 videos too early" in trial.messages(result)
    assert result.meta["unfinished"] == 0
    done = trial.cursors(row, "owner_comments")
    assert bad[0] not in done
    assert len(done) > 3
    trial.change(None)
    assert trial.states(trial.sync(comments=True))["videos_comments"] == "complete"
    assert bad[0] in trial.cursors(row, "owner_comments")
