"""Tables that keep every observation: one row per key, and no two that disagree.

Rows with one key that agree in what both know are one observation seen twice: what one knows fills what the other does
not. Where they disagree, what is stored stands; inside a file the one with more views, then with more known values,
then the first. The other is a reject where the row is an observation of this very thing; a post's row that merely
carries its account's counters is not refused for those, it just adds nothing to them.

A file that corrects was read anew: what it knows replaces what is stored, which only fills what the file does not know.
"""

from __future__ import annotations

from dwell.warehouse.columns import quote_name
from dwell.warehouse.load.comparison import Comparison
from dwell.warehouse.load.keyed_rows import LIST_CHUNK, KeyedRows
from dwell.warehouse.load.pipeline import Pipeline


class ObservationMerge:
    """One such table of one file."""

    def __init__(self, keyed: KeyedRows, *, correct: bool = False) -> None:
        self.keyed = keyed
        self.correct = correct
        self.comparison = Comparison(keyed.table)
        self.values = self.comparison.values
        self.has_combined = False
        self.carried = [c.name for c in keyed.table.columns if c.name not in {*keyed.table.key, *self.values}]

    def merge(self) -> None:
        """Decides over the rows of shared keys.

        `work.variants_<table>` marks each distinct one: it won, it conflicts, or its key is `combined`, because several
        rows know something. `work.merged_<table>` has one row for each of those keys.
        """
        keyed = self.keyed
        if not keyed.shared:
            return
        distinct, variants = keyed.work_table("distinct"), keyed.work_table("variants")
        keyed.run(f"CREATE OR REPLACE TABLE {distinct} AS {self._distinct().query()}")
        keyed.run(
            f"CREATE OR REPLACE TABLE {variants} AS SELECT *, 0 AS place, false AS won, false AS conflict, "
            f"NULL::VARCHAR AS difference, false AS combined FROM {distinct} LIMIT 0"
        )
        for chunk in keyed.chunks(distinct):
            keyed.run(f"INSERT INTO {variants} BY NAME {self._variants(chunk).query()}")
        self.has_combined = keyed.number(f"SELECT count(*) FROM {variants} WHERE combined") > 0
        if self.has_combined:
            merged = keyed.work_table("merged")
            keyed.run(f"CREATE OR REPLACE TABLE {merged} AS {self._merged('false').query()} LIMIT 0")
            for chunk in keyed.chunks(distinct, LIST_CHUNK):
                keyed.run(f"INSERT INTO {merged} BY NAME {self._merged(chunk).query()}")
            keyed.run(f"CREATE OR REPLACE TABLE {variants} AS {self._compare_with_merged().query()}")

    def _distinct(self) -> Pipeline:
        """The steps to the distinct rows of shared keys."""
        keyed, values = self.keyed, ", ".join(quote_name(name) for name in self.values)
        columns = ", ".join(f"first({quote_name(name)} ORDER BY row_id) AS {quote_name(name)}" for name in self.carried)
        steps = Pipeline().add("candidates", keyed.shared_rows())
        return steps.add(
            "distinct_rows",
            f"SELECT min(row_id) AS row_id, count(*) AS times, {keyed.key}, {values}, {columns} FROM candidates "
            f"GROUP BY {keyed.key}, {values}",
        )

    def _variants(self, chunk: str) -> Pipeline:
        """The steps from the rows of some keys to their variants, each compared with the best of its key."""
        keyed, comparison = self.keyed, self.comparison
        known = " + ".join(f"CAST({quote_name(name)} IS NOT NULL AS INTEGER)" for name in self.values)
        views = "views DESC NULLS LAST, " if "views" in self.values else ""
        order = "row_id = -1" if self.correct else "row_id = -1 DESC"
        adds = f"NOT {comparison.contradicts('best', 'own')} AND {comparison.adds('best', 'own')}"
        if self.correct:
            adds = f"({adds}) OR (was_stored AND {comparison.replaces('stored', 'own')})"
        steps = Pipeline().add(
            "versions",
            f"SELECT * FROM {keyed.work_table('distinct')} WHERE {chunk} UNION ALL BY NAME "
            f"SELECT -1 AS row_id, 0 AS times, * FROM {keyed.work_table('stored')} WHERE {chunk}",
        )
        steps = steps.add(
            "ordered",
            f"SELECT *, {self._packed()} AS own, first_value({self._packed()}) OVER each AS best, "
            f"last_value({self._packed()}) OVER each AS stored, bool_or(row_id = -1) OVER each AS was_stored, "
            f"row_number() OVER each AS place FROM versions WINDOW each AS (PARTITION BY {keyed.key} "
            f"ORDER BY {order}, {views}{known} DESC, row_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        )
        steps = steps.add(
            "compared", f"SELECT *, bool_or({adds}) OVER (PARTITION BY {keyed.key}) AS combined FROM ordered"
        )
        return steps.add(
            "variants",
            "SELECT * EXCLUDE (best, stored, own, was_stored), place = 1 AND NOT was_stored AND NOT combined AS won, "
            f"NOT combined AND {comparison.contradicts('best', 'own')} AS conflict, "
            f"{self._difference('best', 'own')} AS difference FROM compared WHERE row_id <> -1",
        )

    def _packed(self) -> str:
        names = map(quote_name, [*self.values, *self.carried])
        return f"struct_pack({', '.join(f'{name} := {name}' for name in names)})"

    def _difference(self, a: str, b: str) -> str:
        """SQL of the first value that was kept against another, in words."""
        sentence = "WHEN {0} THEN '{1} ' || {3}.{2} || ', kept ' || {4}.{2}"
        whens = (sentence.format(self.comparison.differs(n, a, b), n, quote_name(n), b, a) for n in self.values)
        return f"CASE {' '.join(whens)} END"

    def _merged(self, chunk: str) -> Pipeline:
        """The steps to one row for each combined key of some keys: its rows laid over each other, in their order."""
        keyed, comparison, names = self.keyed, self.comparison, [*self.values, *self.carried]
        fields = ", ".join(f"{quote_name(name)} := {quote_name(name)}" for name in names)
        row = f"struct_pack({fields}, givers := CASE WHEN row_id = -1 THEN []::BIGINT[] ELSE [row_id] END)"
        combined = comparison.combined("a", "b")
        packed = ", ".join(f"{quote_name(name)} := {combined[name]}" for name in names)
        fold = (
            f"CASE WHEN NOT {comparison.contradicts('a', 'b')} AND {comparison.adds('a', 'b')} "
            f"THEN struct_pack({packed}, givers := list_concat(a.givers, b.givers)) ELSE a END"
        )
        only_file = "FILTER (row_id <> -1)" if self.correct else ""
        place = "CASE WHEN row_id = -1 THEN 0 ELSE place END"
        kept = self._corrected() if self.correct else {name: f"a.{quote_name(name)}" for name in names}
        shown = ", ".join(f"{kept[name]} AS {quote_name(name)}" for name in names)
        changed = " OR ".join(f"{quote_name(n)} IS DISTINCT FROM o.{quote_name(n)}" for n in names if n != "source")
        steps = Pipeline().add(
            "combined_rows", f"SELECT * FROM {keyed.work_table('variants')} WHERE combined AND {chunk}"
        )
        steps = steps.add(
            "versions",
            "SELECT * FROM combined_rows UNION ALL BY NAME SELECT -1 AS row_id, * FROM "
            f"{keyed.work_table('stored')} SEMI JOIN combined_rows USING ({keyed.key})",
        )
        steps = steps.add(
            "by_key",
            f"SELECT {keyed.key}, list({row} ORDER BY {place}) {only_file} AS rows, "
            f"any_value({row}) FILTER (row_id = -1) AS o FROM versions GROUP BY {keyed.key}",
        )
        steps = steps.add("folded", f"SELECT {keyed.key}, o, list_reduce(rows, lambda a, b: {fold}) AS a FROM by_key")
        steps = steps.add("unpacked", f"SELECT {keyed.key}, a, o, a.givers AS givers, {shown} FROM folded")
        return steps.add(
            "merged", f"SELECT * EXCLUDE (a, o), o IS NULL AS is_new, o IS NULL OR {changed} AS changed FROM unpacked"
        )

    def _corrected(self) -> dict[str, str]:
        """Column -> SQL of the corrected value: of the stored row `o` only what the file's row `a` does not know."""
        over = self.comparison.overlaid("o", "a")
        exact = (
            f"NOT {self.comparison.contradicts('o', 'a')} AND NOT {self.comparison.rounded('o')} AND "
            f"{self.comparison.rounded('a')}"
            if self.comparison.rounds
            else "false"
        )
        return {
            name: f"CASE WHEN o IS NULL THEN a.{quote_name(name)} WHEN {exact} THEN o.{quote_name(name)} ELSE {sql} END"
            for name, sql in over.items()
        }

    def _compare_with_merged(self) -> Pipeline:
        """The steps to the variants again, those of combined keys compared with what was made of all of them."""
        keyed = self.keyed
        packed = ", ".join(f"{quote_name(name)} := m.{quote_name(name)}" for name in [*self.values, *self.carried])
        steps = Pipeline().add(
            "beside_merged",
            f"SELECT v.*, struct_pack({packed}) AS best, {self._packed().replace(':= ', ':= v.')} AS own "
            f"FROM {keyed.work_table('variants')} v LEFT JOIN {keyed.work_table('merged')} m USING ({keyed.key})",
        )
        conflict = f"CASE WHEN combined THEN {self.comparison.contradicts('best', 'own')} ELSE conflict END"
        difference = f"CASE WHEN combined THEN {self._difference('best', 'own')} ELSE difference END"
        return steps.add(
            "variants",
            f"SELECT * EXCLUDE (best, own) REPLACE ({conflict} AS conflict, {difference} AS difference) "
            "FROM beside_merged",
        )

    def conflicts(self) -> str:
        """SELECT of `row_id` and `reason` of every row that contradicts the one that was kept."""
        keyed = self.keyed
        same = " AND ".join(
            f"r.{quote_name(n)} IS NOT DISTINCT FROM v.{quote_name(n)}" for n in (*keyed.table.key, *self.values)
        )
        steps = Pipeline().add("candidates", keyed.shared_rows())
        steps = steps.add("refused", f"SELECT * FROM {keyed.work_table('variants')} WHERE conflict")
        return steps.add(
            "conflicts",
            "SELECT r.row_id, 'conflict: another row of the same key and time has ' || v.difference AS reason "
            f"FROM candidates r JOIN refused v ON {same}",
        ).query()

    def changed_rows(self) -> str:
        """SELECT of `row_id` and `is_new` of the rows of shared keys that gave the table something new."""
        if not self.keyed.shared:
            return "SELECT NULL::BIGINT AS row_id, false AS is_new WHERE false"
        won = f"SELECT row_id, true AS is_new FROM {self.keyed.work_table('variants')} WHERE won"
        if not self.has_combined:
            return won
        merged = self.keyed.work_table("merged")
        return f"{won} UNION ALL SELECT unnest(givers) AS row_id, is_new FROM {merged} WHERE changed"

    def output(self) -> Pipeline:
        """The steps to the rows to store."""
        keyed, names = self.keyed, self.keyed.names
        rows = [f"SELECT {names} FROM new_keys"]
        if keyed.shared:
            rows.append(f"SELECT {names} FROM {keyed.work_table('variants')} WHERE won")
        if self.has_combined:
            rows.append(f"SELECT {names} FROM {keyed.work_table('merged')} WHERE changed")
        return Pipeline().add("new_keys", keyed.unshared_rows()).add("stored", " UNION ALL ".join(rows))

    def pipelines(self) -> list[Pipeline]:
        """All steps, to be printed."""
        merging = [self._distinct(), self._variants("true")] if self.keyed.shared else []
        combining = [self._merged("true"), self._compare_with_merged()] if self.has_combined else []
        return [*merging, *combining, self.output()]

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        keyed = self.keyed
        if not keyed.shared:
            return keyed.total, 0
        shared = keyed.number(f"SELECT sum(times) FROM {keyed.work_table('distinct')}")
        won = keyed.number(f"SELECT count(*) FROM {keyed.work_table('variants')} WHERE won")
        new, changed = self._combined_counts() if self.has_combined else (0, 0)
        return keyed.total - shared + won + new, changed

    def _combined_counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version, among those about which several rows know something."""
        merged = self.keyed.work_table("merged")
        new = self.keyed.number(f"SELECT count(*) FROM {merged} WHERE is_new")
        return new, self.keyed.number(f"SELECT count(*) FROM {merged} WHERE changed AND NOT is_new")

    def conflict_count(self) -> int:
        """Rows that contradict what was kept."""
        if not self.keyed.shared:
            return 0
        return self.keyed.number(f"SELECT sum(times) FROM {self.keyed.work_table('variants')} WHERE conflict")
