"""Which imports the stored rows are of, as the merging of a file needs to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

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

    def replaced_in(self, table: str) -> frozenset[str]:
        """The replaced imports whose rows in a table hold nothing but what they read."""
        return frozenset(name for name in self.replaced if table not in self.merged.get(name, frozenset()))
