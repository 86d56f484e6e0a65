"""The API client sends requests about a connected account: one refresh after a refusal, then an error with its cure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest

from dwell.errors import KeyRefusedError
from dwell.http import HttpRequest, HttpResponse, HttpTransport
from dwell.live.budget import Budget
from dwell.live.client import ApiClient
from dwell.live.request_context import RequestContext, ResponseSummary
from dwell.providers.tiktok_organic.api import read_data
from dwell.providers.tiktok_organic.profile import profile_request
from dwell.state.owner import Owner
from dwell.state.rate_limiter import RateLimiter

PROFILE, REFRESH = "business/get", "tt_user/oauth2/refresh_token"


class Provider:
    """As much of a provider as a request needs."""

    name = "tiktok-organic"

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        return 0

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        return read_data(response)


def ask(trial: Any, row: Any) -> Mapping[str, Any]:
    credentials: Any = trial.credentials(row)
    provider: Any = Provider()
    with closing(HttpTransport(trial.url, {})) as transport:
        limiter = RateLimiter(trial.database, f"tiktok-organic/{credentials.fingerprint}", 0, None)
        client = ApiClient(provider, transport, credentials, trial.database, limiter, 0)
        request = profile_request(row.open_id, ["user.info.username"])
        context = RequestContext(Owner("sweep", "1"), 0, "sync", "demo_kitchen", "profile")
        return client.fetch(request, context, Budget(None), lambda _: ResponseSummary(1)).payload


def test_a_request_about_a_connected_account_succeeds(trial: Any) -> None:
    row = trial.connect()
    assert ask(trial, row) == {"username": "demo_kitchen"}
    assert trial.calls()[REFRESH] == 0


@pytest.mark.parametrize("hours", [17, 20, 30])
def test_whatever_the_age_of_the_token(trial: Any, hours: int) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=hours)
    assert ask(trial, row) == {"username": "demo_kitchen"}
    assert trial.calls()[REFRESH] == (hours > 17)


def test_a_refused_token_costs_one_refresh_and_one_more_request(trial: Any) -> None:
    row = trial.connect()
    trial.fail("status_401", PROFILE)
    before = trial.calls()[PROFILE]
    assert ask(trial, row) == {"username": "demo_kitchen"}
    assert (trial.calls()[PROFILE] - before, trial.calls()[REFRESH]) == (2, 1)


def test_a_second_refusal_ends_it_with_the_cure(trial: Any) -> None:
    row = trial.connect()
    trial.fail("status_401", PROFILE, 9)
    before = trial.calls()[PROFILE]
    with pytest.raises(KeyRefusedError, match="run dwell connect tiktok"):
        ask(trial, row)
    assert (trial.calls()[PROFILE] - before, trial.calls()[REFRESH]) == (2, 1)


def test_a_revoked_account_costs_one_refresh_and_is_named_to_the_user(trial: Any) -> None:
    row = trial.connect()
    trial.sandbox.business_api.tokens.revoke(trial.credentials(row).headers()["access-token"], trial.clock.at)
    for _ in range(2):
        with pytest.raises(KeyRefusedError, match="dwell connect tiktok"):
            ask(trial, row)
    assert trial.calls()[REFRESH] == 1
    assert trial.row(row).refresh_refused
