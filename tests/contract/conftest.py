from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dwell.providers.provider_registry import PROVIDERS

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(params=sorted(PROVIDERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def samples(name: str) -> Any:
    """Made-up good answers of one provider, of the shapes that its contract gives."""
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def tiklive() -> Any:
    return json.loads((SAMPLES / "tikliveapi.json").read_text("utf-8"))
