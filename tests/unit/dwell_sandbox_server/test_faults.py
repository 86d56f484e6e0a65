import json
from typing import Any

import pytest

from dwell.errors import SettingsError
from dwell_sandbox.server.faults import CONTENT_FAULTS, FAULTS, TEMPORARY_FAULTS, FaultRates


def _user_id(ask) -> str:
    return ask.sandbox.world.creator_id("demo_kitchen")


def _page(ask, **more: Any) -> dict[str, Any]:
    return ask.tiklive("user-posts", userid=_user_id(ask), count=20, **more)


def _scavio_page(ask) -> dict[str, Any]:
    from dwell_sandbox.server.ids import sec_uid

    return ask.scavio("user/posts", sec_user_id=sec_uid(_user_id(ask)), count=20)["data"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 531])
def test_a_script_makes_the_next_requests_fail_and_not_the_one_after(ask, status: int):
    ask.script({"fault": f"status_{status}", "times": 2})
    path, query = "/tikliveapi/userid/", {"username": "demo_kitchen"}
    responses = [ask.get(path, query) for _ in range(3)]
    assert [response.status_code for response in responses] == [status, status, 200]
    assert responses[0].json().keys() == {"message"}
    assert [(row["fault"], row["credits"]) for row in ask.calls()] == [(f"status_{status}", 0)] * 2 + [(None, 1)]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": "bad_request"}), (401, {"code": "unauthorized"}), (402, {"code": "insufficient_credits"}),
        (403, {"code": "forbidden"}), (404, {"code": "not_found"}), (410, {"code": "gone"}),
        (429, {"code": "rate_limit_exceeded"}), (500, {"code": "internal_error"}), (502, None), (503, None),
    ],
)  # fmt: skip
def test_scavio_words_its_errors_as_objects_and_those_of_the_upstream_as_text(ask, status: int, error: Any):
    ask.script(f"status_{status}")
    response = ask.post("profile", {"username": "demo_kitchen"})
    assert response.status_code == status
    body = response.json()["error"]
    assert isinstance(body, str) if error is None else body["code"] == error["code"]
    assert ("retry-after" in response.headers) is (status == 429)


def test_status_200_with_a_message(ask):
    ask.script("message", "message")
    response = ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"})
    assert (response.status_code, response.json()) == (200, {"message": "Something went wrong, please try again"})
    assert ask.post("profile", {"username": "demo_kitchen"}).json() == {"error": "Please try again"}
    assert [row["credits"] for row in ask.calls()] == [0, 0]


def test_a_truncated_response_was_a_success_and_is_charged(ask):
    ask.script("truncated", "truncated")
    response = ask.get("/tikliveapi/user-posts/", {"userid": _user_id(ask)})
    assert response.status_code == 200
    assert len(response.content) > 1_000
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert ask.tiklive("userid", username="nobody_at_all") == {"message": "User not found"}
    assert [(row["fault"], row["credits"]) for row in ask.calls()] == [("truncated", 1), (None, 0)]


def test_a_slow_response_is_complete_and_charged(make):
    ask = make(faults=FaultRates(slow_s=0.01))
    ask.script("slow")
    assert "id" in ask.tiklive("userid", username="demo_kitchen")
    assert [(row["fault"], row["credits"]) for row in ask.calls()] == [("slow", 1)]


def test_wrong_paging(ask):
    honest = _page(ask)
    ask.script("repeated_cursor", "empty_page", "stops_early", "short_page", "duplicate_row", "has_more_type")
    repeated, empty, stopped, short, double, typed = (_page(ask) for _ in range(6))
    assert repeated == {**honest, "cursor": "0"}
    assert empty == {"videos": [], "cursor": "0", "hasMore": True}
    assert stopped == {**honest, "hasMore": False}
    assert short["videos"] == honest["videos"][:10]
    assert _page(ask, cursor=short["cursor"])["videos"][0] == honest["videos"][10]
    assert double["videos"] == honest["videos"]
    assert _page(ask, cursor=double["cursor"])["videos"][0] == honest["videos"][-1]
    assert type(typed["hasMore"]) is int
    assert [row["fault"] for row in ask.calls() if row["fault"]] == [
        "repeated_cursor", "empty_page", "stops_early", "short_page", "duplicate_row", "has_more_type",
    ]  # fmt: skip
    assert {row["credits"] for row in ask.calls()} == {1}


@pytest.mark.parametrize("kind", ["repeated_cursor", "empty_page", "stops_early", "short_page", "duplicate_row"])
def test_wrong_paging_of_scavio(ask, kind: str):
    honest = _scavio_page(ask)
    ask.script(kind)
    assert _scavio_page(ask) != honest
    assert ask.calls()[-1]["fault"] == kind
    assert _scavio_page(ask) == honest


def test_paging_faults_wait_for_a_page_that_has_more(ask):
    ask.script("stops_early")
    last = _page(ask, cursor="1670000000000")
    assert last["hasMore"] is False
    assert "id" in ask.tiklive("userid", username="demo_kitchen")
    assert _page(ask)["hasMore"] is False
    assert [row["fault"] for row in ask.calls()] == [None, None, "stops_early"]


def test_rows_with_missing_new_and_retyped_fields_keep_their_numbers(ask):
    honest = _page(ask)["videos"]
    ask.script("missing_collect_count", "new_field", "retyped_field", "title_null", "empty_play")
    missing, new, retyped, untitled, silent = (_page(ask)["videos"] for _ in range(5))
    assert "collect_count" not in missing[0]
    assert missing[1] == honest[1]
    assert {**missing[0], "collect_count": honest[0]["collect_count"]} == honest[0]
    assert new[0].keys() - honest[0].keys() == {"interaction_quality_v2"}
    assert retyped[0]["play_count"] == str(honest[0]["play_count"])
    assert untitled[0]["title"] is None
    assert silent[0]["play"] == ""
    assert _page(ask)["videos"] == honest


def test_scavio_rows_can_lack_statistics_or_saves_or_carry_text(ask):
    honest = _scavio_page(ask)["aweme_list"]
    ask.script("missing_statistics", "missing_collect_count", "retyped_field", "title_null", "empty_play")
    bare, unsaved, retyped, untitled, silent = (_scavio_page(ask)["aweme_list"] for _ in range(5))
    assert "statistics" not in bare[0]
    assert bare[1] == honest[1]
    assert "collect_count" not in unsaved[0]["statistics"]
    assert retyped[0]["statistics"]["play_count"] == str(honest[0]["statistics"]["play_count"])
    assert untitled[0]["desc"] is None
    assert silent[0]["video"]["play_addr"] == {"url_list": []}
    assert _scavio_page(ask)["aweme_list"] == honest


def test_counters_can_decrease_by_a_stated_share(ask):
    honest = _page(ask)["videos"]
    ask.script("counters_down")
    lower = _page(ask)["videos"]
    for row, true in zip(lower, honest, strict=True):
        for key in ("play_count", "digg_count", "comment_count", "share_count", "download_count", "collect_count"):
            assert row[key] == int(true[key] * 0.97)
    assert ask.calls()[-1]["fault"] == "counters_down"


def test_a_script_can_name_protocol_and_endpoint(ask):
    ask.script({"fault": "status_503", "endpoint": "user-posts"}, {"fault": "status_500", "protocol": "scavio"})
    assert "id" in ask.tiklive("userid", username="demo_kitchen")
    assert ask.post("profile", {"username": "demo_kitchen"}).status_code == 500
    assert ask.get("/tikliveapi/user-posts/", {"userid": _user_id(ask)}).status_code == 503


@pytest.mark.parametrize(
    "script", [["nonsense"], [{"fault": "slow", "times": 0}], [{"fault": "slow", "often": 2}], {}, 5, [7]]
)
def test_an_invalid_script_is_rejected(ask, script: Any):
    assert ask.http.post("/sandbox/script", json=script).status_code == 400


def test_random_faults_repeat_and_are_as_frequent_as_stated():
    faults = FaultRates("all", seed=3)
    drawn = [faults.draw(number) for number in range(5_000)]
    assert drawn == [FaultRates("all", seed=3).draw(number) for number in range(5_000)]
    assert drawn != [FaultRates("all", seed=4).draw(number) for number in range(5_000)]
    assert 0.18 < sum(kind is not None for kind in drawn) / 5_000 < 0.22
    assert set(drawn) == {None, *TEMPORARY_FAULTS, *CONTENT_FAULTS}
    some = [FaultRates("some", rate=0.5, seed=3).draw(number) for number in range(2_000)]
    assert set(some) == {None, *TEMPORARY_FAULTS}
    assert not any(FaultRates().draw(number) for number in range(100))


def test_random_faults_of_two_sandboxes_are_equal_and_the_log_names_them(make):
    def served() -> tuple[list[int], list[dict[str, Any]]]:
        ask = make(faults=FaultRates("all", rate=0.6, seed=5, slow_s=0.0))
        query = {"userid": _user_id(ask)}
        return [ask.get("/tikliveapi/user-posts/", query).status_code for _ in range(60)], ask.calls()

    faults = FaultRates("all", rate=0.6, seed=5)
    kinds = [faults.draw(number) for number in range(1, 61)]
    statuses, calls = served()
    assert (statuses, calls) == served()
    assert len({row["fault"] for row in calls}) > 8
    for row, kind in zip(calls, kinds, strict=True):
        assert row["fault"] in (kind, None)
        assert (row["credits"] == 0) is (row["fault"] in TEMPORARY_FAULTS and row["fault"] not in ("slow", "truncated"))
        assert not (kind in TEMPORARY_FAULTS and row["fault"] is None)


@pytest.mark.parametrize("arguments", [{"mode": "many"}, {"mode": "all", "rate": 1.5}])
def test_invalid_fault_rates_are_rejected(arguments: dict[str, Any]):
    with pytest.raises(SettingsError, match="choose"):
        FaultRates(**arguments)


def test_every_kind_has_one_name():
    assert len(set(FAULTS)) == len(FAULTS)
