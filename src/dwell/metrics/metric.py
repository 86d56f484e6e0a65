"""What the catalogue says about one metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dwell.metrics.columns import Columns
from dwell.results.kinds import Kind, kind_of


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: Its name, as in `sql(name)`.
        module: Python module that holds it.
        function: Its function there; parameters in, Ibis expression out.
        tables: Stored tables that it may read.
        columns: Result column -> (unit, meaning), in order; "" means no unit.
        key: Columns that identify a row of the result; none for a single row.
        doc: One line.
        parameters: Parameter -> meaning.
        optional: Columns that only some parameters produce.
        types: Kinds of columns that have another kind here than elsewhere (`dwell.results.kinds`).
        rolled_up: What it reads instead of `tables` where the data folder has the roll-up `post_latest`; none if it
            cannot use that.
    """

    name: str
    module: str
    function: str
    tables: tuple[str, ...]
    columns: Columns
    key: tuple[str, ...]
    doc: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    rolled_up: tuple[str, ...] = ()
    types: Mapping[str, Kind] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Column -> kind of its values."""
        return {name: self.types.get(name) or kind_of(name) for name in self.columns}

    def reads(self, *, rolled_up: bool) -> tuple[str, ...]:
        """The tables that its query reads, with or without the roll-up."""
        return (rolled_up and self.rolled_up) or self.tables
