"""Keys, limits, credits and the count of calls, over HTTP."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.response import ProtocolOptions


def test_tikliveapi_refuses_the_201st_request_of_a_minute(make, seconds):
    ask = make(limits={})
    for _ in range(200):
        seconds.gone += 0.1
        assert ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"}).status_code == 200
    refused = ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"})
    assert (refused.status_code, refused.json()) == (429, {"message": "Too many requests"})
    assert refused.headers["retry-after"] == "41"
    assert ask.calls()[-1]["credits"] == 0
    seconds.gone += 41
    assert ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"}).status_code == 200


def test_tikliveapi_refuses_more_than_fifty_a_second(make):
    ask = make(limits={})
    responses = [ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"}).status_code for _ in range(51)]
    assert responses == [200] * 50 + [429]


def test_scavio_allows_five_a_minute_and_says_what_is_left(make, seconds, monkeypatch):
    unix_now = datetime(2026, 11, 21, tzinfo=UTC).timestamp()
    monkeypatch.setattr("dwell_sandbox.scavio.protocol.time", SimpleNamespace(time=lambda: unix_now))
    ask = make(limits={})
    responses = [ask.post("profile", {"username": "demo_kitchen"}) for _ in range(6)]
    assert [response.status_code for response in responses] == [200] * 5 + [429]
    assert [response.headers["x-ratelimit-remaining"] for response in responses] == ["4", "3", "2", "1", "0", "0"]
    assert {response.headers["x-ratelimit-limit"] for response in responses} == {"5"}
    assert int(responses[0].headers["x-ratelimit-reset"]) == unix_now + 60
    error = responses[5].json()["error"]
    assert error == {"code": "rate_limit_exceeded", "message": "Rate limit exceeded. Retry after 60 seconds."}
    assert responses[5].headers["retry-after"] == "60"
    seconds.gone += 60
    assert ask.post("profile", {"username": "demo_kitchen"}).status_code == 200


def test_limits_are_kept_for_each_key_and_can_be_set(make):
    ask = make(limits={"scavio": RateLimit(1, 60.0)})
    statuses = []
    for key in ("sandbox-a", "sandbox-a", "sandbox-b"):
        ask.key = key
        statuses.append(ask.post("profile", {"username": "demo_kitchen"}).status_code)
    assert statuses == [200, 429, 200]


def test_one_key_can_be_made_the_only_valid_one(make):
    ask = make(key="my-own")
    assert ask.tiklive("userid", username="demo_kitchen") == {"message": "Api-Key is not available"}
    ask.key = "my-own"
    assert "id" in ask.tiklive("userid", username="demo_kitchen")


def test_credits_are_taken_for_successes_only_and_run_out(make):
    ask = make(credits=3)
    ask.tiklive("userid", username="demo_kitchen")
    ask.tiklive("userid", username="nobody_at_all")
    ask.tiklive("nothing")
    user_id = ask.tiklive("userid", username="demo_kitchen")["id"]
    ask.tiklive("user-posts", userid=user_id)
    assert ask.tiklive("user-posts", userid=user_id)["message"].startswith("You have no credits left")
    assert [request["credits"] for request in ask.calls()] == [1, 0, 0, 1, 1, 0]
    assert ask.http.get("/sandbox/credits").json() == {
        "tikliveapi": {"keys": 1, "given": 3, "taken": 3, "left": 0},
        "scavio": {"keys": 0, "given": 0, "taken": 0, "left": 0},
    }


def test_tikliveapi_out_of_credits_can_be_402_too(make):
    ask = make(credits=0, options=ProtocolOptions(broke_status=402))
    response = ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"})
    assert (response.status_code, list(response.json())) == (402, ["message"])


def test_scavio_out_of_credits_is_402_with_a_place_to_pay(make):
    ask = make(credits=1)
    assert ask.scavio("profile", username="demo_kitchen")["credits_remaining"] == 0
    response = ask.post("profile", {"username": "demo_kitchen"})
    assert response.status_code == 402
    assert response.json()["error"].keys() == {"code", "message", "billing_url"}


def test_each_request_is_counted_with_what_it_cost_and_who_made_it(ask):
    ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"}, {"x-api-key": "sandbox-1", "x-dwell-call": "call-1"})
    ask.get("/tikliveapi/userid/", {"username": "demo_kitchen"}, {"x-dwell-call": "call-2"})
    ask.post("user/posts", {"sec_user_id": 5}, {"authorization": "Bearer sandbox-1", "x-dwell-call": "call-3"})
    ask.get("/tikliveapi/userid", headers={"x-api-key": "sandbox-1"})
    rows = ask.calls()
    assert [
        (row["number"], row["protocol"], row["endpoint"], row["call"], row["status"], row["credits"]) for row in rows
    ] == [
        (1, "tikliveapi", "userid", "call-1", 200, 1),
        (2, "tikliveapi", "userid", "call-2", 200, 0),
        (3, "scavio", "user/posts", "call-3", 400, 0),
        (4, "tikliveapi", "/userid", None, 404, 0),
    ]
    assert {row["fault"] for row in rows} == {None}
    assert "sandbox-1" not in json.dumps(rows)
    assert [row["number"] for row in ask.http.get("/sandbox/calls?since=2&most=1").json()["calls"]] == [3]
    assert ask.http.get("/sandbox/calls?since=x").status_code == 400


def test_a_reset_forgets_calls_credits_and_script(ask):
    ask.tiklive("userid", username="demo_kitchen")
    ask.script("status_500")
    assert ask.http.post("/sandbox/reset").json() == {"count": 0}
    assert ask.calls() == []
    assert "id" in ask.tiklive("userid", username="demo_kitchen")
    assert ask.calls()[0]["number"] == 1
