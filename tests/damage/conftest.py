"""What every command over damaged folders shares: the same posts are computed once."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LAYOUT = Path(__file__).parents[1] / "layouts" / "cff8933.tar.xz"


@pytest.fixture(scope="module", autouse=True)
def _computed_once() -> Iterator[None]:
    """The same posts have the same audit, model and pictures: what is tried is what comes before these, and after."""
    patch = pytest.MonkeyPatch()
    for name in ("dwell.models.audit.audit", "dwell.models.fitting.fit", "dwell.workspace.page.render"):
        module, _, function = name.rpartition(".")
        patch.setattr(name, _remembering(getattr(importlib.import_module(module), function)))
    yield
    patch.undo()


def _remembering(compute: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[bytes, bytes] = {}

    def compute_once(*args: Any, **options: Any) -> Any:
        key = pickle.dumps((args, options))
        if key not in known:
            known[key] = pickle.dumps(compute(*args, **options))
        return pickle.loads(known[key])

    return compute_once
