"""Files beside the tables that may be about a person: rejects, rows that were set aside, what was moved away."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.errors import os_error
from dwell.disk.replace import replacing
from dwell.records import TABLES
from dwell.records.personal import Subject
from dwell.settings import Settings
from dwell.text.mentions import Mentions
from dwell.warehouse.columns import quote_text
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.erasure import conditions, load_values
from dwell.warehouse.lake_scan import read_files
from dwell.warehouse.set_aside import FOLDER as SET_ASIDE

if TYPE_CHECKING:
    import duckdb

REJECTS = "rejects"
MOVED = ("damaged", "replaced")
"""Folders whose files are of older states of the folder, or damaged: they go as a whole, since nothing can be taken out
of them safely."""


def count_files(
    root: Path, settings: Settings, subject: Subject, mentions: Mentions, imports: Iterable[str]
) -> dict[str, int]:
    """Folder -> files that go; of rows that were set aside, the rows.

    Args:
        root: The data folder.
        settings: Memory and threads.
        subject: Whom the rows are about.
        mentions: How texts name them.
        imports: Names of the imports that gave rows about them.
    """
    counts = {name: sum(path.is_file() for path in (root / name).rglob("*")) for name in MOVED}
    counts[REJECTS] = len(list(_rejects(root, mentions, imports)))
    with connect(settings) as connection:
        load_values(connection, subject)
        counts[SET_ASIDE] = sum(rows for _, _, rows in _set_aside(connection, root, subject))
    return {name: number for name, number in counts.items() if number}


def erase_files(root: Path, settings: Settings, subject: Subject, mentions: Mentions, imports: Iterable[str]) -> None:
    """Erases what `count_files` counted; killed at any moment, a file is old, new or gone."""
    try:
        for path in list(_rejects(root, mentions, imports)):
            path.unlink(missing_ok=True)
        with connect(settings) as connection:
            load_values(connection, subject)
            for path, kept, _ in list(_set_aside(connection, root, subject)):
                _rewrite(connection, path, kept)
        for name in MOVED:
            if (root / name).is_dir():
                shutil.rmtree(root / name)
    except OSError as error:
        raise os_error(root, error) from error


def _rejects(root: Path, mentions: Mentions, imports: Iterable[str]) -> Iterator[Path]:
    """Files that name the person, and those of imports of which rows are erased: a rejected row may name nobody."""
    endings = tuple(f"-{name}.csv" for name in imports)
    for path in sorted((root / REJECTS).glob("*")):
        if not path.is_file():
            continue
        of_import = bool(endings) and path.name.endswith(endings)
        is_named = mentions.in_files().occur_in(path.name) or mentions.of_words().occur_in_body(path.read_bytes())
        if of_import or is_named:
            yield path


def _set_aside(connection: duckdb.DuckDBPyConnection, root: Path, subject: Subject) -> Iterator[tuple[Path, str, int]]:
    """Each file with such rows: SQL for the rows that stay, and how many go."""
    for path in sorted((root / SET_ASIDE).rglob("*.parquet")):
        condition = conditions(subject).get(path.stem)
        if condition is None or path.stem not in TABLES:
            continue
        source = f"(SELECT * EXCLUDE (seq) FROM {read_files(path.stem, [path])})"
        with lake_errors(path):
            ((rows,),) = connection.execute(f"SELECT count(*) FROM {source} WHERE {condition}").fetchall()
        if rows:
            yield path, f"SELECT * FROM {source} WHERE NOT {condition}", int(rows)


def _rewrite(connection: duckdb.DuckDBPyConnection, path: Path, kept: str) -> None:
    with lake_errors(path), replacing(path) as partial:
        copying = f"COPY ({kept}) TO {quote_text(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
        ((rows,),) = connection.execute(copying).fetchall()
    if not rows:
        path.unlink()
