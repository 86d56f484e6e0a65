"""What a command depends on: the data folder, versions, which keys are set, the disk, and what `check` finds."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from dwell.errors import DwellError, NoDataError
from dwell.providers.provider_registry import provider_names
from dwell.report.pdf import find_chromium
from dwell.results import Result
from dwell.settings import DUCKDB, Settings
from dwell.warehouse.versions import engine_versions, folder_layout
from dwell.workspace.folder_check import check_folder

COLUMNS = ("part", "name", "value", "ok", "cure")
_EXTRAS = ("polars", "pandas", "pyarrow", "psycopg", "pyspark-client", "pysail")
_LEAST_FREE = 1_000_000_000
_KEYS = ("DWELL_SECRET_KEY", "DWELL_SERVER_KEY", "DWELL_WEBHOOK_SECRET")

Row = tuple[str, str, str, bool | None, str | None]


def examine(settings: Settings, wrong: Mapping[str, str]) -> Result:
    """Look at everything that a command depends on; nothing is sent, and no key is shown.

    Args:
        settings: The settings, of the variables that can be read.
        wrong: Variable -> what is wrong with it.

    Returns:
        One row per fact: `part` (data, settings, versions, keys, disk, tools, check), `name`, `value`, `ok` (None for a
        mere fact) and `cure`. `meta["ok"]` is false where something is wrong.
    """
    rows = [
        *_data(settings),
        *_settings(wrong),
        *_versions(),
        *_keys(settings),
        *_disk(settings.data),
        *_tools(settings),
    ]
    rows += _check(settings)
    return Result(COLUMNS, rows, {"ok": all(row[3] is not False for row in rows)})


def _data(settings: Settings) -> Iterator[Row]:
    folder, layout = settings.data.resolve(), folder_layout(settings.data)
    yield "data", "folder", str(folder), None, None
    if layout is None:
        yield "data", "layout", "there is no data yet", None, None
    else:
        size, files = _size(folder)
        yield "data", "layout", str(layout), None, None
        yield "data", "size", f"{_bytes(size)} in {files:,} files", None, None
    state = "PostgreSQL (DWELL_DATABASE)" if settings.database else "live.db in the folder"
    yield "data", "state", state, None, None


def _settings(wrong: Mapping[str, str]) -> Iterator[Row]:
    for variable, problem in wrong.items():
        yield "settings", variable, "cannot be used", False, problem
    if not wrong:
        yield "settings", "variables", "each can be read", True, None


def _versions() -> Iterator[Row]:
    versions = {"dwell": metadata.version("dwell"), "Python": platform.python_version(), **engine_versions()}
    for name, version in versions.items():
        yield "versions", name, version, None, None
    for name in _EXTRAS:
        try:
            yield "versions", name, metadata.version(name), None, None
        except metadata.PackageNotFoundError:
            yield "versions", name, "not installed (optional)", None, None


def _keys(settings: Settings) -> Iterator[Row]:
    for name in provider_names():
        try:
            found = settings.provider(name)
        except DwellError as error:
            yield "keys", name, "cannot be read", False, str(error)
            continue
        yield "keys", name, "set" if found.key or found.app_secret else "not set", None, None
    for variable in _KEYS:
        yield "keys", variable, "set" if os.environ.get(variable) else "not set", None, None


def _disk(folder: Path) -> Iterator[Row]:
    place = next((path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    cure = None if free >= _LEAST_FREE else "Less than 1 GB is free: free some, or move the data folder."
    yield "disk", "free", _bytes(free), free >= _LEAST_FREE, cure


def _tools(settings: Settings) -> Iterator[Row]:
    engine = "DuckDB, in this process" if settings.engine == DUCKDB else "a Spark Connect server"
    yield "tools", "engine", engine, None, None
    yield "tools", "Chromium", find_chromium() or "not found: only report -o x.pdf needs it", None, None


def _check(settings: Settings) -> Iterator[Row]:
    try:
        found = check_folder(settings)
    except NoDataError:
        return
    except DwellError as error:
        yield "check", settings.data.name, "cannot be checked", False, str(error)
        return
    for row in found:
        cure = "dwell check --repair" if row["repair"] else "Restore it from a backup, or import the exports again."
        yield "check", row["part"], row["detail"], False, cure
    for warning in found.meta["warnings"]:
        yield "check", "warning", warning, bool(found.meta["ok"]), "dwell check says more."
    if found.meta["ok"]:
        yield "check", "folder", "every part is intact", True, None


def _size(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files in a folder; one that vanishes meanwhile is not counted."""
    size = files = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(parent) / name).lstat().st_size
                files += 1
            except OSError:
                continue
    return size, files


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
