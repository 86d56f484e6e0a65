"""Schemathesis over the whole OpenAPI document: no server error, and no answer that is not documented.

tests/tracking/test_api.py does the same with the real service, and sends more requests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, closing
from types import ModuleType
from typing import Any

import pytest
from starlette.types import ASGIApp

from dwell.api.app import create_app
from dwell.api.examples import ID
from dwell.api.failed_keys import FailedKeys

EVENTS = ["snapshot.created"]


class Apps:
    """Makes apps, each over a service of its own."""

    def __init__(self, fake: ModuleType, opened: ExitStack) -> None:
        self.fake, self.opened = fake, opened
        self.service: Any = None

    def __call__(self) -> ASGIApp:
        self.service = self.opened.enter_context(closing(self.fake.FakeService()))
        self.add_video()
        # Each look at this clock is a minute later: wrong keys are part of the test.
        return create_app(self.service, failed_keys=FailedKeys(itertools.count(0, 61).__next__))

    def add_video(self) -> None:
        self.service.videos[ID], self.service.versions[ID] = ("acc_1", self.fake.make_video(ID)), 7

    def ids(self) -> dict[str, str]:
        """Things that exist, made again when they are gone."""
        service, caller = self.service, self.service.keys[self.fake.KEY]
        self.add_video()
        hooks = service.webhooks.list("acc_1") or [service.webhooks.create("acc_1", EVENTS, "https://example.com/")]
        service.webhooks.enable("acc_1", hooks[0].id)
        keys = [*service.made_keys] or [service.create_own_key(caller, name="", scopes=["read"]).id]
        return {"video_id": ID, "webhook_id": hooks[0].id, "key_id": keys[0]}


@pytest.fixture
def make_app(fake: ModuleType) -> Iterator[Apps]:
    with ExitStack() as opened:
        yield Apps(fake, opened)


@pytest.mark.filterwarnings("ignore")
def test_no_call_has_an_undocumented_answer(make_app: Apps, fake: ModuleType, api_checks: ModuleType) -> None:
    seen = api_checks.check_calls(make_app, fake.KEY, 6, make_app.ids)
    assert len({label for label, _ in seen}) == 26
    done = {label for label, status in seen if status < 300}
    assert done == {label for label, _ in seen}


@pytest.mark.filterwarnings("ignore")
def test_no_sequence_of_calls_has_an_undocumented_answer(
    make_app: Apps, fake: ModuleType, api_checks: ModuleType
) -> None:
    api_checks.check_sequences(make_app, fake.KEY)
