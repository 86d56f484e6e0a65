"""Two readings of one key as SQL: which values are exact, which rounded one agrees with an exact one, what differs."""

from __future__ import annotations

from dwell.records import Table
from dwell.text.rounding import LEAST_ROUNDED
from dwell.warehouse.columns import quote_name

MACROS = (
    # A source rounds to the nearest unit or down, and nothing below a thousand: 17.7K was 17,650 to 17,799.
    f"""is_rounded_to(exact, r, unit) AS exact = r OR (exact - r < unit AND r - exact <= unit // 2
        AND (exact >= {LEAST_ROUNDED} OR r < {LEAST_ROUNDED}))""",
    # Of a number alone the unit is that of its last digit that is not 0, and of the two first digits at least.
    f"""is_rounding_of(exact, r) AS CASE WHEN r < {LEAST_ROUNDED} THEN exact = r
        ELSE is_rounded_to(exact, r, CAST(pow(10, lost_digits_of(CAST(r AS VARCHAR))) AS BIGINT)) END""",
    "lost_digits_of(t) AS least(length(t) - 2, length(t) - length(rtrim(t, '0')))",
)

_UNIT = "_unit"


class ReadingColumns:
    """The columns of a table of readings.

    Attributes:
        values: What was read; each is merged on its own.
        units: Counter -> the column with its unit, which goes with it.
        with_rounding: All of them and, where the table has it, whether the row is rounded.
        has_precision: The table says how exactly the time is known.
        has_sources: The table can say of each value where it comes from.
    """

    def __init__(self, table: Table) -> None:
        names = {column.name for column in table.columns}
        self.units = {name: name + _UNIT for name in table.observed if name + _UNIT in names}
        self.values = [name for name in table.observed if name not in self.units.values()]
        self.counters = {column.name for column in table.columns if column.kind == "count"}
        self.rounds = "rounded" in names
        self.with_rounding = [*self.values, *self.units.values(), *(["rounded"] if self.rounds else [])]
        self.has_precision = "observed_precision" in names
        self.has_sources = "value_sources" in names

    def can_round(self, name: str) -> bool:
        """The table can say that a value is rounded."""
        return name in self.units or (self.rounds and name in self.counters)

    def is_exact(self, name: str, row: str = "") -> str:
        """SQL: the value of a row is not rounded, as far as the row says."""
        by_row = f"NOT coalesce({row}rounded, false)" if self.rounds else "true"
        unit = self.units.get(name)
        return f"coalesce({row}{quote_name(unit)} = 1, {by_row})" if unit else by_row

    @staticmethod
    def agrees(exact: str, rounded: str, unit: str | None) -> str:
        """SQL: an exact value is what the rounded one was."""
        by_digits = f"is_rounding_of({exact}, {rounded})"
        if unit is None:
            return by_digits
        return f"CASE WHEN {unit} > 1 THEN is_rounded_to({exact}, {rounded}, {unit}) ELSE {by_digits} END"

    def differs(self, name: str, row: str, merged: str) -> str:
        """SQL: a row knows a value that is not the merged one, nor a rounding of it."""
        own, kept = f"{row}.{quote_name(name)}", f"{merged}.{quote_name(name)}"
        if not self.can_round(name):
            return f"coalesce({own} <> {kept}, false)"
        unit = f"{row}.{quote_name(self.units[name])}" if name in self.units else None
        agrees = self.agrees(kept, own, unit)
        return f"coalesce({own} <> {kept} AND ({self.is_exact(name, row + '.')} OR NOT {agrees}), false)"
