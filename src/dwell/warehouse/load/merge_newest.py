"""Tables that keep the newest known value of each column: rows of one key become one, together with the stored one.

A value is newer where its row was observed later; at the same instant what is stored stands, then the row of the file
with the larger values, column by column, so that the order of the rows decides nothing; a file that corrects goes
before what is stored, and so does one that was imported before, with other options or by an older dwell. Null never
replaces a value. Two refinements: figures of an account's day that are final beat provisional ones whenever they were
observed; and of a post's publishing time a full clock time beats a bare date, which beats the time in its id (a lower
bound). A new version is stored only where a value changed.
"""

from __future__ import annotations

from dwell.records import Column
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.earlier_imports import EarlierImports
from dwell.warehouse.load.keyed_rows import KeyedRows
from dwell.warehouse.load.pipeline import Pipeline

# `rank` is one number: microseconds of the observation, and below it the place by the values, where stored comes first.
_PLACES = 1 << 40
_FINAL = "(1::HUGEINT << 100)"
_CLOCK = "(1::HUGEINT << 105)"


class NewestMerge:
    """One such table of one file."""

    def __init__(self, keyed: KeyedRows, earlier: EarlierImports, *, correct: bool = False) -> None:
        self.keyed = keyed
        of_file = ", ".join(map(quote_text, sorted(earlier.of_file)))
        last = "true" if correct else f"import IN ({of_file})" if of_file else "false"
        self.stored_place = f"CASE WHEN {last} THEN {_PLACES} ELSE -1 END"
        self.values = [column for column in keyed.table.columns if column.name in keyed.table.values]

    def merge(self) -> None:
        """Merges the rows of shared keys, if any.

        `work.merged_<table>` then has a row a key, whether it changed, and which rows of the file changed it.
        """
        keyed = self.keyed
        if not keyed.shared:
            return
        keyed.merge_chunks(self._distinct().query(), self._merged)

    def _distinct(self) -> Pipeline:
        """The steps to the distinct rows of shared keys."""
        keyed, values = self.keyed, ", ".join(quote_name(column.name) for column in self.values)
        newest = "max(struct_pack(o := observed_at, s := source))"
        last = f"min(row_id) AS row_id, {newest}.s AS source, {newest}.o AS observed_at"
        steps = Pipeline().add("candidates", keyed.shared_rows())
        return steps.add(
            "distinct_rows",
            f"SELECT {keyed.key}, {values}, {last}, count(*) AS times FROM candidates GROUP BY {keyed.key}, {values}",
        )

    def _rank(self, place: str) -> str:
        final = f" + CASE WHEN provisional THEN 0 ELSE {_FINAL} END" if self.keyed.table.name == "account_days" else ""
        return f"epoch_us(observed_at)::HUGEINT * {2 * _PLACES} + ({_PLACES} - {place}){final}"

    def _merged(self, chunk: str) -> Pipeline:
        """The steps from the rows of some keys to one row a key."""
        keyed, names = self.keyed, [column.name for column in self.values]
        stored = f"SELECT {keyed.names}, -1 AS row_id, {self._rank(self.stored_place)} AS rank"
        larger = ", ".join(f"{quote_name(name)} DESC NULLS LAST" for name in names)
        steps = Pipeline().add(
            "placed",
            f"SELECT *, row_number() OVER (PARTITION BY {keyed.key} ORDER BY {larger}) AS place "
            f"FROM {keyed.work_table('distinct')} WHERE {chunk}",
        )
        steps = steps.add(
            "versions",
            f"SELECT {keyed.names}, row_id, {self._rank('place')} AS rank FROM placed "
            f"UNION ALL BY NAME {stored} FROM {keyed.work_table('stored')} JOIN work.imports USING (seq) WHERE {chunk}",
        )
        best = [f"{self._best(column)} AS {quote_name(column.name)}" for column in self.values]
        origins = [f"{self._origin(column)} AS {quote_name('from_' + column.name)}" for column in self.values]
        before = [f"any_value({quote_name(n)}) FILTER (row_id = -1) AS {quote_name('stored_' + n)}" for n in names]
        steps = steps.add(
            "by_key",
            f"SELECT {', '.join([keyed.key, *best, *origins, *before])}, max(observed_at) AS observed_at, "
            "arg_max(source, rank) AS source, arg_max(row_id, rank) AS newest, bool_or(row_id = -1) AS was_stored "
            f"FROM versions GROUP BY {keyed.key}",
        )
        changed = {n: f"{quote_name(n)} IS DISTINCT FROM {quote_name('stored_' + n)}" for n in names}
        givers = [f"CASE WHEN {t} OR NOT was_stored THEN {quote_name('from_' + n)} END" for n, t in changed.items()]
        givers.append("CASE WHEN NOT was_stored THEN newest END")
        known = {
            c.name: self._known(c).replace(quote_name(c.name), quote_name("stored_" + c.name)) for c in self.values
        }
        corrected = " + ".join(f"CAST(coalesce({known[n]}, false) AND {t} AS INTEGER)" for n, t in changed.items())
        return steps.add(
            "merged",
            f"SELECT {keyed.names}, NOT was_stored AS is_new, NOT was_stored OR {' OR '.join(changed.values())} AS "
            f"changed, list_filter(list_distinct([{', '.join(givers)}]), lambda x: x >= 0) AS givers, "
            f"{corrected} AS corrected FROM by_key",
        )

    def _best(self, column: Column) -> str:
        name = quote_name(column.name)
        best = f"arg_max({name}, {self._order(column)}) FILTER ({self._known(column)})"
        return f"coalesce({best}, [])" if column.kind == "texts" else best

    def _origin(self, column: Column) -> str:
        return f"arg_max(row_id, {self._order(column)}) FILTER ({self._known(column)})"

    def _known(self, column: Column) -> str:
        name = quote_name(column.name)
        return f"len({name}) > 0" if column.kind == "texts" else f"{name} IS NOT NULL"

    def _order(self, column: Column) -> str:
        if (self.keyed.table.name, column.name) != ("posts", "posted_at"):
            return "rank"
        return (
            f"rank + {_CLOCK} * CASE WHEN epoch_us(posted_at) = (TRY_CAST(post_id AS BIGINT) >> 32) * 1000000 THEN 0 "
            "WHEN epoch_us(posted_at) % 86400000000 = 0 THEN 1 ELSE 2 END"
        )

    def changed_rows(self) -> str:
        """SELECT of `row_id` and `is_new` of the rows of shared keys that gave a value."""
        if not self.keyed.shared:
            return "SELECT NULL::BIGINT AS row_id, false AS is_new WHERE false"
        return f"SELECT unnest(givers) AS row_id, is_new FROM {self.keyed.work_table('merged')} WHERE changed"

    def output(self) -> Pipeline:
        """The steps to the rows to store."""
        names = self.keyed.names
        new = Pipeline().add("new_keys", self.keyed.unshared_rows())
        if not self.keyed.shared:
            return new.add("stored", f"SELECT {names} FROM new_keys")
        merged = f"SELECT {names} FROM {self.keyed.work_table('merged')} WHERE changed"
        return new.add("stored", f"SELECT {names} FROM new_keys UNION ALL {merged}")

    def pipelines(self) -> list[Pipeline]:
        """All steps, to be printed."""
        merging = [self._distinct(), self._merged("true")] if self.keyed.shared else []
        return [*merging, self.output()]

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        return self.keyed.count_merged()
