"""`dwell import --explain`: a file goes through all steps, nothing is stored, and some of its rows are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dwell.records import TABLES, Extract, Hints, SourceFile
from dwell.warehouse.load.explanation import Cell, ExplainedRow, Explanation, Query, StepRows, TableRow
from dwell.warehouse.load.extract_reader import ReadExtract
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import Loader, earlier_imports, open_loader
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.row_outcomes import RowOutcomes
from dwell.warehouse.load.row_sample import RowSample
from dwell.warehouse.load.rows import CheckedExtract
from dwell.warehouse.load.source_records import RecordReject, find_lines, find_records
from dwell.warehouse.store import Store

# What is shown where the user names no lines: the first rows, and one row of each kind of reject.
_FIRST_ROWS = 3
_REJECT_KINDS = 8
# The queries of each step, by name; all others are of `stored`.
_STEP_OF = {
    "objects": "raw", "raw": "raw",
    "trimmed": "text", "known": "text", "fallbacks": "text", "known_fallbacks": "text", "text": "text",
    "canonical": "typed", "typed": "typed", "numbered": "typed", "spelled": "typed",
    "platforms": "checked", "accounts": "checked", "linked_accounts": "checked", "whole_row": "checked",
    "dated": "checked", "checked": "checked", "repaired": "checked", "linked": "checked", "decided": "checked",
    "accepted": "rows", "with_units": "rows", "table_columns": "rows", "rows": "rows",
}  # fmt: skip


def explain(store: Store, file: SourceFile, hints: Hints, lines: Iterable[int] = ()) -> Explanation:
    """Takes a file through all steps, and stores nothing.

    Args:
        store: What the rows are compared with.
        file: As a provider opened it.
        hints: What the user said about it.
        lines: Lines of the file whose rows are explained; where empty, its first rows and one of each kind of reject.

    Raises:
        BadFileError: The file cannot be read.
        MissingTimeError: No row says when it was observed, nor did the user.
        AmbiguousDatesError: Nothing tells day/month from month/day.
        AmbiguousNumbersError: Nothing tells what a mark between digits means.
        WrongAccountError: The file is another account's than the user named.
    """
    with open_loader(store, file, hints, strict=False) as loader:
        loader.ask = True
        loader.check()
        candidates = {name: keyed.total for name, keyed in loader.merge.keyed.items()}
        store.attach(loader.connection, loader.merge.tables, with_seq=True)
        loaded = loader.decide(earlier_imports(store, file, hints))
        explainer = _Explainer(loader)
        wanted = sorted(set(lines))
        rows, seen = explainer.rows(wanted)
        missing = tuple(line for line in wanted if line not in seen)
        steps = explainer.steps(loaded, candidates)
        queries = tuple(explainer.queries())
        return Explanation(file.path, file.format, loaded.rows_read, steps, queries, rows, missing)


class _Explainer:
    """Explains the rows of a file that went through all steps."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        self.connection = loader.connection
        self.outcomes = RowOutcomes(loader.connection, loader.merge)

    def steps(self, loaded: Loaded, candidates: dict[str, int]) -> tuple[StepRows, ...]:
        """What each step gives, over the whole file."""
        records = sum(checked.facts.rows for checked in self.loader.extracts)
        unread = loaded.rows_read - records
        accepted = records - (loaded.rejected - unread)
        spellings = sum(
            self._number(f"SELECT count(*) FROM {words} WHERE NOT unreadable")
            for read in self.loader.reads
            for words in read.words
        )
        stored = {
            name: (loaded.rows_new.get(name, 0), loaded.rows_updated.get(name, 0)) for name in self.loader.merge.tables
        }
        notes = [f"{name} {new:,} new" for name, (new, _) in stored.items() if new]
        notes += [f"{name} {updated:,} updated" for name, (_, updated) in stored.items() if updated]
        notes += [f"{loaded.known:,} rows of the file known"] if loaded.known else []
        notes += [f"{loaded.duplicates:,} rows of the file duplicates"] if loaded.duplicates else []
        return (
            StepRows("raw", records, f"{unread:,} more could not be read as rows" if unread else ""),
            StepRows("text", records, ""),
            StepRows("typed", records, f"{spellings:,} unusual spellings read" if spellings else ""),
            StepRows("checked", accepted, f"{records - accepted:,} rejected" if records - accepted else ""),
            StepRows("rows", sum(candidates.values()), ", ".join(f"{name} {n:,}" for name, n in candidates.items())),
            StepRows("stored", sum(map(sum, stored.values())), ", ".join(notes)),
        )

    def queries(self) -> Iterator[Query]:
        """Every query that the file goes through, in order."""
        for read, checked in zip(self.loader.reads, self.loader.extracts, strict=True):
            yield from _queries((read.typing, read.checking, checked.decided()), checked.label)
        for name in self.loader.merge.tables:
            for checked in self.loader.extracts:
                if name in checked.shape.tables:
                    yield from _queries((checked.table_rows(TABLES[name]),), checked.label, name)
        for name, merged in self.loader.merge.merges.items():
            yield from _queries(merged.pipelines(), "", name)

    def rows(self, lines: list[int]) -> tuple[tuple[ExplainedRow, ...], set[int]]:
        """The rows of these lines, or the default ones, in file order; and the lines that were found."""
        rows, seen = list[ExplainedRow](), set[int]()
        kinds = self._reject_kinds() if not lines else []
        left = _FIRST_ROWS
        for read, checked, extract in zip(
            self.loader.reads, self.loader.extracts, self.loader.file.extracts, strict=True
        ):
            if lines:
                by_line = self._records(read, checked, extract, lines)
                seen |= by_line.keys()
                records = sorted(set(by_line.values()))
            else:
                first = range(min(left, checked.facts.rows))
                left -= len(first)
                inside = range(checked.offset, checked.offset + checked.facts.rows)
                records = sorted({*first, *(row_id - checked.offset for row_id in kinds if row_id in inside)})
            rows += self._explained(read, checked, extract, records)
            rows += self._unread(checked, extract, lines, seen)
        return tuple(rows), seen

    def _reject_kinds(self) -> list[int]:
        """The first row of each kind of reject, the commonest kinds first."""
        rows = self.connection.execute(
            "SELECT min(row_id) FROM work.rejects GROUP BY split_part(reason, ':', 1) "
            f"ORDER BY count(*) DESC, 1 LIMIT {_REJECT_KINDS}"
        ).fetchall()
        return [row_id for (row_id,) in rows]

    def _records(
        self, read: ReadExtract, checked: CheckedExtract, extract: Extract, lines: list[int]
    ) -> dict[int, int]:
        """Line -> number of its record, for the lines that belong to one."""
        if not (extract.line_key or read.repaired):
            return {line: n for line, n in find_lines(extract, lines).items() if 0 <= n < checked.facts.rows}
        wanted = ", ".join(map(str, lines))
        rows = self.connection.execute(
            f"SELECT line, min({checked.number_column}) FROM {checked.table} WHERE line IN ({wanted}) GROUP BY line"
        ).fetchall()
        return dict(rows)

    def _explained(
        self, read: ReadExtract, checked: CheckedExtract, extract: Extract, records: list[int]
    ) -> Iterator[ExplainedRow]:
        if not records:
            return
        sample = RowSample(self.connection, read, records)
        row_ids = [record + checked.offset for record in records]
        decided = self._decided(checked, row_ids)
        reasons = self.outcomes.reasons(row_ids)
        unkept, tables = self.outcomes.unkept(row_ids), self.outcomes.table_rows(checked, row_ids)
        wanted: list[RecordReject] = [
            (record, decided[row_id]["line"], "") for record, row_id in zip(records, row_ids, strict=True)
        ]
        texts = find_records(extract, wanted, repaired=read.repaired)
        for record, row_id, (line, _, text) in zip(records, row_ids, texts, strict=True):
            cells = tuple(self._cells(sample, record, decided[row_id]))
            given = tables.get(row_id, ())
            outcome = _outcome(reasons.get(row_id), given, self.loader.merge.carried)
            reason = unkept.get(row_id) if outcome == "duplicate" else reasons.get(row_id)
            yield ExplainedRow(checked.label, line, text, outcome, reason, cells, tuple(given))

    def _decided(self, checked: CheckedExtract, row_ids: list[int]) -> dict[int, dict[str, Any]]:
        """Row -> its columns after the checks."""
        listed = ", ".join(map(str, row_ids))
        cursor = self.connection.execute(f"SELECT * FROM {checked.view} WHERE row_id IN ({listed})")
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return {row["row_id"]: row for row in rows}

    def _cells(self, sample: RowSample, record: int, decided: dict[str, Any]) -> Iterator[Cell]:
        named = {field.name for field in sample.fields}
        others = [name for name in self.outcomes.columns if name in decided and name not in named]
        for name in (*(field.name for field in sample.fields), *others):
            text, typed = sample.value(record, name)
            cell = Cell(name, text, typed, decided.get(name))
            if (cell.text, cell.typed, cell.checked) != (None, None, None):
                yield cell

    def _unread(
        self, checked: CheckedExtract, extract: Extract, lines: list[int], seen: set[int]
    ) -> Iterator[ExplainedRow]:
        """Rows that could not be read as rows: one of each kind, or those of the lines."""
        kinds = set[str]()
        for line, reason, text in extract.rejects:
            kind = reason.split(":")[0]
            if line in lines or (not lines and kind not in kinds):
                seen.add(line)
                kinds.add(kind)
                yield ExplainedRow(checked.label, line, text, "rejected", reason, (), ())

    def _number(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


def _queries(pipelines: Iterable[Pipeline], part: str, table: str | None = None) -> Iterator[Query]:
    for steps in pipelines:
        for step in steps.steps:
            yield Query(_STEP_OF.get(step.name, "stored"), step.name, part, table, step.sql)


def _outcome(reason: str | None, tables: Iterable[TableRow], carried: str | None) -> str:
    if reason:
        return "rejected"
    readings = {row.outcome for row in tables if row.table != carried and TABLES[row.table].keeps == "every"}
    if "duplicate" in readings and not readings & {"new", "updated"}:
        return "duplicate"
    given = {row.outcome for row in tables}
    return next((outcome for outcome in ("new", "updated") if outcome in given), "known")
