"""Tables that keep every reading: one row a key, merged by column.

Rows of one key are readings of one thing at one time; often the time is known to the day only. So each column is
decided on its own: it gets the value of the first reading that knows it, in this order:

1. a reading whose time is known exactly, before one that is known to the day;
2. more views, because counters grow: the later reading;
3. of a day what is read now, before what is stored; of an instant what is stored; in one file the row that knows more,
   then the one with the larger values, column by column, so that the order of the rows decides nothing.

A rounded value (17.7K) makes room for an exact one that it is the rounding of. Values of a stored reading that were
read from this very file, by an older dwell or with other options, come last: reading the file again corrects them. So
does a file that corrects all that is stored.

No row is refused for what another one says. What is not kept of a row is listed, with the value that was.
"""

from __future__ import annotations

from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.comparison import ReadingColumns
from dwell.warehouse.load.earlier_imports import EarlierImports
from dwell.warehouse.load.keyed_rows import LIST_CHUNK, KeyedRows
from dwell.warehouse.load.merge_days import DayFill
from dwell.warehouse.load.pipeline import Pipeline

_ABOUT = ("observed_precision", "observed_zone")


class ObservationMerge:
    """One such table of one file.

    Args:
        keyed: Its rows.
        earlier: Which imports the stored rows are of.
        correct: What the file knows replaces what is stored.
        fill_days: Readings of a day fill what those of its instants do not know; in a backup they have done so.
    """

    def __init__(
        self, keyed: KeyedRows, earlier: EarlierImports, *, correct: bool = False, fill_days: bool = True
    ) -> None:
        self.keyed = keyed
        self.earlier = earlier
        self.correct = correct
        self.columns = ReadingColumns(keyed.table)
        self.about = [name for name in _ABOUT if self.columns.has_precision]
        self.sources = ["value_sources"] if self.columns.has_sources else []
        self.days: DayFill | None = None
        self.fill_days = fill_days

    def merge(self) -> None:
        """Merges the rows of shared keys: `work.merged_<table>` then has one row for each."""
        self._merge_keys()
        self.days = DayFill(self, self.earlier) if self.fill_days else None

    def _merge_keys(self) -> None:
        keyed = self.keyed
        if not keyed.shared:
            return
        keyed.merge_chunks(self._distinct().query(), self._merged, LIST_CHUNK)

    def _distinct(self) -> Pipeline:
        """The steps to the distinct rows of shared keys."""
        keyed = self.keyed
        values = ", ".join(map(quote_name, [*self.columns.with_rounding, *self.about]))
        carried = ", ".join(f"min({quote_name(name)}) AS {quote_name(name)}" for name in ("source", *self.sources))
        steps = Pipeline().add("candidates", keyed.shared_rows())
        return steps.add(
            "distinct_rows",
            f"SELECT min(row_id) AS row_id, count(*) AS times, {keyed.key}, {values}, {carried} FROM candidates "
            f"GROUP BY {keyed.key}, {values}",
        )

    def _merged(self, chunk: str) -> Pipeline:
        """The steps from the rows of some keys to one row a key."""
        keyed, columns = self.keyed, self.columns
        steps = Pipeline().add("stored_values", self._stored(chunk))
        steps = steps.add(
            "versions",
            f"SELECT * EXCLUDE (times), {quote_text(self.earlier.this)} AS import, false AS is_last FROM "
            f"{keyed.work_table('distinct')} WHERE {chunk} UNION ALL BY NAME SELECT * FROM stored_values",
        )
        steps = steps.add("ordered", f"SELECT *, {self._place()} AS place FROM versions")
        rows = ["row_id", "source", "import", *self.sources, *columns.with_rounding]
        packed = ", ".join(f"{quote_name(name)} := {quote_name(name)}" for name in rows)
        best = [sql for name in columns.values for sql in self._best(name)]
        steps = steps.add(
            "by_key",
            f"SELECT {', '.join([keyed.key, *best, *self._precision()])}, "
            f"list(struct_pack({packed}) ORDER BY place) AS rows FROM ordered GROUP BY {keyed.key}",
        )
        steps = steps.add("chosen", f"SELECT * REPLACE ({', '.join(self._exact_values())}) FROM by_key")
        steps = steps.add("with_units", f"SELECT *, {', '.join([*self._units(), *self._origins()])} FROM chosen")
        steps = steps.add("described", f"SELECT *, {', '.join(self._row())} FROM with_units")
        return steps.add("merged", self._compared())

    def _stored(self, chunk: str) -> str:
        """SELECT of the stored rows; values that were read from this file before come last, as rows of their own."""
        keyed, columns = self.keyed, self.columns
        table = f"{keyed.work_table('stored')} JOIN work.imports USING (seq)"
        about = ", ".join([keyed.key, "source", "import", *map(quote_name, [*self.about, *self.sources])])

        def part(row_id: int, kept: dict[str, str], *, is_last: bool) -> str:
            shown = ", ".join(
                f"CASE WHEN {kept[name]} THEN {quote_name(name)} END AS {quote_name(name)}" if name in kept else name
                for name in columns.with_rounding
            )
            known = " OR ".join(f"({kept[name]} AND {quote_name(name)} IS NOT NULL)" for name in columns.values)
            return (
                f"SELECT {row_id} AS row_id, {about}, {shown}, {str(is_last).lower()} AS is_last "
                f"FROM {table} WHERE {chunk} AND ({known})"
            )

        if not self.earlier.of_file:
            return part(-1, dict.fromkeys(columns.values, "true"), is_last=self.correct)
        read_before, forgotten = ({n: self._is_of(n, ids) for n in columns.values} for ids in (
            self.earlier.of_file, self.earlier.replaced_in(keyed.table.name)))  # fmt: skip
        others = {name: f"NOT {sql}" for name, sql in read_before.items()}
        before = {name: f"{sql} AND NOT {forgotten[name]}" for name, sql in read_before.items()}
        return f"{part(-1, others, is_last=self.correct)} UNION ALL {part(-2, before, is_last=True)}"

    def _is_of(self, name: str, imports: frozenset[str]) -> str:
        """SQL: a stored value is of one of these imports."""
        if not imports:
            return "false"
        listed = ", ".join(map(quote_text, sorted(imports)))
        own = f"json_extract_string(TRY_CAST(value_sources AS JSON), '$.{name}')" if self.sources else "NULL"
        return f"(coalesce(regexp_extract({own}, '[^@]*$'), import) IN ({listed}))"

    def _place(self) -> str:
        known = " + ".join(f"CAST({quote_name(name)} IS NOT NULL AS INTEGER)" for name in self.columns.values)
        order = ["is_last"]
        if self.columns.has_precision:
            order.append("coalesce(observed_precision = 'day', false)")
        if "views" in self.columns.values:
            order.append("views DESC NULLS LAST")
        day = "WHEN observed_precision = 'day' THEN 0 " if self.columns.has_precision else ""
        larger = [f"{quote_name(name)} DESC NULLS LAST" for name in (*self.columns.with_rounding, *self.about)]
        order += [f"CASE WHEN row_id < 0 THEN 1 {day}ELSE 2 END", f"{known} DESC", *larger, "row_id"]
        return f"row_number() OVER (PARTITION BY {self.keyed.key} ORDER BY {', '.join(order)})"

    def _best(self, name: str) -> list[str]:
        """The first known value and its place; where it may be rounded also the first exact one."""
        value, known = quote_name(name), f"{quote_name(name)} IS NOT NULL"
        best = [f"arg_min({value}, place) FILTER ({known}) AS {value}", f"min(place) FILTER ({known}) AS from_{name}"]
        if self.columns.can_round(name):
            exact = f"FILTER ({known} AND {self.columns.is_exact(name)})"
            best += [f"arg_min({value}, place) {exact} AS exact_{name}", f"min(place) {exact} AS exact_from_{name}"]
        return best

    def _precision(self) -> list[str]:
        if not self.about:
            return []
        packed = "struct_pack(precision := observed_precision, zone := observed_zone)"
        first = f"(arg_min({packed}, place) FILTER (observed_precision IS NOT NULL))"
        return [f"{first}.precision AS observed_precision", f"{first}.zone AS observed_zone"]

    def _exact_values(self) -> list[str]:
        """A rounded value is replaced by the exact one that it is the rounding of."""
        replaced = []
        for name in self.columns.values:
            value, first = quote_name(name), f"rows[from_{name}]."
            if not self.columns.can_round(name):
                continue
            unit = first + quote_name(self.columns.units[name]) if name in self.columns.units else None
            agrees = self.columns.agrees(f"exact_{name}", value, unit)
            test = f"exact_{name} IS NOT NULL AND NOT {self.columns.is_exact(name, first)} AND {agrees}"
            replaced.append(f"CASE WHEN {test} THEN exact_{name} ELSE {value} END AS {value}")
            replaced.append(f"CASE WHEN {test} THEN exact_from_{name} ELSE from_{name} END AS from_{name}")
        return replaced or [f"{quote_name(self.columns.values[0])} AS {quote_name(self.columns.values[0])}"]

    def _units(self) -> list[str]:
        """The unit of each chosen counter; equal counters share what is known of it."""
        return [
            f"coalesce(rows[from_{name}].{quote_name(unit)}, list_filter(rows, lambda r: r.{quote_name(name)} = chosen."
            f"{quote_name(name)} AND r.{quote_name(unit)} IS NOT NULL)[1].{quote_name(unit)}) AS {quote_name(unit)}"
            for name, unit in self.columns.units.items()
        ]

    def _origins(self) -> list[str]:
        """Of each value `source@import`."""
        origins = []
        for name in self.columns.values:
            row = f"rows[from_{name}]"
            own = f"json_extract_string(TRY_CAST({row}.value_sources AS JSON), '$.{name}'), " if self.sources else ""
            origins.append(f"coalesce({own}{row}.source || '@' || {row}.import) AS origin_{name}")
        return origins

    def _row(self) -> list[str]:
        """What describes the whole row: its source, where its values come from, whether it is rounded."""
        values = self.columns.values
        first = f"coalesce({', '.join(f'origin_{name}' for name in values)})"
        described = [f"regexp_replace({first}, '@[^@]*$', '') AS source"]
        if self.sources:
            this = f"regexp_replace({first}, '@[^@]*$', '') || {quote_text('@' + self.earlier.this)}"
            alike = " AND ".join(f"coalesce(origin_{name} = {this}, true)" for name in values)
            listed = ", ".join(f"""'"{name}":' || to_json(origin_{name})::VARCHAR""" for name in values)
            described.append(
                f"CASE WHEN NOT ({alike}) THEN '{{' || concat_ws(',', {listed}) || '}}' END AS value_sources"
            )
        if self.columns.rounds:
            rounded = " OR ".join(
                f"coalesce(rows[from_{name}].rounded AND NOT {self.columns.is_exact(name, f'rows[from_{name}].')} "
                f"AND {quote_name(name)} >= 1000, false)"
                for name in values
                if name in self.columns.counters
            )
            own = f"coalesce({', '.join(f'rows[from_{name}].rounded' for name in values)})"
            described.append(f"CASE WHEN {rounded} THEN true ELSE {own} END AS rounded")
        return described

    def _compared(self) -> str:
        """SELECT of the merged rows beside the stored ones: what is new, what changed, and who gave it."""
        keyed, names = self.keyed, [*self.columns.with_rounding, *self.about]
        changed = {name: f"m.{quote_name(name)} IS DISTINCT FROM s.{quote_name(name)}" for name in names}
        is_new = f"s.{quote_name(keyed.table.key[0])} IS NULL"
        givers = [f"CASE WHEN {is_new} OR {changed[n]} THEN m.rows[m.from_{n}].row_id END" for n in self.columns.values]
        same = " AND ".join(f"NOT {changed[name]}" for name in self.columns.values)
        givers.append(f"CASE WHEN {same} THEN m.rows[1].row_id END")
        shown = ", ".join(f"m.{quote_name(column.name)}" for column in keyed.table.columns)
        corrected = " + ".join(
            f"CAST(s.{quote_name(n)} IS NOT NULL AND {changed[n]} AS INTEGER)" for n in self.columns.values
        )
        return (
            f"SELECT {shown}, {is_new} AS is_new, {is_new} OR {' OR '.join(changed.values())} AS changed, "
            f"list_filter(list_distinct([{', '.join(givers)}]), lambda x: x >= 0) AS givers, {corrected} AS corrected "
            f"FROM described m LEFT JOIN {keyed.work_table('stored')} s USING ({keyed.key})"
        )

    def unkept(self) -> str:
        """SELECT of `row_id`, `entity` and `difference` of every row of which a value is not kept."""
        keyed = self.keyed
        if not keyed.shared:
            return "SELECT NULL::BIGINT AS row_id, NULL::VARCHAR AS entity, NULL::VARCHAR AS difference WHERE false"
        whens = " ".join(
            f"WHEN {self.columns.differs(name, 'r', 'm')} "
            f"THEN '{name} ' || r.{quote_name(name)} || ', kept ' || m.{quote_name(name)}"
            for name in self.columns.values
        )
        steps = Pipeline().add("candidates", keyed.shared_rows())
        steps = steps.add(
            "compared",
            f"SELECT r.row_id, CAST(r.{quote_name(keyed.table.key[0])} AS VARCHAR) AS entity, CASE {whens} END AS "
            f"difference FROM candidates r JOIN {keyed.work_table('merged')} m USING ({keyed.key})",
        )
        return steps.add("unkept", "SELECT * FROM compared WHERE difference IS NOT NULL").query()

    def changed_rows(self) -> str:
        """SELECT of `row_id` and `is_new` of the rows of shared keys that gave the table something new."""
        if not self.keyed.shared:
            return "SELECT NULL::BIGINT AS row_id, false AS is_new WHERE false"
        return f"SELECT unnest(givers) AS row_id, is_new FROM {self.keyed.work_table('merged')} WHERE changed"

    def output(self) -> Pipeline:
        """The steps to the rows to store."""
        return self.days.output(self.unfilled()) if self.days else self.unfilled()

    def unfilled(self) -> Pipeline:
        """The same before a day's reading fills those of its instants."""
        keyed, names = self.keyed, self.keyed.names
        rows = [f"SELECT {names} FROM new_keys"]
        if keyed.shared:
            rows.append(f"SELECT {names} FROM {keyed.work_table('merged')} WHERE changed")
        return Pipeline().add("new_keys", keyed.unshared_rows()).add("stored", " UNION ALL ".join(rows))

    def pipelines(self) -> list[Pipeline]:
        """All steps, to be printed."""
        return [*([self._distinct(), self._merged("true")] if self.keyed.shared else []), self.output()]

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        new, changed = self.keyed.count_merged()
        return new, changed + (self.days.updated if self.days else 0)
