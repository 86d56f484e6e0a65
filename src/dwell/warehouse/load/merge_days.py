"""A reading that is known to the day beside readings of known instants of that day: it fills what those do not know.

The template that somebody filled in on a day has the saves, the sweep of that day's noon the likes: together they are
what is known of the day, whichever came first. The day's reading stays as it is. `views` are never filled: growth is
computed from them, and an instant must not get views that are only known to the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.comparison import ReadingColumns
from dwell.warehouse.load.earlier_imports import EarlierImports
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    from dwell.warehouse.load.merge_observations import ObservationMerge

# A day of 23 or 25 hours, when the clocks change, is taken as one of 24.
DAY = "INTERVAL 24 HOUR"
NEVER_FILLED = "views"


def can_fill(columns: ReadingColumns) -> bool:
    """Readings of this table are known to the day, and have values of several sources."""
    return columns.has_precision and columns.has_sources


class DayFill:
    """The filling of one table; made after its keys are merged.

    Attributes:
        updated: Stored readings that get a value.
        filled: Any reading gets one; those are in `work.filled_<table>`.
    """

    def __init__(self, merge: ObservationMerge, earlier: EarlierImports) -> None:
        self.merge, self.keyed, self.columns, self.earlier = merge, merge.keyed, merge.columns, earlier
        self.entity = self.keyed.table.entity
        self.values = [name for name in self.columns.values if name != NEVER_FILLED]
        self.updated, self.filled = 0, False
        if can_fill(self.columns) and self._is_needed():
            self._fill()

    def _is_needed(self) -> bool:
        """Some reading of the file or the store is known to the day, and another one is of an instant of that time."""
        days, instants = (f"count(*) FILTER (observed_precision = '{kind}')" for kind in ("day", "instant"))
        sql = f"SELECT {days}, {instants}, min(observed_at), max(observed_at) FROM {self.keyed.rows}"
        has_days, has_instants, low, high = self.keyed.connection.execute(sql).fetchone() or (0, 0, None, None)
        if not has_days and not has_instants:
            return False
        near = []
        if has_instants:
            near.append(f"observed_precision = 'day' AND observed_at BETWEEN $low::TIMESTAMPTZ - {DAY} AND $high")
        if has_days:
            near.append(f"observed_precision = 'instant' AND observed_at BETWEEN $low AND $high::TIMESTAMPTZ + {DAY}")
        names = ", ".join(map(quote_name, self.entity))
        steps = Pipeline().add("entities", f"SELECT DISTINCT {names} FROM {self.keyed.rows}")
        steps = steps.add(
            "nearby",
            f"SELECT {self.keyed.names}, seq FROM {quote_name(self.keyed.table.name)} WHERE ({' OR '.join(near)})",
        )
        steps = steps.add("near", f"SELECT * FROM nearby SEMI JOIN entities USING ({names})")
        stored = self.keyed.number(
            f"CREATE OR REPLACE TABLE {self.keyed.work_table('near')} AS {steps.query()}", {"low": low, "high": high}
        )
        return bool(stored or (has_days and has_instants))

    def _fill(self) -> None:
        keyed = self.keyed
        numbers = keyed.connection.execute(f"SELECT DISTINCT seq FROM {keyed.work_table('near')}").fetchall()
        named = self.earlier.names(number for (number,) in numbers)
        listed = ", ".join(f"({seq}, {quote_text(name)})" for seq, name in named.items()) or "(NULL, NULL)"
        filled = keyed.work_table("filled")
        self.filled = keyed.number(f"CREATE OR REPLACE TABLE {filled} AS {self._filled(listed).query()}") > 0
        self.updated = keyed.number(f"SELECT count(*) FROM {filled} WHERE was_stored") if self.filled else 0

    def _filled(self, imports: str) -> Pipeline:
        """The steps to the readings that get a value."""
        keyed, key = self.keyed, self.keyed.key
        steps = self.merge.unfilled()
        steps = steps.add(
            "readings",
            f"SELECT {keyed.names}, {quote_text(self.earlier.this)} AS import, false AS was_stored FROM {steps.last} "
            f"WHERE observed_precision IS NOT NULL UNION ALL SELECT {keyed.names}, import, true FROM "
            f"{keyed.work_table('near')} ANTI JOIN (SELECT {key} FROM {steps.last}) AS out USING ({key}) "
            f"JOIN (VALUES {imports}) AS named(seq, import) USING (seq)",
        )
        origins = ", ".join(f"{self._origin(name)} AS origin_{name}" for name in self.columns.values)
        steps = steps.add("with_origins", f"SELECT *, {origins} FROM readings")
        fills = [sql for name in self.values for sql in self._fills(name)]
        same = " AND ".join(f"i.{quote_name(name)} = d.{quote_name(name)}" for name in self.entity)
        steps = steps.add(
            "day_values",
            f"SELECT {', '.join(f'i.{quote_name(name)}' for name in keyed.table.key)}, {', '.join(fills)} "
            f"FROM with_origins i JOIN with_origins d ON {same} "
            f"AND i.observed_precision = 'instant' AND d.observed_precision = 'day' "
            f"AND d.observed_at <= i.observed_at AND i.observed_at < d.observed_at + {DAY} "
            f"GROUP BY {', '.join(f'i.{quote_name(name)}' for name in keyed.table.key)}",
        )
        gains = " OR ".join(f"(r.{quote_name(n)} IS NULL AND v.{n}_fill IS NOT NULL)" for n in self.values)
        shown = ", ".join(f"{self._value(column.name)} AS {quote_name(column.name)}" for column in keyed.table.columns)
        return steps.add(
            "filled", f"SELECT {shown}, r.was_stored FROM with_origins r JOIN day_values v USING ({key}) WHERE {gains}"
        )

    def _origin(self, name: str) -> str:
        own = f"json_extract_string(TRY_CAST(value_sources AS JSON), '$.{name}')"
        return f"CASE WHEN {quote_name(name)} IS NOT NULL THEN coalesce({own}, source || '@' || import) END"

    def _fills(self, name: str) -> list[str]:
        """What the latest day that knows it says of a value."""
        unit = f"d.{quote_name(self.columns.units[name])}" if name in self.columns.units else "NULL"
        rounded = "coalesce(d.rounded, false)" if self.columns.rounds else "false"
        packed = f"struct_pack(v := d.{quote_name(name)}, o := d.origin_{name}, u := {unit}, r := {rounded})"
        best = f"arg_max({packed}, d.observed_at) FILTER (d.{quote_name(name)} IS NOT NULL)"
        return [f"({best}).{field} AS {name}_{kind}" for field, kind in (
            ("v", "fill"), ("o", "from"), ("u", "filled_unit"), ("r", "filled_rounded"))]  # fmt: skip

    def _value(self, column: str) -> str:
        """SQL of a column of a filled reading."""
        own = f"r.{quote_name(column)}"
        if column in self.values:
            return f"coalesce({own}, v.{column}_fill)"
        counter = next((name for name, unit in self.columns.units.items() if unit == column), None)
        if counter in self.values:
            return f"CASE WHEN r.{quote_name(counter)} IS NULL THEN v.{counter}_filled_unit ELSE {own} END"
        if column == "rounded":
            tests = [
                f"coalesce(r.{quote_name(n)} IS NULL AND v.{n}_filled_rounded AND v.{n}_fill >= 1000, false)"
                for n in self.values
                if n in self.columns.counters
            ]
            return f"CASE WHEN {' OR '.join(tests)} THEN true ELSE {own} END"
        if column == "value_sources":
            from_day = {name: f"coalesce(r.origin_{name}, v.{name}_from)" for name in self.values}
            origins = {name: from_day.get(name, f"r.origin_{name}") for name in self.columns.values}
            listed = ", ".join(f"""'"{name}":' || to_json({sql})::VARCHAR""" for name, sql in origins.items())
            return f"'{{' || concat_ws(',', {listed}) || '}}'"
        return own

    def output(self, unfilled: Pipeline) -> Pipeline:
        """The steps to the rows to store, with the filled ones in place of theirs."""
        keyed = self.keyed
        if not self.filled:
            return unfilled
        filled = keyed.work_table("filled")
        return unfilled.add(
            "with_filled",
            f"SELECT {keyed.names} FROM {unfilled.last} ANTI JOIN (SELECT {keyed.key} FROM {filled}) AS f "
            f"USING ({keyed.key}) UNION ALL SELECT {keyed.names} FROM {filled}",
        )
