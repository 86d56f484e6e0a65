"""One batch of records into the journal: checked, merged with what is stored, and committed in one transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from dwell import clock
from dwell.disk.lock import exclusive
from dwell.records import ABOUT_POSTS, TABLES, Table
from dwell.records import plausibility as limits
from dwell.settings import Settings
from dwell.warehouse import batches, catalogue, current_rows, current_rows_refresh, journal
from dwell.warehouse.append.checks import check_records, missing_keys
from dwell.warehouse.append.codec import Latest, Row, codec_of
from dwell.warehouse.append.merge import Merged, group_by_key, merge_newest, merge_observations
from dwell.warehouse.batches import Batch
from dwell.warehouse.journal_damage import journal_errors
from dwell.warehouse.load.loaded import SHOWN, Loaded, UnknownValues, repeated, to_report

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

    def append(
        self, batch: Batch, objects: Sequence[Records], *, now: datetime | None = None, rejects: Iterable[Reject] = ()
    ) -> Loaded:
        """Store a batch of records, or nothing of it; a batch that is stored already adds nothing.

        Args:
            batch: Where the records come from; its report is made here.
            objects: What each object of the source gives: at most one record a table. It is stored whole or not at all.
            now: The latest instant that is accepted; the present where None.
            rejects: Line, reason and text of objects that could not be read.

        Returns:
            What became of the objects; line N is the Nth of them.

        Raises:
            SealedRowsError: An observation may be in the lake already; nothing was stored.
            TypeError: A record holds a value of another type than it declares; nothing was stored.
            StorageError: The disk is full, or the journal or the lake cannot be used; nothing was stored.
        """
        unread = list(rejects)
        with journal_errors(self._root / journal.NAME), exclusive(self._lock):
            before = batches.find(self._log, batch.batch_id)
            if before is not None:
                return repeated(Path(batch.path), batch.format, before.report, self._root / "rejects", ())
            current_rows_refresh.refresh(self._log, self._root, self._settings)
            work = _Append(self._log, objects, now or clock.now())
            work.merge()
            loaded = work.summarize(batch, unread)
            if loaded.rejected:
                loaded = replace(loaded, rejects_file=self._write_rejects(work, batch, unread))
            self._commit(replace(batch, report=to_report(loaded)), work)
            return loaded

    def _write_rejects(self, work: _Append, batch: Batch, rejects: Sequence[Reject]) -> Path:
        from dwell.warehouse.load.rejects import write_rejects

        name = f"{Path(batch.path).stem[:80]}-{batch.batch_id[:8]}.csv"
        return write_rejects(work.list_rejects(rejects), self._root / "rejects", name)

    def _commit(self, batch: Batch, work: _Append) -> None:
        log = self._log
        with journal.transaction(log):
            seq = catalogue.advance(
                log, {n: len(m.updated) for n, m in work.merged.items() if TABLES[n].keeps == "newest"}
            )
            for name, merged in work.merged.items():
                table = TABLES[name]
                if table.keeps == "every":
                    journal.delete(log, table, merged.updated)
                journal.insert(log, table, seq, [*merged.new, *merged.updated])
                current_rows.update(log, table, seq, [*merged.new, *merged.updated])
            current_rows.mark_complete(log, seq)
            batches.insert(log, seq, batch, in_lake=False)


class _Append:
    """The objects of one batch on their way to the tables."""

    def __init__(self, log: sqlite3.Connection, objects: Sequence[Records], now: datetime) -> None:
        self.log = log
        self.objects = list(objects)
        self.unknown = UnknownValues()
        self.refused: dict[int, str] = {}
        self.rows: dict[str, list[tuple[int, Row]]] = {}
        self.merged: dict[str, Merged] = {}
        self._now, self._latest = now, Latest.of(now)
        self._read: dict[int, tuple[str, Row | None, bool]] = {}
        for number, records in enumerate(self.objects):
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
            self.refused[number] = problem or missing_keys([type(record) for record in records])
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
        """Decide over every row: observations first, because an object that contradicts one is refused whole."""
        names = [name for name in TABLES if name in self.rows]
        carried = "creator_snapshots" if ABOUT_POSTS & set(names) else None
        strict = [name for name in names if TABLES[name].keeps == "every" and name != carried]
        while self._merge_strict(strict) and len(strict) > 1:
            pass
        for name in names:
            if name in strict:
                continue
            table, rows = TABLES[name], self._accepted(name)
            if table.keeps == "newest":
                self.merged[name] = merge_newest(table, rows, self._find_current(table, rows))
            else:
                self.merged[name] = merge_observations(table, rows, self._find_observations(table, rows))

    def _merge_strict(self, names: Sequence[str]) -> bool:
        """Merge the tables whose conflicts refuse the object; returns whether any is refused that was not before."""
        for name in names:
            rows = self._accepted(name)
            self.merged[name] = merge_observations(TABLES[name], rows, self._find_observations(TABLES[name], rows))
        conflicts = {n: reason for name in names for n, reason in self.merged[name].conflicts.items()}
        fresh = conflicts.keys() - self.refused.keys()
        self.refused |= {number: conflicts[number] for number in fresh}
        return bool(fresh)

    def _accepted(self, name: str) -> list[tuple[int, Row]]:
        if not self.refused:
            return self.rows[name]
        return [(number, row) for number, row in self.rows[name] if number not in self.refused]

    def _find_current(self, table: Table, rows: Sequence[tuple[int, Row]]) -> Mapping[Any, Row]:
        if table.name not in current_rows.KEYS:
            raise SealedRowsError(f"{table.name} has no current rows: load a file instead")
        return current_rows.find(self.log, table, group_by_key(table, rows))

    def _find_observations(self, table: Table, rows: Sequence[tuple[int, Row]]) -> Mapping[Any, Row]:
        """Stored rows of the same keys; they are in the journal, unless a seal has moved what is as new as they are."""
        keys = self._possibly_stored(table, rows)
        if not keys:
            return {}
        if catalogue.count_superseded(self.log, table.name):
            raise SealedRowsError(f"{table.name}: a corrected row is in the lake, and its older version in the journal")
        stored = journal.find(self.log, table, keys)
        newest = current_rows.sealed_until(self.log).get(table.name)
        if newest is not None and any(key not in stored and observed <= newest for key, observed in keys.items()):
            raise SealedRowsError(f"{table.name}: an observation is no newer than the lake's")
        return stored

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

    def summarize(self, batch: Batch, rejects: Sequence[Reject]) -> Loaded:
        """Count what became of every object."""
        givers = {number for merged in self.merged.values() for number in merged.givers}
        rows_new = {name: len(merged.new) for name, merged in self.merged.items()}
        shown = tuple(self.list_rejects(rejects))[:SHOWN]
        return Loaded(
            path=Path(batch.path),
            format=batch.format,
            rows_read=len(self.objects) + len(rejects),
            posts_new=rows_new.get("posts", 0),
            snapshots_new=rows_new.get("post_snapshots", 0),
            watch_times_new=rows_new.get("watch_times", 0),
            rows_new=rows_new,
            known=len(self.objects) - len(self.refused) - len(givers - self.refused.keys()),
            rejected=len(self.refused) + len(rejects),
            flagged=self._count_flags(),
            rejects_file=None,
            rejects=shown,
            warnings=tuple(self.unknown.sentences()),
            unknown_values=self.unknown.counts,
            rows_updated={name: len(merged.updated) for name, merged in self.merged.items()},
        )

    def list_rejects(self, rejects: Sequence[Reject]) -> list[Reject]:
        """All rejects, in the order of the objects."""
        refused = [(number + 1, reason, "") for number, reason in self.refused.items()]
        return sorted([*rejects, *refused])

    def _count_flags(self) -> dict[str, int]:
        """What is unusual about rows that were accepted, as `load.summary` counts it."""
        flagged: Counter[str] = Counter()
        for number, records in enumerate(self.objects):
            if number in self.refused:
                continue
            for record in records:
                flagged.update(_flags(record))
        carried = self.merged.get("creator_snapshots")
        if carried is not None and carried.conflicts and ABOUT_POSTS & self.rows.keys():
            flagged["creator_counters_disagree"] = len(carried.conflicts)
        return dict(flagged)


def _flags(record: Any) -> list[str]:
    name = codec_of(record.__class__).table.name
    if name == "posts":
        if record.duration_s == 0:
            return ["duration_zero"]
        photo = record.media_type == "photo" or "/photo/" in (record.url or "")
        if record.duration_s is None:
            return [] if photo else ["no_duration"]
        return [limits.LENGTH_OVER_HOURS] if record.duration_s > limits.LONGEST_POST_S else []
    if name != "post_snapshots" or record.views is None:
        return []
    flags = ["views_zero"] if record.views == 0 else []
    if record.views == 0 and any(getattr(record, reaction) for reaction in limits.REACTIONS):
        flags.append(limits.REACTIONS_WITHOUT_VIEWS)
    return [*flags, limits.LIKES_OVER_VIEWS] if record.likes is not None and record.likes > record.views else flags
