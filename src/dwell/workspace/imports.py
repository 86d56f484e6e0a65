"""Imports files into tables: recognises and loads them, and reports on every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from dwell import logs
from dwell.errors import DwellError, StrangeFileError, UnknownFormatError
from dwell.providers import format_registry
from dwell.providers.strangers import is_no_data, list_skipped, may_be_no_data
from dwell.records import Hints
from dwell.results import Result
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.warehouse.store import Store

Progress = Callable[[str, str, float], None]

__all__ = ["Imports", "Loaded", "Progress", "import_files"]

_COUNTS = ("rows_read", "posts_new", "snapshots_new", "known", "duplicates", "rejected")
log = logs.get_logger(__name__)

_JSON_COLUMNS = ("path", "format", "rows_read", "posts_new", "snapshots_new", "known", "rejected", "rejects_file")


@dataclass(frozen=True)
class Imports:
    """The result of one import.

    Attributes:
        files: One entry per file that was loaded.
        failures: Files from which nothing was loaded, and why.
        skipped: Files in the folders that hold no data, such as notes and pictures.
    """

    files: tuple[Loaded, ...]
    failures: tuple[tuple[Path, DwellError], ...]
    skipped: tuple[Path, ...] = ()

    @property
    def skipped_text(self) -> str | None:
        """The skipped files in a sentence; None where there are none."""
        return list_skipped([path.name for path in self.skipped]) if self.skipped else None

    def to_result(self) -> Result:
        """One row per loaded file; `files`, `failures` and `skipped` in the JSON."""
        columns = (
            *_JSON_COLUMNS,
            "watch_times_new",
            "gained",
            "rows_new",
            "rows_updated",
            "duplicates",
            "corrected",
            "flagged",
            "unknown_values",
            "warnings",
        )
        rows = [tuple(_to_plain(getattr(loaded, name)) for name in columns) for loaded in self.files]
        failures = [failure_dict(path, error) for path, error in self.failures]
        return _FileResult(columns, rows, {"failures": failures, "skipped": [str(path) for path in self.skipped]})


class _FileResult(Result):
    def to_dict(self) -> dict[str, object]:
        return {"files": list(self), **self.meta}


def _to_plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def failure_dict(path: Path, error: DwellError) -> dict[str, str]:
    """A file that was not loaded, as JSON."""
    return {"path": str(path), "code": error.code, "message": str(error)}


def import_files(
    store: Store, paths: Iterable[Path], hints: Hints, *, dry_run: bool = False, progress: Progress | None = None
) -> Imports:
    """Load each file completely or not at all; one bad file does not stop the others.

    Args:
        store: Where rows are stored.
        paths: Files, or folders whose files are loaded in order of name.
        hints: What the user said about the files.
        dry_run: Do everything except storing.
        progress: Called with (file, step, fraction done).
    """
    if not dry_run:
        store.require_writable()
    loaded: list[Loaded] = []
    failures: list[tuple[Path, DwellError]] = []
    named = list(paths)
    files, skipped = list_files(named)
    for path in files:
        try:
            loaded.append(_import_file(store, path, hints, dry_run=dry_run, progress=progress))
        except DwellError as error:
            if is_note(path, named, error):
                skipped.append(path)
            else:
                failures.append((path, error))
    if not dry_run:
        store.seal_if_due()
    return Imports(tuple(loaded), tuple(failures), tuple(skipped))


def _import_file(store: Store, path: Path, hints: Hints, *, dry_run: bool, progress: Progress | None) -> Loaded:
    def step(name: str, fraction: float) -> None:
        if progress is not None:
            progress(path.name, name, fraction)

    step("reading", 0.0)
    with store.scratch() as scratch:
        file = format_registry.read(path, hints, scratch)
        loaded = load(store, file, hints, dry_run=dry_run, progress=step)
    fields = {"file": path.name, "format": loaded.format, **{name: getattr(loaded, name) for name in _COUNTS}}
    log.info(
        "%(file)s (%(format)s): %(rows_read)d rows read, %(known)d known, %(duplicates)d duplicates, "
        "%(rejected)d rejected",
        fields,
    )
    return loaded


def list_files(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files and those in the folders, in the order of their names; and those in the folders that hold no data.

    Raises:
        UnknownFormatError: A folder has no files with data.
    """
    files, skipped = list[Path](), list[Path]()
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = [inner for inner in sorted(path.rglob("*")) if inner.is_file() and not _is_hidden(inner, path)]
        data = [inner for inner in inside if not is_no_data(inner.name)]
        if not data:
            raise UnknownFormatError(f"The folder {path} contains no data files; name a folder or file with exports.")
        files += data
        skipped += [inner for inner in inside if is_no_data(inner.name)]
    return files, skipped


def _is_hidden(file: Path, folder: Path) -> bool:
    """In a hidden folder, such as `.git`, whose files nobody counts."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts[:-1])


def is_note(path: Path, named: Iterable[Path], error: DwellError) -> bool:
    """Whether a file that could not be read is a note in a folder, and not one that the user named."""
    unknown = isinstance(error, UnknownFormatError) and not isinstance(error, StrangeFileError)
    return unknown and path not in named and may_be_no_data(path.name)
