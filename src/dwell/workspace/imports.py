"""Imports files into tables: recognises and loads them, and reports on every row."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dwell import logs
from dwell.errors import BadFileError, DwellError, StrangeFileError, UnknownFormatError
from dwell.providers import format_registry
from dwell.providers.opening import unreadable
from dwell.providers.strangers import list_skipped, may_be_no_data
from dwell.records import TABLES, Hints, SourceFile
from dwell.results import Result
from dwell.results.kinds import Kind
from dwell.settings.limits import ROWS
from dwell.text.readable import show_path
from dwell.warehouse.batches import Batch
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.warehouse.store import Store
from dwell.workspace.input_files import input_paths, list_files, list_special

Progress = Callable[[str, str, float], None]

__all__ = ["Imports", "Loaded", "Progress", "import_files"]

_COUNTS = ("rows_read", "posts_new", "snapshots_new", "known", "duplicates", "rejected")
log = logs.get_logger(__name__)

_JSON_COLUMNS = ("path", "format", "rows_read", "posts_new", "snapshots_new", "known", "rejected", "rejects_file")


_COLUMNS = (
    *_JSON_COLUMNS,
    *("watch_times_new", "gained", "rows_new", "rows_updated", "duplicates", "corrected", "flagged", "unknown_values"),
    "warnings",
)


@dataclass(frozen=True, repr=False)
class Imports(Result):
    """The result of one import: one row per loaded file; `failures`, `skipped` and `special` in `meta`, too.

    Attributes:
        files: One entry per file that was loaded.
        failures: Files from which nothing was loaded, and why.
        skipped: Files in the folders that hold no data, such as notes and pictures.
        special: What is in the folders and no file, and what it is, such as a pipe.
    """

    files: tuple[Loaded, ...] = ()
    failures: tuple[tuple[Path, DwellError], ...] = ()
    skipped: tuple[Path, ...] = ()
    special: tuple[tuple[Path, str], ...] = ()

    @classmethod
    def of(
        cls,
        files: Sequence[Loaded],
        failures: Sequence[tuple[Path, DwellError]],
        skipped: Sequence[Path],
        special: Sequence[tuple[Path, str]],
    ) -> Imports:
        """The result with these attributes."""
        rows = [tuple(_to_plain(getattr(loaded, name)) for name in _COLUMNS) for loaded in files]
        meta = {
            "failures": [failure_dict(path, error) for path, error in failures],
            "skipped": [str(path) for path in skipped],
            "special": [{"path": str(path), "what": what} for path, what in special],
        }
        types: dict[str, Kind] = {"rows_updated": "json"}
        return cls(_COLUMNS, rows, meta, types, tuple(files), tuple(failures), tuple(skipped), tuple(special))

    @property
    def notices(self) -> list[str]:
        """The files that were not loaded, then the warnings about the others."""
        failed = [f"{path} was not loaded: {error}" for path, error in self.failures]
        return [*failed, *(warning for loaded in self.files for warning in loaded.warnings)]

    @property
    def skipped_text(self) -> str | None:
        """What was skipped, in a sentence each; None where nothing was."""
        texts = [list_skipped([path.name for path in self.skipped])] if self.skipped else []
        texts += [list_special(self.special)] if self.special else []
        return "\n".join(texts) or None

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the rows under `files`, and the keys of `meta`."""
        return {"files": list(self), **self.meta}


def _to_plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def failure_dict(path: Path, error: DwellError) -> dict[str, str]:
    """A file that was not loaded, as JSON."""
    return {"path": str(path), "code": error.code, "message": str(error)}


def import_files(
    store: Store,
    paths: Iterable[str | os.PathLike[str]],
    hints: Hints,
    *,
    dry_run: bool = False,
    max_rejects: int | None = None,
    progress: Progress | None = None,
) -> Imports:
    """Load each file completely or not at all; one bad file does not stop the others.

    Args:
        store: Where rows are stored.
        paths: Files, or folders whose files are loaded in order of name.
        hints: What the user said about the files.
        dry_run: Do everything except storing.
        max_rejects: Nothing is stored of a file with more rejects.
        progress: Called with (file, step, fraction done).
    """
    if not dry_run:
        store.require_writable()
    loaded: list[Loaded] = []
    named = input_paths(paths)
    found = list_files(named)
    failures, rows = found.failures, 0
    for path in found.data:
        try:
            if rows >= ROWS.value():
                raise BadFileError(f"The files before it have {rows:,} rows: import it by itself.")
            loaded.append(_import_file(store, path, hints, dry_run=dry_run, max_rejects=max_rejects, progress=progress))
            rows += loaded[-1].rows_read
        except DwellError as error:
            if is_note(path, named, error):
                found.skipped.append(path)
            else:
                failures.append((path, error))
    if not dry_run:
        store.seal_if_due()
    shown = [(show_path(path), error) for path, error in failures]
    special = [(show_path(path), what) for path, what in found.special]
    return Imports.of(loaded, shown, [show_path(path) for path in found.skipped], special)


def _import_file(
    store: Store, path: Path, hints: Hints, *, dry_run: bool, max_rejects: int | None, progress: Progress | None
) -> Loaded:
    def step(name: str, fraction: float) -> None:
        if progress is not None:
            progress(path.name, name, fraction)

    step("reading", 0.0)
    with store.scratch() as scratch:
        file = read_file(path, hints, scratch)
        before = store.batches_of_file(file.digest)
        loaded = load(store, file, hints, dry_run=dry_run, progress=step, max_rejects=max_rejects)
        loaded = replace(loaded, warnings=(*loaded.warnings, *_other_times(loaded, before, hints)))
    fields = {"file": path.name, "format": loaded.format, **{name: getattr(loaded, name) for name in _COUNTS}}
    log.info(
        "%(file)s (%(format)s): %(rows_read)d rows read, %(known)d known, %(duplicates)d duplicates, "
        "%(rejected)d rejected",
        fields,
    )
    return loaded


def _other_times(loaded: Loaded, before: Iterable[Batch], hints: Hints) -> Iterator[str]:
    """A sentence for each import of the same file that said its rows were observed at another time."""
    gave = any(rows for name, rows in loaded.rows_new.items() if TABLES[name].keeps == "every")
    if loaded.repeated or not gave:
        return
    for batch in before:
        as_of = batch.report.get("as_of")
        if as_of is not None and as_of != hints.as_of:
            name = import_name(batch.batch_id)
            yield (
                f"This file was imported on {batch.at:%Y-%m-%d} as of {as_of} (import {name}); dwell undo {name} "
                "removes that."
            )


def read_file(path: Path, hints: Hints, scratch: Path) -> SourceFile:
    """Recognises one file, as `format_registry.read`; a name that is not UTF-8 is read through a link in scratch.

    Raises:
        BadFileError: The system cannot read it, at its start or half-way.
    """
    shown = show_path(path)
    try:
        if shown != path:
            link = scratch / shown.name
            link.symlink_to(path.absolute())
            return replace(format_registry.read(link, hints, scratch), path=shown)
        return format_registry.read(path, hints, scratch)
    except OSError as error:
        raise unreadable(shown, error) from error


def is_note(path: Path, named: Iterable[Path], error: DwellError) -> bool:
    """Whether a file that could not be read is a note in a folder, and not one that the user named."""
    unknown = isinstance(error, UnknownFormatError) and not isinstance(error, StrangeFileError)
    return unknown and path not in named and may_be_no_data(path.name)
