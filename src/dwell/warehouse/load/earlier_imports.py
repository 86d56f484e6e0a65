"""Which imports the stored rows are of, as the merging of a file needs to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

NAME_LENGTH = 8
"""Digits of a batch's id that name an import in `value_sources`."""


def import_name(batch_id: str) -> str:
    """The name of an import in `value_sources`."""
    return batch_id[:NAME_LENGTH]


@dataclass(frozen=True)
class EarlierImports:
    """The imports before this one.

    Attributes:
        this: Name of this import.
        names: Sequence numbers of batches -> the names of their imports.
        of_file: Names of the imports of the very same file, with whatever options and by whatever dwell.
        replaced: Those of them that an older dwell made with the same options: what it read and this one does not, was
            wrong.
        merged: Import -> tables in which it changed stored rows. Those of a dwell that did not store the source of each
            value may hold values of other imports, so nothing of them may be forgotten.
    """

    this: str
    names: Callable[[Iterable[int]], Mapping[int, str]]
    of_file: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    merged: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def to_report(self) -> dict[str, Any]:
        """Those that change how rows are merged, for the log of batches: an undo of another import merges again."""
        report: dict[str, Any] = {}
        if self.of_file:
            report["of_file"] = sorted(self.of_file)
        if self.replaced:
            report["replaced"] = sorted(self.replaced)
            report["merged"] = {name: sorted(tables) for name, tables in sorted(self.merged.items())}
        return report

    @classmethod
    def from_report(
        cls, report: Mapping[str, Any], batch_id: str, names: Callable[[Iterable[int]], Mapping[int, str]]
    ) -> EarlierImports:
        """What `to_report` of an import noted."""
        merged = {name: frozenset(tables) for name, tables in report.get("merged", {}).items()}
        of_file, replaced = frozenset(report.get("of_file", ())), frozenset(report.get("replaced", ()))
        return cls(import_name(batch_id), names, of_file, replaced, merged)

    def replaced_in(self, table: str) -> frozenset[str]:
        """The replaced imports whose rows in a table hold nothing but what they read."""
        return frozenset(name for name in self.replaced if table not in self.merged.get(name, frozenset()))
