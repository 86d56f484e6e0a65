"""Keys: where they stand, what they allow, how long they are remembered, and how guessing is slowed."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.api.callers import REMEMBERED_S, Callers
from dwell.api.failed_keys import PER_ADDRESS, PER_PREFIX, FailedKeys

USAGE = "/api/v1/usage"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def anybody(service: Any, clock: Clock, client_of: Callable[..., TestClient]) -> TestClient:
    """A client without a key."""
    return client_of(create_app(service, callers=Callers(clock), failed_keys=FailedKeys(clock)), None)


def test_a_key_stands_in_one_of_two_headers(anybody: TestClient, fake: ModuleType) -> None:
    for headers in (
        {"X-API-Key": fake.KEY},
        {"X-API-Key": f" {fake.KEY} "},
        {"Authorization": f"Bearer {fake.KEY}"},
        {"Authorization": f"bearer  {fake.KEY}"},
        {"X-API-Key": fake.KEY, "Authorization": "Bearer x"},
    ):
        assert anybody.get(USAGE, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"Authorization": "Basic eDp5"}, {"Authorization": "x"}])
def test_a_missing_key_is_said(anybody: TestClient, service: Any, headers: dict[str, str]) -> None:
    answer = anybody.get(USAGE, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "API key required")
    assert answer.headers["www-authenticate"] == 'Bearer realm="dwell"'
    assert service.authentications == []


def test_a_wrong_key_is_said(anybody: TestClient) -> None:
    answer = anybody.get(USAGE, headers={"X-API-Key": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "Invalid API key")
    assert anybody.get(USAGE, headers={"X-API-Key": "x" * 600}).status_code == 401


def test_a_key_is_remembered_for_less_than_5_seconds(
    anybody: TestClient, service: Any, clock: Clock, fake: ModuleType
) -> None:
    for _ in range(3):
        assert anybody.get(USAGE, headers={"X-API-Key": fake.KEY}).status_code == 200
    assert len(service.authentications) == 1
    del service.keys[fake.KEY]  # revoked
    assert REMEMBERED_S < 5
    clock.seconds += REMEMBERED_S
    assert anybody.get(USAGE, headers={"X-API-Key": fake.KEY}).status_code == 401


def test_no_key_is_kept_in_memory(fake: ModuleType) -> None:
    callers = Callers()
    callers.remember(fake.KEY, fake.keys()[fake.KEY])
    assert fake.KEY not in repr(vars(callers))
    for number in range(5_000):
        callers.remember(str(number), fake.keys()[fake.KEY])
    assert callers.find(fake.KEY) is None
    assert callers.find("4999") is not None


def test_scopes(service: Any, video: Any, fake: ModuleType, client_of: Callable[..., TestClient]) -> None:
    app = create_app(service)
    reader, tracker = client_of(app, fake.READ_KEY), client_of(app, fake.TRACK_KEY)
    assert reader.get("/api/v1/videos/vid_1").status_code == 200
    for call in (
        reader.post("/api/v1/videos/track", json={}),
        reader.post("/api/v1/videos/vid_1/stop"),
        reader.delete("/api/v1/videos/vid_1"),
        tracker.get("/api/v1/videos/vid_1"),
    ):
        assert (call.status_code, call.json()["code"]) == (403, "permission_denied")
    assert tracker.post("/api/v1/videos/vid_1/stop").status_code == 200


def test_guessing_is_slowed(anybody: TestClient, service: Any, clock: Clock, fake: ModuleType) -> None:
    def guess(number: int) -> Any:
        return anybody.get(USAGE, headers={"X-API-Key": f"dwell_test_{number:032x}"})

    answers = [guess(number) for number in range(PER_PREFIX + 5)]
    assert [answer.status_code for answer in answers] == [401] * PER_PREFIX + [429] * 5
    assert [int(answer.headers["x-ratelimit-remaining"]) for answer in answers] == [*range(9, -1, -1), *[0] * 5]
    assert len(service.authentications) == PER_PREFIX
    assert int(answers[-1].headers["retry-after"]) >= 1
    other = anybody.get(USAGE, headers={"X-API-Key": fake.READ_KEY})  # another prefix
    assert other.status_code == 200
    clock.seconds += 61
    assert guess(99).status_code == 401


def test_a_key_that_is_known_already_works_beside_guesses(anybody: TestClient, fake: ModuleType) -> None:
    assert anybody.get(USAGE, headers={"X-API-Key": fake.KEY}).status_code == 200
    for number in range(PER_PREFIX + 1):
        anybody.get(USAGE, headers={"X-API-Key": f"{fake.KEY[:12]}{number}"})
    assert anybody.get(USAGE, headers={"X-API-Key": fake.KEY}).status_code == 200


def test_valid_keys_are_no_guesses(clock: Clock) -> None:
    failed = FailedKeys(clock)
    for _ in range(500):
        assert failed.begin("10.0.0.1", "key") == 0.0
        failed.succeed("10.0.0.1", "key")


def test_changing_the_prefix_does_not_help(clock: Clock) -> None:
    failed = FailedKeys(clock)
    waits = [failed.begin("10.0.0.1", f"{number:032x}"[::-1]) for number in range(PER_ADDRESS + 1)]
    assert waits == [0.0] * PER_ADDRESS + [60.0]
    assert failed.begin("10.0.0.2", "x") == 0.0


def test_attempts_at_the_same_time_count(clock: Clock) -> None:
    failed = FailedKeys(clock)
    assert [failed.begin("10.0.0.1", "same") for _ in range(PER_PREFIX + 1)] == [0.0] * PER_PREFIX + [60.0]


def test_a_network_of_ipv6_counts_as_one_address(clock: Clock) -> None:
    failed = FailedKeys(clock)
    for number in range(PER_PREFIX):
        failed.begin(f"2001:db8::{number:x}", "same")
    assert failed.begin("2001:db8::ffff", "same") > 0
    assert failed.begin("2001:db8:1::1", "same") == 0.0


def test_memory_is_bounded_and_busy_addresses_are_not_forgotten(clock: Clock) -> None:
    failed = FailedKeys(clock)
    for _ in range(PER_PREFIX):
        failed.begin("10.9.9.9", "same")
    for number in range(30_000):
        failed.begin(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "x")
    assert len(failed) <= 20_000
