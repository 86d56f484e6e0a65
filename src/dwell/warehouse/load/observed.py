"""Tables that keep every observation: one row per key, and no two that disagree.

Rows with one key that agree in what both know are one observation seen twice: what one knows fills what the other does
not. Where they disagree, what is stored stands; inside a file the one with more views, then with more known values,
then the first. The other is a reject where the row is an observation of this very thing; a post's row that merely
carries its account's counters is not refused for those, it just adds nothing to them.

A file that corrects was read anew: what it knows replaces what is stored, which only fills what the file does not know.
"""

from __future__ import annotations

from dwell.warehouse.columns import quoted
from dwell.warehouse.load.agree import Agreement
from dwell.warehouse.load.keyed import LISTED, Keyed


class Observed:
    """One such table of one file."""

    def __init__(self, keyed: Keyed, *, correct: bool = False) -> None:
        self.keyed = keyed
        self.correct = correct
        self.agreement = Agreement(keyed.table)
        self.values = self.agreement.values
        self.open = False
        self.carried = [c.name for c in keyed.table.columns if c.name not in {*keyed.table.key, *self.values}]

    def settle(self) -> None:
        """Decides over the close rows; nothing to decide where no key is shared.

        `work.variants_<table>` says of each distinct one if it won or conflicts, or that its key is `open`: several
        rows have something to say. `work.merged_<table>` has one row for each of those keys.
        """
        keyed, values = self.keyed, ", ".join(quoted(name) for name in self.values)
        if not keyed.shared:
            return
        columns = ", ".join(f"first({quoted(name)} ORDER BY rn) AS {quoted(name)}" for name in self.carried)
        keyed.run(
            f"CREATE OR REPLACE TABLE {keyed.name('seen')} AS SELECT min(rn) AS rn, count(*) AS times, {keyed.key}, "
            f"{values}, {columns} FROM ({keyed.close()}) GROUP BY {keyed.key}, {values}"
        )
        keyed.run(
            f"CREATE OR REPLACE TABLE {keyed.name('variants')} AS SELECT *, 0 AS place, false AS won, "
            f"false AS conflict, NULL::VARCHAR AS kept, false AS open FROM {keyed.name('seen')} LIMIT 0"
        )
        for chunk in keyed.chunks(keyed.name("seen")):
            keyed.run(self._settle(chunk))
        self.open = keyed.number(f"SELECT count(*) FROM {keyed.name('variants')} WHERE open") > 0
        if self.open:
            keyed.run(f"CREATE OR REPLACE TABLE {keyed.name('merged')} AS {self._merged('false')} LIMIT 0")
            for chunk in keyed.chunks(keyed.name("seen"), LISTED):
                keyed.run(f"INSERT INTO {keyed.name('merged')} BY NAME {self._merged(chunk)}")
            keyed.run(f"CREATE OR REPLACE TABLE {keyed.name('variants')} AS {self._judged()}")

    def _settle(self, chunk: str) -> str:
        """The variants of some keys, each against the best of its key."""
        keyed, agreement = self.keyed, self.agreement
        known = " + ".join(f"CAST({quoted(name)} IS NOT NULL AS INTEGER)" for name in self.values)
        views = "views DESC NULLS LAST, " if "views" in self.values else ""
        order = "rn = -1" if self.correct else "rn = -1 DESC"
        more = f"NOT {agreement.contradicts('best', 'mine')} AND {agreement.adds('best', 'mine')}"
        if self.correct:
            more = f"({more}) OR (had AND {agreement.says_other('stored', 'mine')})"
        return f"""
            INSERT INTO {keyed.name("variants")} BY NAME
            SELECT * EXCLUDE (best, stored, mine, had), place = 1 AND NOT had AND NOT open AS won, NOT open AND
                {agreement.contradicts("best", "mine")} AS conflict, {self._differs("best", "mine")} AS kept
            FROM (SELECT *, bool_or({more}) OVER (PARTITION BY {keyed.key}) AS open
                FROM (SELECT *, {self._packed()} AS mine, first_value({self._packed()}) OVER each AS best,
                        last_value({self._packed()}) OVER each AS stored, bool_or(rn = -1) OVER each AS had,
                        row_number() OVER each AS place
                    FROM {self._rows(chunk)}
                    WINDOW each AS (PARTITION BY {keyed.key} ORDER BY {order}, {views}{known} DESC, rn
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)))
            WHERE rn <> -1"""

    def _rows(self, chunk: str) -> str:
        keyed = self.keyed
        return (
            f"(SELECT * FROM {keyed.name('seen')} WHERE {chunk} UNION ALL BY NAME "
            f"SELECT -1 AS rn, 0 AS times, * FROM {keyed.name('old')} WHERE {chunk})"
        )

    def _packed(self) -> str:
        return (
            f"struct_pack({', '.join(f'{quoted(name)} := {quoted(name)}' for name in [*self.values, *self.carried])})"
        )

    def _differs(self, a: str, b: str) -> str:
        """SQL of the first value that was kept against another, in words."""
        says = "WHEN {0} THEN '{1} ' || {3}.{2} || ', kept ' || {4}.{2}"
        whens = (says.format(self.agreement.differs(n, a, b), n, quoted(n), b, a) for n in self.values)
        return f"CASE {' '.join(whens)} END"

    def _merged(self, chunk: str) -> str:
        """One row for each open key of some keys: its rows laid over each other, in their order."""
        keyed, agreement, names = self.keyed, self.agreement, [*self.values, *self.carried]
        fields = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in names)
        row = f"struct_pack({fields}, gave := CASE WHEN rn = -1 THEN []::BIGINT[] ELSE [rn] END)"
        together = agreement.together("a", "b")
        packed = ", ".join(f"{quoted(name)} := {together[name]}" for name in names)
        step = (
            f"CASE WHEN NOT {agreement.contradicts('a', 'b')} AND {agreement.adds('a', 'b')} "
            f"THEN struct_pack({packed}, gave := list_concat(a.gave, b.gave)) ELSE a END"
        )
        first = "FILTER (rn <> -1)" if self.correct else ""
        place = "CASE WHEN rn = -1 THEN 0 ELSE place END"
        kept = self._corrected() if self.correct else {name: f"a.{quoted(name)}" for name in names}
        shown = ", ".join(f"{kept[name]} AS {quoted(name)}" for name in names)
        changed = " OR ".join(f"{quoted(n)} IS DISTINCT FROM o.{quoted(n)}" for n in names if n != "source")
        return f"""
            SELECT * EXCLUDE (a, o), o IS NULL AS fresh, o IS NULL OR {changed} AS changed
            FROM (SELECT {keyed.key}, a, o, a.gave AS gave, {shown}
                FROM (SELECT {keyed.key}, o, list_reduce(rows, lambda a, b: {step}) AS a
                    FROM (SELECT {keyed.key}, list({row} ORDER BY {place}) {first} AS rows,
                            any_value({row}) FILTER (rn = -1) AS o
                        FROM (SELECT * FROM {keyed.name("variants")} WHERE open AND {chunk}
                            UNION ALL BY NAME SELECT -1 AS rn, * FROM {keyed.name("old")} SEMI JOIN
                            (SELECT * FROM {keyed.name("variants")} WHERE open AND {chunk}) USING ({keyed.key}))
                        GROUP BY {keyed.key})))"""

    def _corrected(self) -> dict[str, str]:
        """Column -> SQL of the corrected value: of the stored row `o` only what the file's row `a` does not know."""
        over = self.agreement.over("o", "a")
        exact = (
            f"NOT {self.agreement.contradicts('o', 'a')} AND NOT {self.agreement.rounded('o')} AND "
            f"{self.agreement.rounded('a')}"
            if self.agreement.rounds
            else "false"
        )
        return {
            name: f"CASE WHEN o IS NULL THEN a.{quoted(name)} WHEN {exact} THEN o.{quoted(name)} ELSE {sql} END"
            for name, sql in over.items()
        }

    def _judged(self) -> str:
        """The variants, those of open keys against what was made of all of them."""
        keyed = self.keyed
        packed = ", ".join(f"{quoted(name)} := m.{quoted(name)}" for name in [*self.values, *self.carried])
        return f"""
            SELECT * EXCLUDE (best, mine) REPLACE (
                CASE WHEN open THEN {self.agreement.contradicts("best", "mine")} ELSE conflict END AS conflict,
                CASE WHEN open THEN {self._differs("best", "mine")} ELSE kept END AS kept)
            FROM (SELECT v.*, struct_pack({packed}) AS best, {self._packed().replace(":= ", ":= v.")} AS mine
                FROM {keyed.name("variants")} v LEFT JOIN {keyed.name("merged")} m USING ({keyed.key}))"""

    def conflicts(self) -> str:
        """SELECT of `rn` and `reason` of every row that contradicts the one that was kept."""
        keyed = self.keyed
        same = " AND ".join(
            f"r.{quoted(n)} IS NOT DISTINCT FROM v.{quoted(n)}" for n in (*keyed.table.key, *self.values)
        )
        return (
            f"SELECT r.rn, 'conflict: another row of the same key and time has ' || v.kept AS reason "
            f"FROM ({keyed.close()}) r JOIN (SELECT * FROM {keyed.name('variants')} WHERE conflict) v ON {same}"
        )

    def settled_gains(self) -> str:
        """SELECT of `rn` of the close rows that gave the table something new."""
        if not self.keyed.shared:
            return "SELECT NULL::BIGINT AS rn WHERE false"
        merged = f" UNION ALL SELECT unnest(gave) FROM {self.keyed.name('merged')} WHERE changed" if self.open else ""
        return f"SELECT rn FROM {self.keyed.name('variants')} WHERE won{merged}"

    def output(self) -> str:
        """SELECT of the rows to store."""
        keyed, names = self.keyed, self.keyed.names
        rows = [f"SELECT {names} FROM ({keyed.alone()})"]
        if keyed.shared:
            rows.append(f"SELECT {names} FROM {keyed.name('variants')} WHERE won")
        if self.open:
            rows.append(f"SELECT {names} FROM {keyed.name('merged')} WHERE changed")
        return " UNION ALL ".join(rows)

    def counts(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version."""
        keyed = self.keyed
        if not keyed.shared:
            return keyed.total, 0
        close = keyed.number(f"SELECT sum(times) FROM {keyed.name('seen')}")
        won = keyed.number(f"SELECT count(*) FROM {keyed.name('variants')} WHERE won")
        fresh, changed = self._several() if self.open else (0, 0)
        return keyed.total - close + won + fresh, changed

    def _several(self) -> tuple[int, int]:
        """New keys, and stored keys with a new version, among those about which several rows had something to say."""
        merged = self.keyed.name("merged")
        fresh = self.keyed.number(f"SELECT count(*) FROM {merged} WHERE fresh")
        return fresh, self.keyed.number(f"SELECT count(*) FROM {merged} WHERE changed AND NOT fresh")

    def disagreements(self) -> int:
        """Rows that contradict what was kept."""
        if not self.keyed.shared:
            return 0
        return self.keyed.number(f"SELECT sum(times) FROM {self.keyed.name('variants')} WHERE conflict")
