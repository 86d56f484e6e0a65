"""Random histories of a data folder: imports, appended records, seals and undos; and the same without some imports."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from dwell.errors import UndoError
from dwell.records import TABLES, Creator, CreatorSnapshot, Hints, Post, PostSnapshot, WatchTime
from dwell.settings import Settings
from dwell.state import open_database
from dwell.warehouse import Batch, Store
from dwell.warehouse.columns import column_list, key_list, quote_name
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.export import export_tables
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.load.loader import identity
from dwell.warehouse.undo import undo
from dwell.workspace.imports import import_files, read_file

POSTS = [str(7_300_000_000_000_000_137 + (number << 40)) for number in range(6)]
HANDLES = ("alice", "bob")
DAYS = [datetime(2025, 3, day, tzinfo=UTC) for day in (1, 2, 3)]
CLOCKS = (timedelta(0), timedelta(hours=9), timedelta(hours=12, seconds=1))
VALUES: dict[str, tuple[str, ...]] = {
    "views": ("", "1000", "17734", "17.7K", "20000", "1.2M"),
    "likes": ("", "10", "990", "1.1K", "1100"),
    "comments": ("", "3", "4"),
    "shares": ("", "5", "6"),
    "saves": ("", "7", "8"),
    "caption": ("", "first #a", "second #b", "Ä ß"),
    "duration_s": ("", "12.5", "15"),
    "posted_at": ("", "2025-02-27 10:00:00", "2025-02-27"),
    "followers": ("", "100", "2.5K", "2500"),
    "display_name": ("", "A", "B"),
    "avg_watch_s": ("", "3.5", "4"),
    "full_watch_rate": ("", "0.25", "0.5"),
}


FORMS: tuple[Literal["csv", "jsonl", "parquet"], ...] = ("csv", "jsonl", "parquet")


@dataclass
class Step:
    """One thing that is done to a folder.

    Attributes:
        kind: `import`, `append`, `seal` or `undo`.
        path: The file of an import.
        hints: What is said of it.
        objects: The records that are appended.
        name: Identity of the batch; of an undo, of the batch that is undone.
    """

    kind: str
    path: Path | None = None
    hints: Hints = field(default_factory=Hints)
    objects: list[Any] = field(default_factory=list)
    name: str = ""


class History:
    """A random history.

    Args:
        seed: Another one for each.
        folder: Where its files are written.
        steps: How many steps before the undo.
        appends: Also append records, as a sweep does.
    """

    def __init__(self, seed: int, folder: Path, steps: int = 7, *, appends: bool = True) -> None:
        self.draw = random.Random(seed)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        kinds = ["import", "import", "import", "seal", *(["append"] if appends else [])]
        self.steps = [self._step(number, self.draw.choice(kinds) if number else "import") for number in range(steps)]
        self._repeat_files()

    def _step(self, number: int, kind: str) -> Step:
        if kind == "append":
            return Step("append", objects=self._objects(), name=f"append-{number:025d}")
        if kind == "seal":
            return Step("seal")
        path = self.folder / f"table-{number}.csv"
        by_day, by_row = self.draw.random() < 0.3, self.draw.random() < 0.6
        self._write(path, by_row=by_row, by_day=by_day)
        return Step("import", path, self._hints(by_row=by_row))

    def _hints(self, *, by_row: bool) -> Hints:
        day = self.draw.choice(DAYS)
        as_of = None if by_row else day.date().isoformat() if self.draw.random() < 0.5 else day.isoformat()
        return Hints(as_of=as_of, niche=self.draw.choice((None, "food", "travel")))

    def _repeat_files(self) -> None:
        """Some files come again with other options."""
        for number, step in enumerate(self.steps):
            earlier = [one for one in self.steps[:number] if one.kind == "import"]
            if step.kind == "import" and earlier and self.draw.random() < 0.3:
                again = self.draw.choice(earlier)
                step.path, step.hints = again.path, self._hints(by_row=again.hints.as_of is None)

    def _write(self, path: Path, *, by_row: bool, by_day: bool) -> None:
        columns = [name for name in VALUES if self.draw.random() < 0.7] or ["views"]
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["post_id", "handle", *columns, *(["observed_at"] if by_row else [])])
            for _ in range(self.draw.randrange(1, 9)):
                at = self.draw.choice(DAYS)
                at_text = at.date().isoformat() if by_day else (at + self.draw.choice(CLOCKS)).isoformat()
                values = [self.draw.choice(VALUES[name]) for name in columns]
                post = self.draw.randrange(len(POSTS))
                rows.writerow([POSTS[post], HANDLES[post % 2], *values, *([at_text] if by_row else [])])

    def _objects(self) -> list[Any]:
        source, draw = "made-up", self.draw
        objects = []
        for _ in range(draw.randrange(1, 6)):
            number, at = draw.randrange(len(POSTS)), draw.choice(DAYS) + draw.choice(CLOCKS)
            post, handle = POSTS[number], HANDLES[number % 2]
            records: list[Any] = [
                Post(
                    post_id=post, platform="tiktok", handle=handle, caption=draw.choice((None, "third", "Ä ß")),
                    duration_s=draw.choice((None, 12.5, 30.0)), hashtags=draw.choice(((), ("ä", "b"))), source=source,
                    observed_at=at,
                ),
                PostSnapshot(
                    post_id=post, observed_at=at, views=draw.choice((1000, 17_734)), likes=draw.choice((None, 11)),
                    rounded=False, source=source,
                ),
                Creator(handle=handle, platform="tiktok", display_name=draw.choice((None, "C")), source=source,
                        observed_at=at),
                CreatorSnapshot(handle=handle, platform="tiktok", observed_at=at, followers=draw.choice((2500, 2600)),
                                source=source),
                WatchTime(post_id=post, observed_at=at, avg_watch_s=draw.choice((None, 4.5)), reach=9, source=source),
            ]  # fmt: skip
            objects.append(tuple(record for record in records if draw.random() < 0.8) or (records[0],))
        return objects


class Folder:
    """A data folder that goes through the steps of a history."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(data=root, threads=1)
        self.store = Store.open(self.settings, create=True)
        open_database(root).close()  # what was appended is a sweep's, and a folder with such rows has a state

    def do(self, steps: Iterable[Step]) -> None:
        """Goes through steps."""
        for step in steps:
            if step.kind == "seal":
                self.store.seal()
            elif step.kind == "append":
                self._append(step)
            elif step.kind == "import":
                assert step.path is not None
                done = import_files(self.store, [step.path], step.hints)
                assert not done.failures, done.failures

    def _append(self, step: Step) -> None:
        from dwell.warehouse.append import SealedRowsError

        batch = Batch(step.name, "made-up", "answers", step.name, datetime(2025, 4, 1, tzinfo=UTC), {})
        try:
            with self.store.appending() as appender:
                appender.append(batch, step.objects)
        except SealedRowsError:
            self._load(step, batch)

    def _load(self, step: Step, batch: Batch) -> None:
        """As a sweep does where a reading may be stored already."""
        from dwell.live.record_files import add_records
        from dwell.records import SourceFile
        from dwell.warehouse.load.loader import load

        with self.store.scratch() as scratch:
            writers: Any = {}
            for line, records in enumerate(step.objects, 1):
                add_records(writers, scratch, line, records)
            extracts = tuple(writer.extract() for writer in writers.values())
            file = SourceFile(path=Path("made-up"), digest=batch.digest, format="answers", extracts=extracts)
            load(self.store, file, Hints(), strict=False)

    def id_of(self, step: Step) -> str:
        """The id of the import of a step, which was made last of all with this file and these hints."""
        assert step.path is not None
        with self.store.scratch() as scratch:
            file = read_file(step.path, step.hints, scratch)
            return self.store.current_id(identity(file, step.hints))

    def undo(self, step: Step) -> bool:
        """Undoes the import of a step; false where that is refused."""
        from dwell import clock

        try:
            with self.store.writing():
                undo(self.store.root, self.settings, self.id_of(step), clock.now())
        except UndoError as error:
            if "used" in str(error) or "decided" in str(error):
                return False
            raise
        return True

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, each with the name of its import."""
        names = {}
        found = {}
        with closing(connect(self.settings)) as connection:
            self.store.attach(connection, [*TABLES, "post_latest"])
            found["post_latest"] = connection.execute("FROM post_latest ORDER BY post_id").fetchall()
            self.store.attach(connection, with_seq=True)
            for name, table in TABLES.items():
                sql = f"SELECT {column_list(table)}, seq FROM {quote_name(name)} ORDER BY {key_list(table)}"
                rows = connection.execute(sql).fetchall()
                names |= self.store.batch_ids({row[-1] for row in rows})
                found[name] = [(*row[:-1], import_name(names[row[-1]])) for row in rows]
        return found

    def exports(self, folder: Path) -> dict[str, bytes]:
        """The exports of all tables, by the names of their files."""
        folder.mkdir()
        rows = self.store.rows()
        for form in FORMS:
            export_tables(self.store, {name: folder / f"{name}.{form}" for name in TABLES if rows[name]}, form)
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
