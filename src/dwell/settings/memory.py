"""What to do where memory is short: which limit of the system binds, and which library could not be loaded."""

from __future__ import annotations

import contextlib
import re
import resource
from collections.abc import Iterator

from dwell.settings import cgroup

_SHORT = re.compile(r"failed to map segment|cannot allocate memory|out of memory|unable to allocate|cannot map", re.I)
_IMPORT_SYSTEM = "<frozen importlib"


def describe_shortage() -> str:
    """The limit that the system sets this process, and the cure: `this process may use 600 MB: raise ...`."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        return f"this process may use {_size(soft)}: raise the limit (ulimit -v)"
    container = []
    for text in cgroup.read_limits("memory.max"):
        with contextlib.suppress(ValueError):  # `max`, no limit
            container.append(int(text))
    if container:
        return f"this container may use {_size(min(container))}: give it more"
    return "free some memory of this machine"


def describe_memory_error() -> str:
    """The sentence for a MemoryError."""
    return f"Not enough memory: {describe_shortage()}, or set DWELL_MEMORY lower, so that less is used at once."


def describe_failed_load(error: BaseException) -> str | None:
    """The sentence for a library that cannot be loaded because memory is short; None for every other error."""
    for each in _causes(error):
        name = None
        if isinstance(each, (ImportError, OSError)) and _SHORT.search(str(each)):
            name = _library(each)
        elif isinstance(each, MemoryError):
            name = _imported(each)
        if name:
            return f"Not enough memory to load {name}: {describe_shortage()}."
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _library(error: ImportError | OSError) -> str | None:
    """The package, as people install it, or the file; None where it is no library that cannot be loaded."""
    if isinstance(error, ImportError):
        # The name that the system's loader gives is that of the file, without its package.
        package = re.search(r"site-packages/_*([\w-]+)", error.path or str(error))
        if name := package[1] if package else (error.name or "").split(".")[0].lstrip("_"):
            return name
    file = re.search(r"([\w.+-]+\.(?:so|dylib)[\w.]*)", str(error))
    return file[1] if file else None


def _imported(error: MemoryError) -> str | None:
    """The package whose import ran out of memory; None where it was no import."""
    name, trace = None, error.__traceback__
    while trace is not None:
        frame, code = trace.tb_frame, trace.tb_frame.f_code
        if code.co_filename.startswith(_IMPORT_SYSTEM) and code.co_name == "_find_and_load":
            name = frame.f_locals.get("name")  # the module is being read
        elif code.co_name == "<module>" and frame.f_globals.get("__name__") != "__main__":
            name = frame.f_globals.get("__name__")  # it is being run
        trace = trace.tb_next
    return str(name).split(".")[0].lstrip("_") if name else None


def _size(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"
