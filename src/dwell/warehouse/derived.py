"""A table that is derived from stored ones whenever it is read: what exports and loads have to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dwell.records import Relation


class MakeQuery(Protocol):
    """Makes the query of a derived table, as DuckDB SQL over views named as the stored tables."""

    def __call__(self, *, with_seq: bool) -> str:
        """The query.

        Args:
            with_seq: The views have the number of each row's batch, as `seq`; each row of the query then has the
                highest number of those that it depends on. Without it the rows are ordered by the key.
        """


@dataclass(frozen=True, slots=True)
class Derived:
    """One derived table.

    Attributes:
        relation: Its name, key and columns.
        partition: Columns whose rows belong together: where one of them changes, all are loaded again.
        reads: The stored tables that its query reads.
        wanted_with: Stored tables: where one of them has rows, a load of all tables has this one, even if it is empty.
        make_query: Makes its query.
    """

    relation: Relation
    partition: tuple[str, ...]
    reads: tuple[str, ...]
    wanted_with: tuple[str, ...]
    make_query: MakeQuery
