"""Imports explained: what each step made of some rows of each file, without storing anything."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dwell.errors import DwellError
from dwell.records import Hints
from dwell.results import Result
from dwell.text.readable import show_path
from dwell.warehouse.load.explainer import explain
from dwell.warehouse.load.explanation import Explanation
from dwell.warehouse.store import Store
from dwell.workspace.imports import failure_dict, read_file
from dwell.workspace.input_files import input_paths, list_files

__all__ = ["Explanation", "Explanations", "explain_files"]

_COLUMNS = ("path", "part", "line", "outcome", "reason", "column", "text", "typed", "checked")


@dataclass(frozen=True, repr=False)
class Explanations(Result):
    """What the steps of an import made of each file: one row a column of an explained row.

    Attributes:
        files: One entry a file that could be read.
        failures: The other files, and why.
    """

    files: tuple[Explanation, ...] = ()
    failures: tuple[tuple[Path, DwellError], ...] = ()

    @classmethod
    def of(cls, files: Sequence[Explanation], failures: Sequence[tuple[Path, DwellError]]) -> Explanations:
        """The result with these attributes; `meta` has both as JSON."""
        meta = {
            "files": [_file(explanation) for explanation in files],
            "failures": [failure_dict(path, error) for path, error in failures],
        }
        rows = [row for explanation in files for row in _rows(explanation)]
        return cls(_COLUMNS, rows, meta, files=tuple(files), failures=tuple(failures))

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the keys of `meta`."""
        return dict(self.meta)


def _rows(explanation: Explanation) -> Iterator[tuple[Any, ...]]:
    for row in explanation.rows:
        named = (str(explanation.path), row.part, row.line, row.outcome, row.reason)
        for cell in row.cells:
            yield (*named, cell.column, cell.text, cell.typed, cell.checked)
        if not row.cells:
            yield (*named, None, row.text, None, None)


def _file(explanation: Explanation) -> dict[str, Any]:
    document = asdict(explanation)
    for row in document["rows"]:
        row["columns"] = row.pop("cells")
        for table in row["tables"]:
            table["row"] = table.pop("values")
    return {**document, "path": str(explanation.path)}


def explain_files(
    store: Store, paths: Iterable[str | os.PathLike[str]], hints: Hints, lines: Iterable[int] = ()
) -> Explanations:
    """Explain the import of each file; nothing is stored.

    Args:
        store: What the rows are compared with.
        paths: Files, or folders whose files are taken in the order of their names.
        hints: What the user said about them.
        lines: Lines whose rows are explained; where empty, each file's first rows and one of each kind of reject.
    """
    wanted = tuple(lines)
    files: list[Explanation] = []
    found = list_files(input_paths(paths))
    failures = found.failures
    for path in found.data:
        try:
            with store.scratch() as scratch:
                files.append(explain(store, read_file(path, hints, scratch), hints, wanted))
        except DwellError as error:
            failures.append((show_path(path), error))
    return Explanations.of(files, failures)
