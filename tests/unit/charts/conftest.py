"""The made-up account, for every test of the charts."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(scope="session")
def account() -> Any:
    """The functions of account.py."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "report" / "account.py")))
