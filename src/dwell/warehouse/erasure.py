"""Erasing what is about a person from the tables, as one batch: rows, older versions of them, and the roll-up.

First everything is found by which rows are recognised (`find_subject`), then the rows of the lake that have it go. The
ids of posts are stored with the request, so that a killed erasure is ended even where the rows that had them are gone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import logs
from dwell.disk.lock import scratch_folder
from dwell.records import TABLES, Column, Table
from dwell.records.personal import ROLES, WRITTEN, Subject, matching_columns
from dwell.settings import Settings
from dwell.text.mentions import ERASED, Mentions
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    ingest_log,
    journal,
    log_checksums,
    rollup_update,
)
from dwell.warehouse.batches import Batch
from dwell.warehouse.columns import SEQ, quote_name, quote_text
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.duckdb_connection import bulk_connection, connect
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.removal import Removal, find_files, replace_current
from dwell.warehouse.seal import seal

if TYPE_CHECKING:
    import duckdb

    from dwell.warehouse.store import Store

logger = logs.get_logger(__name__)


def mentions_of(subject: Subject) -> Mentions:
    """How texts name the subject."""
    ids = subject.account_ids | subject.open_ids | subject.post_ids | subject.comment_ids
    return Mentions.of(subject.names, ids)


def find_subject(store: Store, subject: Subject) -> None:
    """Completes the subject with what the tables know: other names of the account, its ids, posts and comments."""
    with connect(store.settings) as connection, reading_errors(store.root):
        tables = _with_rows(store, connection)
        before = -1
        while before != subject.size():
            before = subject.size()
            load_values(connection, subject)
            if subject.kind == "account":
                _find_account(connection, subject, tables)
            _find_comments(connection, subject, tables)


def _with_rows(store: Store, connection: duckdb.DuckDBPyConnection, *, with_seq: bool = False) -> Mapping[str, Table]:
    """Attaches the tables; those that have rows. Most folders use a few of them."""
    names = store.attach(connection, with_seq=with_seq)
    return {name: table for name, table in TABLES.items() if name in names}


def _find_account(connection: duckdb.DuckDBPyConnection, subject: Subject, tables: Mapping[str, Table]) -> None:
    """Ids of its names, names of its ids, and posts of both. A name that has passed to another id is not its own."""
    of_platform = f" AND platform = {quote_text(subject.platform)}" if subject.platform else ""
    others = f"SELECT handle FROM creators WHERE creator_id IS NOT NULL AND NOT {_is_in('creator_id', 'account_ids')}"
    by_name = {
        "account_ids": [f"SELECT creator_id FROM creators WHERE {_is_in('handle', 'names')}{of_platform}"],
        "names": [f"SELECT handle FROM creators WHERE {_is_in('creator_id', 'account_ids')}{of_platform}"],
        "open_ids": [],
        "post_ids": [],
    }
    if subject.platform in {None, "tiktok"}:
        states = "FROM creator_states WHERE state = 'renamed' AND handle IS NOT NULL AND new_handle IS NOT NULL"
        known = f"SELECT handle FROM creators WHERE creator_id IS NOT NULL AND {_is_in('handle', 'names')}"
        # A name that passed from one account to another has states of both: the present owner's id counts.
        by_name["account_ids"].append(
            f"SELECT creator_id FROM creator_states WHERE {_is_in('handle', 'names')} AND handle NOT IN ({known})"
        )
        by_name["names"] += [
            f"SELECT handle FROM creator_states WHERE {_is_in('creator_id', 'account_ids')}",
            f"SELECT handle {states} AND {_is_in('new_handle', 'names')} AND handle NOT IN ({others})",
            f"SELECT new_handle {states} AND {_is_in('handle', 'names')} AND new_handle NOT IN ({others})",
        ]
    for name, table in tables.items():
        columns = {column.name for column in table.columns}
        # In a table of comments the name is the writer's, and the account another's.
        if {"open_id", "username"} <= columns and name not in WRITTEN and subject.platform in {None, "tiktok"}:
            by_name["open_ids"].append(f"SELECT open_id FROM {name} WHERE {_is_in('username', 'names')}")
            by_name["names"].append(f"SELECT username FROM {name} WHERE {_is_in('open_id', 'open_ids')}")
        if "post_id" in columns and name not in WRITTEN and (condition := _condition(table, subject, {"post_ids"})):
            by_name["post_ids"].append(f"SELECT post_id FROM {name} WHERE {condition}")
    for role, queries in by_name.items():
        _add(connection, subject, role, queries)


def _find_comments(connection: duckdb.DuckDBPyConnection, subject: Subject, tables: Mapping[str, Table]) -> None:
    queries = [
        f"SELECT comment_id FROM {name} WHERE {condition}"
        for name in sorted(WRITTEN & tables.keys())
        if (condition := _condition(tables[name], subject, set()))
    ]
    _add(connection, subject, "comment_ids", queries)


def _add(connection: duckdb.DuckDBPyConnection, subject: Subject, role: str, queries: list[str]) -> None:
    if queries:
        found = connection.execute(" UNION ".join(queries)).fetchall()
        getattr(subject, role).update(str(value) for (value,) in found if value)


def load_values(connection: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Loads what the conditions of `conditions` compare with."""
    for role in sorted(set(ROLES.values())):
        sql = f"CREATE OR REPLACE TEMP TABLE {_values(role)} AS SELECT unnest(?::VARCHAR[]) AS value"
        connection.execute(sql, [sorted(subject.values(role))]).fetchall()


def _values(role: str) -> str:
    return f"dwell_erased_{role}"


def _is_in(column: str, role: str) -> str:
    return f"coalesce({quote_name(column)} IN (SELECT value FROM {_values(role)}), false)"


def _condition(table: Table, subject: Subject, without: set[str]) -> str | None:
    """SQL, true or false for each row of a table: it is about the subject; None where no row can be.

    Args:
        table: The table.
        subject: Its values are loaded.
        without: Roles by which rows are not recognised.
    """
    has_platform = any(column.name == "platform" for column in table.columns)
    parts = []
    for name, role in matching_columns(table, subject):
        if role in without or not subject.values(role):
            continue
        part = _is_in(name, role)
        if subject.platform and has_platform and role in {"names", "account_ids"}:
            part = f"({part} AND platform = {quote_text(subject.platform)})"
        parts.append(part)
    return f"({' OR '.join(parts)})" if parts else None


def conditions(subject: Subject, tables: Mapping[str, Table] = TABLES) -> dict[str, str]:
    """Table -> SQL that recognises its rows about the subject; tables that can have none are left out."""
    found = {name: _condition(table, subject, set()) for name, table in tables.items()}
    return {name: condition for name, condition in found.items() if condition is not None}


@dataclass(frozen=True)
class Found:
    """The rows about a subject, as a reader sees them.

    Attributes:
        rows: Table -> their number; tables without any are left out.
        imports: Names of the imports that gave them, sorted.
    """

    rows: dict[str, int]
    imports: list[str]


def find_rows(store: Store, subject: Subject) -> Found:
    """Counts the rows about the subject, and names the imports that they are of."""
    rows: dict[str, int] = {}
    numbers: set[int] = set()
    with connect(store.settings) as connection, reading_errors(store.root):
        tables = _with_rows(store, connection, with_seq=True)
        load_values(connection, subject)
        for name, condition in conditions(subject, tables).items():
            sql = f"SELECT {SEQ}, count(*) FROM {quote_name(name)} WHERE {condition} GROUP BY ALL"
            if found := dict(connection.execute(sql).fetchall()):
                rows[name] = int(sum(found.values()))
                numbers.update(found)
    return Found(rows, sorted(map(import_name, store.batch_ids(numbers).values())))


def count_mentions(store: Store, subject: Subject) -> dict[str, int]:
    """`table.column` -> rows about others whose text has the name, or the same word; those stay."""
    if not subject.names:
        return {}
    listed = "|".join(_escape(name) for name in sorted(subject.names))
    pattern = quote_text(rf"(^|[^\pL\pN_.])({listed})($|[^\pL\pN_.]|\.($|[^\pL\pN_]))")
    words = [quote_text(name) for name in sorted(subject.names)]
    counts: dict[str, int] = {}
    with connect(store.settings) as connection, reading_errors(store.root):
        tables = _with_rows(store, connection)
        load_values(connection, subject)
        theirs = conditions(subject, tables)
        for name, table in tables.items():
            texts = [column.name for column in table.columns if _is_shown(table, column)]
            # The pattern only where it can match: its classes of Unicode take longer to compile than a folder to read.
            for function, values in (("contains", words), ("regexp_matches", [pattern])):
                rows = _count_texts(connection, name, texts, function, values, theirs.get(name, "false"))
                texts = list(rows)
            counts |= {f"{name}.{text}": rows[text] for text in texts}
    return counts


def _count_texts(
    connection: duckdb.DuckDBPyConnection, name: str, texts: list[str], function: str, values: list[str], theirs: str
) -> dict[str, int]:
    """Column of text -> rows of others where the function is true for any value; columns without any are left out."""
    if not texts:
        return {}
    tests = [" OR ".join(f"{function}(lower({quote_name(text)}), {value})" for value in values) for text in texts]
    counts = ", ".join(f"count(*) FILTER ({test})" for test in tests)
    (found,) = connection.execute(f"SELECT {counts} FROM {quote_name(name)} WHERE NOT {theirs}").fetchall()
    return {text: int(count) for text, count in zip(texts, found, strict=True) if count}


def _is_shown(table: Table, column: Column) -> bool:
    """People read it as a text, and no row is recognised by it."""
    return (
        column.kind == "text" and (column.name in table.values or column.name == "topic") and column.name not in ROLES
    )


def _escape(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign == "_" else f"\\{sign}" for sign in name)


def erase_rows(root: Path, settings: Settings, subject: Subject, now: datetime) -> bool:
    """Removes the rows about the subject from all tables; the caller holds the writer lock.

    Returns:
        Whether there were any.
    """
    seal(root, settings)
    with (
        journal.connect(root / journal.NAME, writing=True) as log,
        scratch_folder(root / "scratch") as scratch,
        reading_errors(root),
        bulk_connection(settings, scratch) as connection,
    ):
        state = catalogue.read(log)
        load_values(connection, subject)
        affected = find_files(connection, root, state, conditions(subject))
        renamed = _describe_batches_again(log, mentions_of(subject).in_files())
        in_rollup = state.rollup is not None and any(file.low in subject.names for file in state.rollup.files)
        if not affected and not renamed and not in_rollup:
            return False
        removal = Removal(connection, root, state, affected, conditions(subject))
        batch = _describe(removal, now)
        ahead = removal.rewrite_lake()
        if in_rollup:  # the name of an account also says where a file of the roll-up begins
            ahead = rollup_update.update(connection, root, replace(ahead, rollup=None))
        entries = [(ahead.seq, *batches.to_row(batch))]
        if renamed:
            entries = [*_list_entries(log, renamed), *entries]
        ahead = ingest_log.write_entry(connection, root, ahead, entries, None, anew=bool(renamed))
        current = {name: removal.find_current(name, ahead.table(name)) for name in affected}
        with journal.transaction(log):
            contributions.begin(log, ahead.seq)
            replace_current(log, current)
            if current_rows.is_complete(log, state.seq):
                current_rows.mark_complete(log, ahead.seq)
            for seq, (path, report) in renamed.items():
                batches.describe_again(log, seq, path, report)
            batches.insert(log, ahead.seq, batch, in_lake=True)
            catalogue.write(log, state, ahead)
            log_checksums.record(log, root, state, ahead)
    logger.info("erased rows of %(tables)d tables", {"tables": len(affected)})
    return True


def _describe(removal: Removal, now: datetime) -> Batch:
    """The erasure as a batch; it says nothing of whose rows they were."""
    rows = {}
    for name, removed in removal.removed.items():
        ((number,),) = removal.connection.execute(f"SELECT count(*) FROM {removed}").fetchall()
        rows[name] = int(number)
    report = {"rows": rows, "imports": removal.list_imports()}
    name = f"{batches.ERASURE}/{now:%Y-%m-%d}-{removal.state.seq + 1}"
    digest = hashlib.sha256(f"{name}\n{json.dumps(report)}".encode()).hexdigest()
    return Batch(digest[:32], name, batches.ERASURE, digest, now, report)


def _describe_batches_again(log: sqlite3.Connection, mentions: Mentions) -> dict[int, tuple[str, str]]:
    """Batch -> its path and report without the subject, for the batches that name it."""
    found = {}
    for seq, _, path, _, _, _, report in batches.list_rows(log):
        if mentions.occur_in(path) or mentions.occur_in_body(report.encode()):
            scrubbed = json.dumps(mentions.scrub(json.loads(report)), ensure_ascii=False)
            found[seq] = (ERASED if mentions.occur_in(path) else path, scrubbed)
    return found


def _list_entries(log: sqlite3.Connection, renamed: Mapping[int, tuple[str, str]]) -> list[tuple[Any, ...]]:
    """All batches as the lake's ingest log has them, with the paths and reports that they get."""
    entries = []
    for seq, batch_id, path, form, digest, at, report in batches.list_rows(log):
        other_path, other_report = renamed.get(seq, (path, report))
        entries.append((seq, batch_id, other_path, form, digest, at, other_report))
    return entries
