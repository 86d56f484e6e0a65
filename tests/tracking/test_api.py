"""The API over the real service: Schemathesis, with videos, webhooks and keys that exist."""

from __future__ import annotations

import itertools

import pytest

from dwell.api.app import create_app
from dwell.api.failed_keys import FailedKeys
from dwell.errors import DwellError
from dwell.tracking.keys import SCOPES
from dwell.tracking.request_limiter import RequestLimiter

EXAMPLES = 8
HOOK_URL = "https://example.com/hook"


@pytest.fixture
def served(opened):
    with opened() as trial:
        trial.service.webhooks._resolve = lambda host, port: ["93.184.215.14"]
        key = trial.service.create_key(plan="local", scopes=SCOPES, credit_micros=10**9).key
        yield trial, key, trial.service.authenticate(key)


def make_app(trial):
    limiter = RequestLimiter(trial.database)
    # Each look at this clock is a minute later: wrong keys are part of the test.
    failed = FailedKeys(itertools.count(0, 61).__next__)
    return create_app(trial.service, limiter, ready=limiter.check, failed_keys=failed)


class Existing:
    """Ids of things of an account, made again when they are gone."""

    def __init__(self, trial, caller):
        self.trial, self.caller, self.ids = trial, caller, {}
        self.link = trial.link(trial.posts()[0])

    def __call__(self):
        service, account = self.trial.service, self.caller.account_id
        try:
            service.get_version(self.caller, self.ids["video_id"])
        except (KeyError, DwellError):
            self.ids["video_id"] = service.track(self.caller, self.link, 1).id
        try:
            service.webhooks.enable(account, self.ids["webhook_id"])
        except (KeyError, DwellError):
            for hook in service.webhooks.list(account):
                service.webhooks.delete(account, hook.id)
            self.ids["webhook_id"] = service.webhooks.create(account, ["snapshot.created"], HOOK_URL).id
        if "key_id" not in self.ids:
            self.ids["key_id"] = service.create_key(account_id=account).id
        return self.ids


@pytest.mark.parametrize("state_url", [None], ids=["sqlite"])
@pytest.mark.filterwarnings("ignore")
def test_no_call_has_an_undocumented_answer(served, api_checks):
    trial, key, caller = served
    seen = api_checks.check_calls(lambda: make_app(trial), key, EXAMPLES, Existing(trial, caller))
    labels = {label for label, _ in seen}
    done = {label for label, status in seen if status < 300}
    # The link of the example is no video of the sandbox; a bulk request does not look.
    assert labels - done == {"POST /api/v1/videos/track"}
    assert len(labels) == 26


@pytest.mark.filterwarnings("ignore")
def test_no_sequence_of_calls_has_an_undocumented_answer(served, api_checks):
    trial, key, _ = served
    api_checks.check_sequences(lambda: make_app(trial), key, 15)
