"""Which imports the stored rows are of, as the merging of a file needs to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

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
    """

    this: str
    names: Callable[[Iterable[int]], Mapping[int, str]]
    of_file: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
