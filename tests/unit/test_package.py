"""What holds before anything of dwell is loaded."""

from __future__ import annotations

import importlib.util
import os

import pytest

import dwell


def test_another_system_than_posix_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("dwell_elsewhere", dwell.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        with pytest.raises(ImportError, match=r"^dwell runs on Linux, .* inside WSL\.$"):
            spec.loader.exec_module(module)
    spec.loader.exec_module(module)
    assert module.__version__ == dwell.__version__


def test_completion_shows_what_there_is() -> None:
    assert {"open", "Workspace", "check", "backup", "restore", "Client", "AsyncClient"} <= set(dir(dwell))
    assert not {"Any", "TYPE_CHECKING", "annotations", "os"} & set(dir(dwell))
    assert all(getattr(dwell, name) for name in dwell.__all__)
    with pytest.raises(AttributeError, match="module 'dwell' has no attribute 'opne'"):
        getattr(dwell, "op" + "ne")
