from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dwell.providers.format_registry import read
from dwell.records import Hints, SourceFile

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """Private test data beside the project, never inside it."""
    if not DATA.is_dir():
        pytest.skip(f"there is no real data at {DATA}")
    return DATA


@pytest.fixture
def opened(data: Path, tmp_path: Path) -> Callable[..., SourceFile]:
    """Read one file of the real data."""

    def _opened(place: str, **hints: Any) -> SourceFile:
        return read(data / place, Hints(**hints), tmp_path / "scratch")

    return _opened
