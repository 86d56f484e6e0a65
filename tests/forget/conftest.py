"""A folder with two accounts in every table and in the state, and everything that its files say, decoded."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from sqlalchemy import insert, select

from dwell.records import TABLES, Table
from dwell.records.personal import ABOUT_NOBODY
from dwell.settings import Settings
from dwell.state import open_database, schema, tracking_schema, webhook_schema
from dwell.state.connection_schema import connections, stream_states
from dwell.state.layout import load_metadata
from dwell.warehouse import Batch, Store
from dwell.warehouse.columns import DUCKDB
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace import Workspace
from dwell.workspace.state import open_state

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
ALICE, BOB = "alice.zz_1", "bob.zz_2"
IDS = {ALICE: 7_311_111_111_111_111_100, BOB: 7_322_222_222_222_222_200}
CAPTIONS = {ALICE: "zebra quatsch", BOB: "yak gedicht"}
TRACES = (ALICE, "73111111111111111", CAPTIONS[ALICE], "open-alice", "c-73111111111111111")
"""What no byte of a folder may say after @alice was erased."""

Objects = list[tuple[Any, ...]]


def value_of(table: Table, name: str, kind: str, who: str, number: int) -> Any:
    """A value for a column, which says whose row it is."""
    known = {
        "handle": who,
        "username": who,
        "creator_id": f"{IDS[who]}99",
        "open_id": f"open-{who.partition('.')[0]}",
        "post_id": str(IDS[who] + number),
        "comment_id": f"c-{IDS[who] + number}",
        "platform": "tiktok",
        "source": "tiktok-organic" if table.name.startswith("owned") else "vendor",
        "observed_at": NOW + timedelta(hours=number),
        "url": f"https://www.tiktok.com/@{who}/video/{IDS[who] + number}",
        "caption": f"{CAPTIONS[who]} {number}",
        "text": f"{CAPTIONS[who]} {number}",
        "observed_precision": "instant",
        "value_sources": None,
        "observed_zone": None,
        "new_handle": None,
        "state": "ok",
        "topic_kind": "hashtag",
        "topic": "food",
    }
    if name in known:
        return known[name]
    if name.endswith("_unit"):
        return None
    made = {"count": number + 1, "number": number / 10, "flag": False, "instant": NOW - timedelta(days=9)}
    made |= {"day": date(2026, 2, 1 + number), "texts": ("food",), "text": f"{name} {number}"}
    return made[kind]


def rows_of(name: str, who: str, numbers: range = range(3)) -> Objects:
    """Records of a table about an account, one a key."""
    table, rows = TABLES[name], {}
    for number in numbers:
        record = table.record(**{c.name: value_of(table, c.name, c.kind, who, number) for c in table.columns})
        rows[tuple(getattr(record, key) for key in table.key)] = (record,)
    return list(rows.values())


def append(store: Store, name: str, objects: Objects) -> None:
    with store.appending() as appender:
        batch = Batch(name, "made-up", "records", name.ljust(64, "0"), NOW, {})
        appender.append(batch, objects, now=NOW + timedelta(days=1))


def commit(store: Store, name: str, objects: dict[str, Objects]) -> None:
    """Stores rows of tables of which no record can be appended, as an import does."""
    with store.writing() as writer, connect(store.settings) as connection:
        for table, rows in objects.items():
            columns = ", ".join(f'"{column.name}" {DUCKDB[column.kind]}' for column in TABLES[table].columns)
            connection.execute(f"CREATE TEMP TABLE new_{table} ({columns})")
            values = [[_plain(value) for value in msgspec.structs.astuple(record)] for (record,) in rows]
            places = ", ".join("?" * len(TABLES[table].columns))
            connection.executemany(f"INSERT INTO new_{table} VALUES ({places})", values)
        batch = Batch(name.ljust(32, "0"), "made-up", "records", name.ljust(64, "0"), NOW, {})
        writer.commit(connection, batch, {table: f"new_{table}" for table in objects})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def fill_tables(store: Store) -> None:
    """Sealed rows, corrected ones, and hot ones, of both accounts in every table."""
    for who, name in ((ALICE, "1"), (BOB, "2")):
        commit(store, f"{name}a", {table: rows_of(table, who) for table in TABLES if table not in ABOUT_NOBODY})
        store.seal()
        again = [one for table in ("posts", "post_snapshots") for one in rows_of(table, who, range(3, 5))]
        append(store, f"{name}b", again)
    for who, name in ((ALICE, "1"), (BOB, "2")):
        correct(store, who, name)
    append(store, "3", rows_of("topic_samples", ALICE)[:1])


def correct(store: Store, who: str, name: str) -> None:
    """Replaces a reading that is sealed, in the journal."""
    with store.writing() as writer, connect(store.settings) as connection:
        store.attach(connection, ["post_snapshots"])
        first = f"post_id = '{IDS[who]}'"
        sql = f"CREATE TEMP TABLE new AS SELECT * REPLACE (999 AS likes) FROM post_snapshots WHERE {first}"
        connection.execute(sql).fetchall()
        batch = Batch(f"{name}c".ljust(32, "0"), "made-up", "records", f"{name}c".ljust(64, "0"), NOW, {})
        writer.commit(connection, batch, {"post_snapshots": "new"}, replacing=["post_snapshots"])


def body(*names: str) -> bytes:
    """A response that names accounts, as providers write: with escaped signs."""
    posts = [{"id": IDS[name], "author": name, "desc": f"\n{CAPTIONS[name]} ä @{name}."} for name in names]
    return zlib.compress(json.dumps({"posts": posts}).encode(), 1)


def fill_state(settings: Settings) -> None:
    """Each account has responses of its own; one response has both."""
    both = {"owner_kind": "sweep", "owner_id": "s1", "provider": "tikliveapi", "endpoint": "posts"}
    with closing(open_database(settings.data, settings.database)) as database, database.transaction() as connection:

        def add(table: Any, **values: Any) -> None:
            connection.execute(insert(table).values(values))

        for number, names in enumerate(((ALICE,), (BOB,), (ALICE, BOB), (BOB,))):
            subject, request = (names[0], f"r{number}") if number < 2 else ("food", f"r{number}")
            costs = {"sent_at": NOW, "outcome": "ok", "credits": 2, "certain": True, "cost_micros": 100}
            add(schema.ledger, request_id=request, command="sweep", subject=subject, **both, **costs)
            kept = {
                "what": "user_posts" if number < 2 else "hashtag_posts",
                "received_at": NOW,
                "simulated": True,
                "items": 1,
                "parsed_by": "0",
            }
            kept |= {"position": number, "subject": subject, "body": body(*names)}
            add(schema.responses, request_id=request, **both, **kept)
        spec = {"targets": [["account", ALICE], ["account", BOB]], "command": "sweep"}
        add(schema.sweeps, sweep_id="s1", command="sweep", spec=spec, started_at=NOW)
        add(schema.sweeps, sweep_id="s2", command="sweep", spec={"targets": [["account", BOB]]}, started_at=NOW)
        for who, position in ((ALICE, 0), (BOB, 1)):
            outcome = {"name": who, "handle": who, "detail": f"@{who} is private"}
            add(schema.sweep_targets, sweep_id="s1", position=position, kind="account", name=who, outcome=outcome)
            found = {"id": f"{IDS[who]}99", "key": "k", "total": 5, "looked_up_at": NOW}
            add(schema.subjects, provider="tikliveapi", kind="account", name=who, **found)
            add(schema.watchlists, watchlist="rivals", kind="account", name=who, added_at=NOW)
            when = {"every": "day", "at": "00:00", "tz": "UTC", "added_at": NOW}
            add(schema.schedules, schedule=f"of-{position}", spec={"names": [f"@{who}"], "watchlist": None}, **when)
            seen = {"provider": "v", "object": "post", "what": "new", "first_at": NOW, "last_at": NOW, "times": 1}
            add(schema.drift, field=f"field_{position}", seen="text", **seen)
            add(schema.schedule_runs, schedule=f"of-{position}", slot=NOW, token="t", leased_until=NOW, started_at=NOW,
                outcome=f"failed: @{who} is private")  # fmt: skip
            video = f"vid_{position}"
            job = {"job_id": "j", "account_id": "acc", "platform": "tiktok", "creator_key": f"@{who}", "handle": who}
            job |= {"video_link": f"https://www.tiktok.com/@{who}/video/{IDS[who]}", "provider": "tikliveapi"}
            job |= {"status": "monitoring", "is_deleted": False, "duration_days": 7, "interval_us": 1, "slots": 3}
            job |= {"price_micros": 1, "created_at": NOW, "aligned_at": NOW, "caption": CAPTIONS[who]}
            add(tracking_schema.tracked_videos, video_id=video, post_id=str(IDS[who]), **job)
            due = {"slot": 1, "slot_at": NOW, "next_slot_at": NOW, "run_at": NOW}
            add(tracking_schema.due_slots, video_id=video, creator_key=f"@{who}", **due)
            read = {"snapshot_id": f"snap{position}", "snapshot_time": NOW, "provider": "v", "price_micros": 1}
            add(tracking_schema.tracked_snapshots, video_id=video, slot=0, **read)
            add(tracking_schema.tracked_gaps, video_id=video, slot=2, reason="missed", at=NOW)
            add(
                tracking_schema.balance_entries,
                account_id="acc",
                kind="charge",
                amount_micros=-1,
                video_id=video,
                at=NOW,
            )
            text = json.dumps({"handle": who, "link": f"/@{who}/"})
            told = {"account_id": "acc", "video_id": video, "type": "snapshot.created", "body": text}
            add(webhook_schema.webhook_events, event_id=f"evt_{position}", **told)
            add(webhook_schema.webhook_deliveries, webhook_id="w", event_id=f"evt_{position}", state="pending")
            linked = {"provider": "tiktok_organic", "app_id": "a", "base_url": "http://127.0.0.1", "scopes": []}
            linked |= {"access_expires_at": NOW, "access_life_s": 1, "refresh_expires_at": NOW, "connected_at": NOW}
            linked |= {"open_id": f"open-{who.partition('.')[0]}", "username": who, "disconnected_at": NOW}
            add(connections, connection_id=f"con_{position}", **linked)
            read = {"provider": "tiktok-organic", "account": linked["open_id"], "stream": "owner_comments"}
            add(stream_states, **read, partition=str(IDS[who]), cursor="5", updated_at=NOW)
            synced = {"accounts": [linked["open_id"]], "streams": ["account"], "command": "sync"}
            rows = [[f"@{who}", "tiktok_organic_account", 1, "complete", ""]]
            add(schema.sweeps, sweep_id=f"y{position}", command="sync", spec=synced, started_at=NOW,
                summary={"rows": rows})  # fmt: skip
            outcome = {"open_id": linked["open_id"], "account": f"@{who}", "listed": [str(IDS[who])], "streams": {}}
            add(schema.sweep_targets, sweep_id=f"y{position}", position=0, kind="connection", name=linked["open_id"],
                outcome=outcome)  # fmt: skip
            add(schema.schedules, schedule=f"sync-{position}", spec={"sync": {"accounts": [f"@{who}"]}}, **when)
        add(webhook_schema.webhooks, webhook_id="w", account_id="acc", url="u", events=[], secret="s", created_at=NOW)


def fill_files(root: Path) -> None:
    """Models, rejects, rows that were set aside, and what a restore and a repair moved away."""
    for folder in ("models", "rejects", "set-aside/2026-01-01-9", "replaced/2026-01-01-1", "damaged"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for who, name in ((ALICE, "a"), (BOB, "b")):
        (root / "models" / f"watch_ratio-{name}.json").write_text(
            json.dumps({"model": {"training": {"handles": [who]}}})
        )
        (root / "rejects" / f"clips-{name}.csv").write_text(f'line,reason,text\n1,bad,"{who};x"\n')
        (root / "rejects" / f"of_{who}-{name}.csv").write_text("line,reason,text\n1,bad,x\n")
    (root / "replaced" / "2026-01-01-1" / "journal.db").write_bytes(b"old " + ALICE.encode())
    (root / "damaged" / "live.db.0").write_bytes(b"old " + ALICE.encode())
    rows = ", ".join(f"('{IDS[who]}', '{who}', 'tiktok', 'vendor', now())" for who in (ALICE, BOB))
    target = root / "set-aside" / "2026-01-01-9" / "posts.parquet"
    columns = "post_id, handle, platform, source, observed_at"
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) AS r({columns})) TO '{target}' (FORMAT parquet)")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a folder without a state; it is copied."""
    settings = Settings(data=tmp_path_factory.mktemp("forget") / "data", threads=1)
    fill_tables(Store.open(settings, create=True))
    return settings.data


@pytest.fixture
def new_folder(filled: Path, tmp_path: Path, own_cache: Path) -> Callable[..., Settings]:
    """Makes such a folder."""

    def make(database: str | None = None, name: str = "data") -> Settings:
        settings = Settings(data=tmp_path / name, database=database, threads=1)
        shutil.copytree(filled, settings.data)
        open_state(Store.open(settings)).close()
        fill_state(settings)
        fill_files(settings.data)
        return settings

    return make


def find_traces(settings: Settings, traces: tuple[str, ...] = TRACES) -> list[str]:
    """Where a folder or its state still says one of these, in whatever bytes."""
    found = []
    for path in sorted(settings.data.rglob("*")):
        if path.is_file():
            text = "\n".join((path.name, *_decoded(path)))
            found += [f"{path}: {trace}" for trace in traces if trace in text]
    return found + [f"{name}: {trace}" for name, text in _state(settings) for trace in traces if trace in text]


def _decoded(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield content.decode("utf-8", "replace")
    if path.suffix == ".parquet":
        yield "\n".join(map(repr, duckdb.sql(f"FROM read_parquet('{path}', hive_partitioning = false)").fetchall()))
    if path.suffix == ".db" and content[:6] == b"SQLite":
        with closing(sqlite3.connect(path)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                yield "\n".join(map(_as_text, connection.execute(f'SELECT * FROM "{name}"')))


def _state(settings: Settings) -> Iterator[tuple[str, str]]:
    with closing(open_database(settings.data, settings.database)) as database, database.reading() as connection:
        for table in load_metadata().sorted_tables:
            yield table.name, "\n".join(_as_text(tuple(row)) for row in connection.execute(select(table)))


def _as_text(row: tuple[Any, ...]) -> str:
    unpacked = []
    for value in row:
        try:
            unpacked.append(json.dumps(json.loads(zlib.decompress(value)), ensure_ascii=False))
        except (TypeError, zlib.error, ValueError):
            unpacked.append(repr(value))
    return " ".join(unpacked)


def content_of_tables(settings: Settings) -> dict[str, list[str]]:
    """Every row that a reader sees, and the roll-up, that names no trace of @alice."""
    store, names = Store.open(settings), [*TABLES, "post_latest"]
    with closing(duckdb.connect()) as connection:
        store.attach(connection, names)
        rows = {name: map(repr, connection.execute(f"FROM {name}").fetchall()) for name in names}
        return {name: sorted(row for row in found if not any(t in row for t in TRACES)) for name, found in rows.items()}


def content_of_state(settings: Settings) -> dict[str, list[str]]:
    """Every row of the state that is not @alice's; money stays, whatever it was for."""
    found, hers = {}, (*TRACES, "vid_0", "evt_0", "con_0")
    for name, text in _state(settings):
        money = name == "balance_entries"
        found[name] = sorted(row for row in text.splitlines() if money or not any(trace in row for trace in hers))
    return found


def workspace_of(settings: Settings) -> Workspace:
    return Workspace(settings)
