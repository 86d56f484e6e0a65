"""Rate limits and their penalty, by simulated time."""

import pytest

from dwell_sandbox.business_api.limits import CallLimits
from dwell_sandbox.server.rate_limits import RateLimit

LIST, GET = "business/video/list", "business/get"


def codes(connection, path, count, seconds=None, gap=0.0):
    found = []
    for _ in range(count):
        if seconds is not None:
            seconds.gone += gap
        found.append(connection.call(path)["code"])
    return found


def test_the_41st_call_of_a_minute_costs_five_minutes_for_this_account_and_endpoint(make_app, seconds):
    app = make_app(limits={}, speed=1.0)
    connection = app.connect("demo_kitchen")
    assert codes(connection, LIST, 40, seconds, 0.2) == [0] * 40
    refused = connection.call(LIST)
    assert (refused["code"], refused["message"]) == (40100, "Requests made too frequently")
    assert codes(connection, GET, 1) == [0], "another endpoint"
    assert codes(app.connect("demo_pantry"), LIST, 1) == [0], "another account"
    seconds.gone += 100
    assert codes(connection, LIST, 1) == [40100]
    seconds.gone += 199
    assert codes(connection, LIST, 1) == [40100], "asking again does not prolong it"
    seconds.gone += 1
    assert codes(connection, LIST, 2) == [0, 0]


def test_forty_calls_each_minute_are_never_refused(make_app, seconds):
    connection = make_app(limits={}, speed=1.0).connect("demo_kitchen")
    assert codes(connection, GET, 200, seconds, 1.5) == [0] * 200


def test_limits_and_penalty_pass_with_simulated_time(make_app, seconds):
    connection = make_app(limits={}, speed=600.0).connect("demo_kitchen")
    assert codes(connection, LIST, 41, seconds, 0.001)[-1] == 40100
    seconds.gone += 0.5
    assert codes(connection, LIST, 1) == [0]


def test_limits_pass_with_real_time_where_simulated_time_stands_still(make_app, seconds):
    connection = make_app(limits={}, speed=0.0).connect("demo_kitchen")
    assert codes(connection, LIST, 41, seconds, 0.2)[-1] == 40100
    seconds.gone += 300
    assert codes(connection, LIST, 1) == [0]


def test_an_app_has_ten_calls_a_second_without_a_penalty(make_app, seconds):
    app = make_app(limits={}, speed=1.0)
    connections = [app.connect(handle) for handle in ("demo_kitchen", "demo_pantry")]
    seconds.gone += 60
    assert codes(connections[0], GET, 5) + codes(connections[1], GET, 6) == [0] * 10 + [40100]
    seconds.gone += 1
    assert codes(connections[1], GET, 1) == [0]


def test_the_601st_call_of_an_app_within_a_minute_costs_five_minutes_for_all_its_accounts():
    limits = CallLimits()
    for second in range(60):
        waits = [limits.check(f"{second % 2} {number}", LIST, float(second), None) for number in range(10)]
        assert waits == [0.0] * 10
    assert limits.check("one more", LIST, 59.5, None) == 300
    assert limits.check("another", GET, 359.4, None) == pytest.approx(0.1)
    assert limits.check("another", GET, 359.5, None) == 0


def test_limits_can_be_set_and_lifted(make_app):
    tight = make_app(limits={"business_api": RateLimit(1, 60.0)}).connect("demo_kitchen")
    assert codes(tight, GET, 2) == [0, 40100]
    free = make_app(limits={"business_api": RateLimit(0, 1.0)}).connect("demo_kitchen")
    assert codes(free, GET, 60) == [0] * 60


def test_a_reset_forgets_penalties(make_app, seconds):
    app = make_app(limits={}, speed=1.0)
    connection = app.connect("demo_kitchen")
    assert codes(connection, GET, 41, seconds, 0.2)[-1] == 40100
    app.ask.http.post("/sandbox/reset")
    assert codes(connection, GET, 1) == [0]


def test_calls_that_are_refused_for_their_token_do_not_count(make_app, seconds):
    connection = make_app(limits={}, speed=1.0).connect("demo_kitchen")
    good = connection.tokens["access_token"]
    connection.tokens["access_token"] = "act.wrong"
    assert set(codes(connection, GET, 60)) == {40105}
    connection.tokens["access_token"] = good
    assert codes(connection, GET, 1) == [0]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("status_500", 500, 50000), ("status_503", 503, 50000), ("status_429", 200, 40100), ("message", 200, 50000),
        ("status_401", 200, 40105), ("status_403", 200, 40001), ("status_404", 200, 40007), ("status_400", 200, 40002),
    ],
)  # fmt: skip
def test_faults_have_the_protocols_own_codes_and_are_logged(app, fault, status, code):
    tokens = app.connect("demo_kitchen").tokens
    app.ask.script({"fault": fault, "endpoint": GET})
    response = app.ask.get(
        f"/business_api/open_api/v1.3/{GET}/",
        {"business_id": tokens["open_id"]},
        {"access-token": tokens["access_token"], "x-dwell-call": "seven"},
    )
    assert (response.status_code, response.json()["code"], response.json()["data"]) == (status, code, {})
    row = app.ask.calls()[-1]
    assert (row["protocol"], row["endpoint"], row["call"]) == ("business_api", GET, "seven")
    assert (row["status"], row["code"], row["fault"], row["credits"]) == (status, code, fault, 0)


def test_calls_cost_nothing_and_need_no_credits(make_app):
    app = make_app(credits=0)
    assert codes(app.connect("demo_kitchen"), GET, 2) == [0, 0]
    assert "business_api" not in app.ask.http.get("/sandbox/credits").json()
