"""The state of these tests begins in an empty database."""

from __future__ import annotations

import pytest


@pytest.fixture
def state_url(new_state_url: str | None) -> str | None:
    return new_state_url
