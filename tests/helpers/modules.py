"""Loads a file as a module: tests and their helpers are found by path, not as a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load_module(file: Path) -> ModuleType:
    """The module of this file, executed once a process."""
    file = file.resolve()
    name = f"{file.parent.name}_{file.stem}_by_path"
    if (module := sys.modules.get(name)) is not None and module.__file__ == str(file):
        return module
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
