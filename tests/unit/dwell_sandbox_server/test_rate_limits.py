import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dwell.errors import SettingsError
from dwell_sandbox.server.rate_limits import RateLimit, RateLimiter


def test_no_window_has_more_requests_than_the_limit():
    limiter = RateLimiter(RateLimit(200, 60))
    decisions = [limiter.check(at * 0.1) for at in range(201)]
    assert [decision.wait_s for decision in decisions[:200]] == [0] * 200
    assert [decision.remaining for decision in decisions] == [*range(199, -1, -1), 0]
    assert decisions[200].wait_s == pytest.approx(40)
    assert limiter.check(59.999).wait_s == pytest.approx(0.001)
    assert limiter.check(60.0).wait_s == 0
    assert limiter.check(60.0).wait_s == pytest.approx(0.1)


def test_a_burst_is_refused_although_the_window_is_open():
    limiter = RateLimiter(RateLimit(200, 60, burst=50))
    assert not any(limiter.check(5.0).wait_s for _ in range(50))
    refused = limiter.check(5.2)
    assert refused.wait_s == pytest.approx(0.8)
    assert refused.remaining == 150
    assert limiter.check(6.0).wait_s == 0


def test_a_scaled_limit_scales_the_burst_with_it():
    limiter = RateLimiter(RateLimit(200, 6, burst=50))
    assert [limiter.check(0.0).wait_s for _ in range(51)][50] == pytest.approx(0.1)


def test_without_a_limit_there_is_no_decision():
    assert RateLimiter(RateLimit.parse("none")).check(0.0) is None


@settings(max_examples=200)
@given(
    st.lists(st.floats(0, 3), max_size=200),
    st.integers(1, 8),
    st.floats(0.5, 20),
)
@example([3.0, 0.0], 1, 1.7422219043976326)
def test_no_window_ever_holds_more_than_allowed_and_the_wait_is_enough(gaps: list[float], most: int, per_s: float):
    limiter, now, through = RateLimiter(RateLimit(most, per_s)), 0.0, []
    for gap in gaps:
        now += gap
        decision = limiter.check(now)
        if not decision.wait_s:
            through.append(now)
        else:
            assert 0 < decision.wait_s <= per_s
            assert len([at for at in through if now - at < per_s]) == most
    for at in through:
        assert len([other for other in through if 0 <= at - other < per_s]) <= most


@pytest.mark.parametrize("text", ["", "200", "200/", "0/60", "5/0", "-1/60", "1e3/60", "x/60", "None"])
def test_a_text_that_is_not_a_limit_is_rejected(text: str):
    with pytest.raises(SettingsError, match="such as 200/60"):
        RateLimit.parse(text)


def test_a_limit_is_read():
    assert RateLimit.parse("200/60", burst=50) == RateLimit(200, 60.0, 50)
    assert RateLimit.parse("600/0.5") == RateLimit(600, 0.5)
