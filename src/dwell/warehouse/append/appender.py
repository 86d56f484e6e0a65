"""One batch of records into the journal: checked, merged with what is stored, and committed in one transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from dwell import clock
from dwell.disk.lock import exclusive
from dwell.records import ABOUT_POSTS, TABLES, Table, missing_key
from dwell.records import plausibility as limits
from dwell.records.item import ParseError
from dwell.settings import Settings
from dwell.text.ids import looks_rounded
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    current_rows_refresh,
    journal,
    journal_rows,
)
from dwell.warehouse.append.checks import check_records
from dwell.warehouse.append.codec import Latest, Row, codec_of
from dwell.warehouse.append.given import collect_given
from dwell.warehouse.append.merge import Merged, group_by_key, merge_newest
from dwell.warehouse.append.merge_readings import merge_observations
from dwell.warehouse.batches import Batch
from dwell.warehouse.current_rows_refresh import DAY_MICROS
from dwell.warehouse.journal_damage import journal_errors
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.load.loaded import ROUNDED_IDS, SHOWN, Loaded, UnknownValues, repeated, to_report
from dwell.warehouse.load.unkept import Unkept, describe_unkept

Records = Sequence[msgspec.Struct]
Reject = tuple[int, str, str]


class SealedRowsError(Exception):
    """An observation is no newer than what the lake has of its table: only `load` can tell whether it is stored."""


class Appender:
    """Appends to an open journal; made by `Store.appending`.

    Args:
        root: The data folder.
        settings: What it was opened with.
        lock: The writer lock.
        log: The open journal.
    """

    def __init__(self, root: Path, settings: Settings, lock: Path, log: sqlite3.Connection) -> None:
        self._root = root
        self._settings = settings
        self._lock = lock
        self._log = log

    def append(self, batch: Batch, objects: Sequence[Records | ParseError], *, now: datetime | None = None) -> Loaded:
        """Store a batch of records, or nothing of it; a batch that is stored already adds nothing.

        Args:
            batch: Where the records come from; its report is made here.
            objects: What each object of the source gives: at most one record a table, or the reason why it could not be
                read. It is stored whole or not at all.
            now: The latest instant that is accepted; the present where None.

        Returns:
            What became of the objects; line N is the Nth of them.

        Raises:
            SealedRowsError: An observation may be in the lake already; nothing was stored.
            TypeError: A record holds a value of another type than it declares; nothing was stored.
            StorageError: The disk is full, or the journal or the lake cannot be used; nothing was stored.
        """
        with journal_errors(self._root / journal.NAME), exclusive(self._lock):
            before = batches.find(self._log, batch.batch_id)
            if before is not None:
                return repeated(Path(batch.path), batch.format, before.report, self._root / "rejects", ())
            current_rows_refresh.refresh(self._log, self._root, self._settings)
            work = _Append(self._log, objects, now or clock.now(), batch.batch_id)
            work.merge()
            loaded = work.summarize(batch)
            if loaded.rejected:
                loaded = replace(loaded, rejects_file=self._write_rejects(work, batch))
            self._commit(replace(batch, report=to_report(loaded)), work)
            return loaded

    def _write_rejects(self, work: _Append, batch: Batch) -> Path:
        from dwell.warehouse.load.rejects import rejects_name, write_rejects

        name = rejects_name(Path(batch.path), batch.batch_id)
        return write_rejects(work.list_rejects(), self._root / "rejects", name)

    def _commit(self, batch: Batch, work: _Append) -> None:
        log = self._log
        given = collect_given(log, work.rows, work.stored)
        with journal.transaction(log):
            seq = catalogue.advance(
                log, {n: len(m.updated) for n, m in work.merged.items() if TABLES[n].keeps == "newest"}
            )
            for name, merged in work.merged.items():
                table = TABLES[name]
                journal_rows.insert(log, table, seq, merged.new)
                if table.keeps == "every":
                    journal_rows.replace(log, table, seq, merged.updated, {})
                else:
                    journal_rows.insert(log, table, seq, merged.updated)
                current_rows.update(log, table, seq, [*merged.new, *merged.updated])
            contributions.insert(log, seq, given)
            current_rows.mark_complete(log, seq)
            batches.insert(log, seq, batch, in_lake=False)


class _Append:
    """The objects of one batch on their way to the tables."""

    def __init__(
        self, log: sqlite3.Connection, objects: Sequence[Records | ParseError], now: datetime, batch_id: str
    ) -> None:
        self.log = log
        self._imported = import_name(batch_id)
        self.objects: list[Records] = [() if isinstance(each, ParseError) else each for each in objects]
        self.unknown = UnknownValues()
        self.refused = {number: each.reason for number, each in enumerate(objects) if isinstance(each, ParseError)}
        self.rows: dict[str, list[tuple[int, Row]]] = {}
        self.merged: dict[str, Merged] = {}
        self.stored: dict[str, Mapping[Any, Row]] = {}
        self._now, self._latest = now, Latest.of(now)
        self._read: dict[int, tuple[str, Row | None, bool]] = {}
        for number, records in enumerate(self.objects):
            if number not in self.refused:
                self._add(number, records)

    def _add(self, number: int, records: Records) -> None:
        rows, plain = [], True
        for record in records:
            # Many objects share a record: the posts of a page have one account.
            name, row, is_plain = self._read.get(id(record)) or self._read_record(record)
            plain = plain and is_plain
            if row is not None:
                rows.append((name, row))
        problem: str | None = None
        reasons: tuple[str, ...] = ()
        if not plain:
            checked = check_records(records, self._now)
            problem, reasons = checked.problem, checked.unknown
            if reasons:
                records = self.objects[number] = checked.records
                rows = [(name, row) for name, row, _ in map(self._read_record, records) if row is not None]
        if problem or not rows:
            self.refused[number] = problem or missing_key(codec_of(type(record)).table for record in records)
            return
        for reason in reasons:
            self.unknown.add(reason)
        for name, row in rows:
            self.rows.setdefault(name, []).append((number, row))

    def _read_record(self, record: msgspec.Struct) -> tuple[str, Row | None, bool]:
        """Its table, the row that it makes, and whether nothing can be wrong with it."""
        codec = codec_of(type(record))
        values = codec.read(record)
        row = codec.encode(values) if codec.is_row(values) else None
        done = self._read[id(record)] = codec.table.name, row, codec.is_plain(values, self._latest)
        return done

    def merge(self) -> None:
        """Decide over every row, each table by its own key."""
        for name in TABLES:
            if name not in self.rows:
                continue
            table, rows = TABLES[name], self.rows[name]
            if table.keeps == "newest":
                found = self._find_current(table, rows)
                self.merged[name], self.stored[name] = merge_newest(table, rows, found), found
            else:
                stored = self._find_observations(table, rows)
                self.stored[name] = {key: row for key, (row, _) in stored.items()}
                self.merged[name] = merge_observations(table, rows, stored, self._imported)

    def _find_current(self, table: Table, rows: Sequence[tuple[int, Row]]) -> Mapping[Any, Row]:
        if table.name not in current_rows.KEYS:
            raise SealedRowsError(f"{table.name} has no current rows: load a file instead")
        return current_rows.find(self.log, table, group_by_key(table, rows))

    def _find_observations(self, table: Table, rows: Sequence[tuple[int, Row]]) -> Mapping[Any, tuple[Row, str]]:
        """Stored rows of the same keys, and the names of their imports.

        They are in the journal, unless a seal has moved what is as new as they are.
        """
        if self._is_of_stored_day(table, rows):
            raise SealedRowsError(f"{table.name}: a reading that is known to the day may be of the same day")
        keys = self._possibly_stored(table, rows)
        if not keys:
            return {}
        if catalogue.count_superseded(self.log, table.name):
            raise SealedRowsError(f"{table.name}: a corrected row is in the lake, and its older version in the journal")
        stored = journal_rows.find(self.log, table, keys)
        newest = current_rows.sealed_until(self.log).get(table.name)
        if newest is not None and any(key not in stored and observed <= newest for key, observed in keys.items()):
            raise SealedRowsError(f"{table.name}: an observation is no newer than the lake's")
        ids = batches.find_ids(self.log, {seq for _, seq in stored.values()})
        return {key: (row, import_name(ids[seq])) for key, (row, seq) in stored.items()}

    def _is_of_stored_day(self, table: Table, rows: Sequence[tuple[int, Row]]) -> bool:
        """A reading that is known to the day may be of the day of one of these, which it may complete.

        Where the table has current rows, such a day has no later start than the newest reading of its post.
        """
        until = current_rows.days_until(self.log, table.name)
        names = [column.name for column in table.columns]
        observed = names.index("observed_at")
        near = [row for _, row in rows if until is not None and row[observed] < until]
        if not near or len(current_rows.KEYS.get(table.name, ())) != 1:
            return bool(near)
        place = names.index(current_rows.KEYS[table.name][0])
        newest = current_rows.newest_observations(self.log, table, {row[place] for row in near})
        return any(row[place] in newest and newest[row[place]] > row[observed] - DAY_MICROS for row in near)

    def _possibly_stored(self, table: Table, rows: Sequence[tuple[int, Row]]) -> dict[Any, int]:
        """Keys, with when they were observed, but those of a post or account that was never observed as late."""
        names = [column.name for column in table.columns]
        observed = names.index("observed_at")
        keys = {key: group[0][1][observed] for key, group in group_by_key(table, rows).items()}
        if len(current_rows.KEYS.get(table.name, ())) != 1:
            return keys
        place = names.index(current_rows.KEYS[table.name][0])
        current = current_rows.newest_observations(self.log, table, {row[place] for _, row in rows})
        of = table.key.index(names[place])
        return {key: at for key, at in keys.items() if key[of] in current and at <= current[key[of]]}

    # --- what became of them -----------------------------------------------------------------------------------------

    def summarize(self, batch: Batch) -> Loaded:
        """Count what became of every object."""
        givers = {number for merged in self.merged.values() for number in merged.givers}
        rows_new = {name: len(merged.new) for name, merged in self.merged.items()}
        shown = tuple(self.list_rejects())[:SHOWN]
        duplicates = self._find_duplicates()
        return Loaded(
            path=Path(batch.path),
            format=batch.format,
            rows_read=len(self.objects),
            posts_new=rows_new.get("posts", 0),
            snapshots_new=rows_new.get("post_snapshots", 0),
            watch_times_new=rows_new.get("watch_times", 0),
            rows_new=rows_new,
            known=len(self.objects) - len(self.refused) - len(givers | duplicates),
            rejected=len(self.refused),
            flagged=self._count_flags(),
            rejects_file=None,
            rejects=shown,
            warnings=(*self.unknown.sentences(), *describe_unkept(self._list_unkept())),
            unknown_values=self.unknown.counts,
            rows_updated={name: len(merged.updated) for name, merged in self.merged.items()},
            duplicates=len(duplicates),
        )

    @property
    def _carried(self) -> str | None:
        """The table of account counters, where objects about posts merely carry them."""
        return "creator_snapshots" if ABOUT_POSTS & self.rows.keys() else None

    def _find_duplicates(self) -> set[int]:
        """Objects that gave no reading, because another one of the same key is kept."""
        readings = [m for name, m in self.merged.items() if TABLES[name].keeps == "every" and name != self._carried]
        return {number for m in readings for number in m.unkept} - {number for m in readings for number in m.givers}

    def _list_unkept(self) -> list[Unkept]:
        unkept = []
        for name, merged in self.merged.items():
            if merged.unkept and name != self._carried:
                place = [column.name for column in TABLES[name].columns].index(TABLES[name].key[0])
                entities = {row[place] for number, row in self.rows[name] if number in merged.unkept}
                unkept.append(Unkept(name, len(entities), merged.unkept[min(merged.unkept)]))
        return unkept

    def list_rejects(self) -> list[Reject]:
        """All rejects, in the order of the objects."""
        return [(number + 1, reason, "") for number, reason in sorted(self.refused.items())]

    def _count_flags(self) -> dict[str, int]:
        """What is unusual about rows that were accepted, as `load.summary` counts it."""
        flagged: Counter[str] = Counter()
        for number, records in enumerate(self.objects):
            if number in self.refused:
                continue
            for record in records:
                flagged.update(_flags(record))
            flagged.update(_rounded_ids(records))
        carried = self.merged.get(self._carried or "")
        if carried is not None and carried.unkept:
            flagged["creator_counters_disagree"] = len(carried.unkept)
        return dict(flagged)


def _rounded_ids(records: Records) -> list[str]:
    """Which kinds of ids of one object show a mark of lost digits; its records share them."""
    ids: dict[str, str] = {}
    for record in records:
        for name in _id_names(type(record)):
            if value := getattr(record, name):
                ids.setdefault(name, value)
    return [ROUNDED_IDS[name] for name, value in ids.items() if looks_rounded(value)]


@lru_cache
def _id_names(record: Hashable) -> tuple[str, ...]:
    """The columns with ids that the records of this type have."""
    return tuple(name for name in ROUNDED_IDS if name in codec_of(record).table.record.__struct_fields__)


def _flags(record: Any) -> list[str]:
    name = codec_of(record.__class__).table.name
    if name == "posts":
        if record.duration_s == 0:
            return ["duration_zero"]
        photo = record.media_type == "photo" or "/photo/" in (record.url or "")
        if record.duration_s is None:
            return [] if photo else ["no_duration"]
        if record.duration_s > limits.LONGEST_POST_S:
            return [limits.LENGTH_OVER_HOURS]
        if record.duration_s < limits.SHORTEST_POST_S:
            return [limits.LENGTH_UNDER_HALF_SECOND]
        over = record.platform == "tiktok" and record.duration_s > limits.LONGEST_TIKTOK_S
        return [limits.LENGTH_OVER_TIKTOK] if over else []
    if name != "post_snapshots" or record.views is None:
        return []
    flags = ["views_zero"] if record.views == 0 else []
    if record.views == 0 and any(getattr(record, reaction) for reaction in limits.REACTIONS):
        flags.append(limits.REACTIONS_WITHOUT_VIEWS)
    return [*flags, limits.LIKES_OVER_VIEWS] if record.likes is not None and record.likes > record.views else flags
