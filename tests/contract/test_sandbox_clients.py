"""dwell's clients against the sandbox's server, over real HTTP: both must mean the same by the same protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from dwell.errors import (
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpTransport
from dwell.providers.base import Provider, Subject
from dwell.providers.scavio.client import Scavio
from dwell.providers.streams import STANDARD_STREAMS
from dwell.providers.tikliveapi.client import TikLiveAPI
from dwell.records.item import PostItem
from dwell_sandbox import World
from dwell_sandbox.server.faults import FAULTS, FaultRates, ScriptedFault
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
NO_LIMITS = {"tikliveapi": RateLimit(0, 1.0), "scavio": RateLimit(0, 1.0)}
WORLD = World(12)


@dataclass
class Line:
    """One client, connected to one sandbox."""

    sandbox: Sandbox
    provider: Provider
    url: str
    doors: dict[tuple[str, str | None], HttpTransport]

    def send(self, request: HttpRequest, key: str | None = "sandbox-test", number: str = "x") -> Any:
        where = (self.provider.name, key)
        if where not in self.doors:
            headers = {} if key is None else self.provider.headers(key)
            self.doors[where] = HttpTransport(f"{self.url}/{self.provider.name}", headers)
        return self.doors[where].send(request, {"x-dwell-call": number})

    def ask(self, request: HttpRequest, key: str | None = "sandbox-test") -> Any:
        return self.provider.read(request, self.send(request, key))

    def account(self, handle: str) -> Subject:
        return self.provider.subject("profile", self.ask(self.provider.lookup("profile", Subject(handle))))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Sandbox, str, dict[tuple[str, str | None], HttpTransport]]]:
    sandbox = Sandbox(WORLD, SimulatedClock(NOW, 0.0), faults=FaultRates(slow_s=0.0))
    with serve_in_thread(sandbox) as url:
        doors: dict[tuple[str, str | None], HttpTransport] = {}
        yield sandbox, url, doors
        for transport in doors.values():
            transport.close()


@pytest.fixture(params=[TikLiveAPI, Scavio], ids=["tikliveapi", "scavio"])
def line(request: pytest.FixtureRequest, served: Any) -> Line:
    sandbox, url, doors = served
    sandbox.limits, sandbox.credits = NO_LIMITS, 1_000
    sandbox.reset()
    return Line(sandbox, request.param(), url, doors)


def _in_state(state: str) -> str:
    for number in range(5, 5_000):
        handle = WORLD.creator_by_number(number).handle
        standing = WORLD.status(handle, NOW)
        if standing.state == state and (state != "region_blocked" or "US" in standing.regions):
            return handle
    raise AssertionError(state)


def test_every_lookup_finds_what_it_is_asked_for(line: Line):
    account = line.account("demo_kitchen")
    post = WORLD.posts("demo_kitchen", since=NOW.replace(month=6), at=NOW)[0]
    subjects = {
        "profile": Subject("demo_kitchen"),
        "post": Subject(post.post_id, post.post_id),
        "sound": Subject(post.sound.sound_id, post.sound.sound_id),
        "hashtag": Subject("recipe"),
        "usage": Subject(""),
    }
    assert account.id == WORLD.creator_id("demo_kitchen")
    for what in line.provider.lookups:
        payload = line.ask(line.provider.lookup(what, subjects[what]))
        if what != "usage":
            assert line.provider.subject(what, payload).name == subjects[what].name
    profile = line.ask(line.provider.lookup("profile", Subject("demo_kitchen")))
    assert line.provider.total("profile", profile) == WORLD.profile("demo_kitchen", NOW).post_count


@pytest.mark.parametrize("what", STANDARD_STREAMS)
def test_every_stream_goes_on_page_by_page(line: Line, what: str):
    if what not in line.provider.streams:
        pytest.skip(f"{line.provider.name} has no such listing")
    account = line.account("demo_bigtable")
    post = max(
        WORLD.posts("demo_bigtable", since=NOW.replace(month=6), at=NOW),
        key=lambda each: WORLD.counters(each.post_id, NOW).comments,
    )
    tag = WORLD.hashtag("recipe")
    sound = next(
        each.sound
        for each in WORLD.posts("demo_kitchen", since=NOW.replace(month=1), at=NOW)
        if not each.sound.original
    )
    subjects = {
        "user_posts": account,
        "followers": account,
        "following": account,
        "sound_posts": Subject(sound.sound_id, sound.sound_id),
        "hashtag_posts": Subject("recipe", tag.hashtag_id),
        "search_posts": Subject("recipe"),
        "comments": Subject(post.post_id, post.post_id),
    }
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        payload = line.ask(line.provider.listing(what, subjects[what], cursor=cursor, count=15))
        page = line.provider.page(what, payload)
        assert page.items
        assert page.has_more is not None
        seen += [repr(sorted(row.items(), key=lambda pair: pair[0])) for row in page.items]
        if not page.has_more:
            break
        assert page.cursor not in (None, cursor)
        cursor = page.cursor
    assert len(set(seen)) == len(seen) > 15


def test_a_missing_and_a_wrong_key_are_refused(line: Line):
    request = line.provider.lookup("profile", Subject("demo_kitchen"))
    with pytest.raises(KeyRefusedError):
        line.ask(request, key="another-key")
    with pytest.raises(KeyRefusedError):
        line.ask(request, key=None)


def test_too_fast_says_how_long_to_wait(line: Line):
    line.sandbox.limits = {line.provider.name: RateLimit(1, 60.0)}
    request = line.provider.lookup("profile", Subject("demo_kitchen"))
    line.ask(request)
    with pytest.raises(RateLimitedError) as caught:
        line.ask(request)
    assert caught.value.retry_after_s is not None
    assert 50 < caught.value.retry_after_s <= 60


def test_out_of_credits_is_understood(line: Line):
    line.sandbox.credits = 0
    with pytest.raises(OutOfCreditsError):
        line.ask(line.provider.lookup("profile", Subject("demo_kitchen")))


@pytest.mark.parametrize(
    ("state", "told"),
    [("banned", "banned"), ("deleted", "not_found"), ("renamed", "not_found"), ("unknown", "not_found")],
)
def test_accounts_that_are_gone_are_told_apart_as_far_as_the_words_go(line: Line, state: str, told: str):
    handle = "nobody_at_all" if state == "unknown" else _in_state(state)
    with pytest.raises(UnavailableError) as caught:
        line.account(handle)
    assert caught.value.state == told


@pytest.mark.parametrize("state", ["private", "region_blocked"])
def test_accounts_whose_posts_are_hidden_say_why(line: Line, state: str):
    account = line.account(_in_state(state))
    with pytest.raises(UnavailableError) as caught:
        line.ask(line.provider.listing("user_posts", account, cursor=None, count=10))
    assert caught.value.state == state


def test_a_renamed_account_is_found_by_its_key(line: Line):
    old = _in_state("renamed")
    new = WORLD.status(old, NOW).handle
    known = line.account(new)
    found = line.ask(line.provider.lookup("profile", Subject("", known.id, known.key)))
    assert line.provider.subject("profile", found) == known
    assert known.id == WORLD.creator_id(old)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_clients_reckoning_of_credits_is_the_sandboxes(line: Line, fault: str):
    account = line.account("demo_kitchen")
    line.sandbox.script.set([ScriptedFault(fault)])
    calls = [
        line.provider.listing("user_posts", account, cursor=None, count=10),
        line.provider.lookup("profile", Subject("nobody_at_all")),
        line.provider.lookup("profile", Subject("demo_pantry")),
    ]
    reckoned = []
    for number, request in enumerate(calls):
        try:
            response = line.send(request, number=str(number))
        except TemporaryError:
            reckoned.append(0)
        else:
            reckoned.append(line.provider.credits_charged(request, response))
    counted = [row["credits"] for row in line.sandbox.request_log.to_json(1, 9)["calls"]]
    assert reckoned == counted
    if fault in ("status_500", "status_502", "status_503", "status_429", "message", "truncated"):
        line.sandbox.script.set([ScriptedFault(fault)])
        with pytest.raises(TemporaryError):
            line.ask(calls[2])


def test_every_fault_ends_in_data_or_in_an_error_that_dwell_knows(line: Line):
    account = line.account("demo_kitchen")
    request = line.provider.listing("user_posts", account, cursor=None, count=10)
    for fault in FAULTS:
        line.sandbox.script.set([ScriptedFault(fault)])
        try:
            page = line.provider.page("user_posts", line.ask(request))
        except ProviderError:
            continue
        for row in page.items:
            parsed = line.provider.parser.post(row)
            assert isinstance(parsed, PostItem), fault
            assert WORLD.post(parsed.post_id).handle == "demo_kitchen"


def test_with_all_faults_no_row_differs_from_the_truth_unless_the_log_says_so(line: Line):
    account = line.account("demo_kitchen")
    line.sandbox.faults = FaultRates("all", rate=0.5, seed=9, slow_s=0.0)
    try:
        rows = [row for number in range(150) for row in _rows(line, account, number)]
    finally:
        line.sandbox.faults = FaultRates(slow_s=0.0)
    faults = {row["call"]: row["fault"] for row in line.sandbox.request_log.to_json(0, 1_000)["calls"]}
    assert len({fault for fault in faults.values() if fault}) > 12
    lower = 0
    for number, parsed in rows:
        post, counters = WORLD.post(parsed.post_id), WORLD.counters(parsed.post_id, NOW)
        known = {
            "handle": "demo_kitchen",
            "posted_at": int(post.posted_at.timestamp()),
            "duration_s": post.duration_s,
            "is_ad": post.is_ad,
            "sound_id": post.sound.sound_id,
            **({"caption": post.caption} if parsed.caption is not None else {}),
        }
        assert {name: getattr(parsed, name) for name in known} == known
        share = 0.97 if faults[number] == "counters_down" else 1
        lower += share < 1
        for name in ("views", "likes", "comments", "shares", "saves"):
            if getattr(parsed, name) is not None:
                assert int(getattr(parsed, name)) == int(getattr(counters, name) * share)
    assert len(rows) > 500
    assert lower


def _rows(line: Line, account: Subject, number: int) -> Iterator[tuple[str, PostItem]]:
    """The rows of one page, each number another one; none where a fault took the whole answer."""
    newest = int(NOW.timestamp()) * 1000
    request = line.provider.listing("user_posts", account, cursor=str(newest - number * 10**9), count=12)
    try:
        response = line.send(request, number=str(number))
        items = line.provider.page("user_posts", line.provider.read(request, response)).items
    except ProviderError:
        return
    for item in items:
        parsed = line.provider.parser.post(item)
        assert isinstance(parsed, PostItem)
        yield str(number), parsed
