"""Older databases are brought up to date: whole or not at all, without copying, and without loading Alembic in vain."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect

from dwell.state import copies, layout, open_database
from dwell.state.columns import metadata
from dwell.state.schema import LAYOUT
from dwell.state.stored_response import COVERED

LAYOUTS = Path(__file__).parents[2] / "layouts"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A data folder as the first layout left it."""
    with tarfile.open(LAYOUTS / "e4160b3.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "e4160b3" / "data"


def contents(path: Path) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


def shape(database) -> dict[str, tuple]:
    """Tables with columns, keys and indexes, as the database says them."""
    found = inspect(database.engine)
    return {
        name: (
            # SQLite says of a row id that it may be null where it is not said to be NOT NULL: it never is.
            sorted(
                (one["name"], str(one["type"]), one["nullable"] and not one["primary_key"])
                for one in found.get_columns(name)
            ),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((one["name"], tuple(one["column_names"])) for one in found.get_indexes(name)),
        )
        for name in found.get_table_names()
    }


def test_a_migrated_database_has_the_tables_of_a_new_one(first: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with closing(open_database(first)) as old, closing(open_database(tmp_path / "new")) as new:
        before, after = shape(old), shape(new)
        assert before.keys() == after.keys() == {*metadata.tables, "alembic_version"}
        for name in after:
            assert before[name] == after[name], name


def test_a_new_database_has_the_tables_of_the_schema(tmp_path: Path, state_url: str | None) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with closing(open_database(tmp_path, state_url)) as database, database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": is_no_copy}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []


def is_no_copy(_: object, name: str, kind: str, *__: object) -> bool:
    """Second copies of rows are no part of the schema: SQLite alone has them."""
    return not (kind == "index" and name.endswith(copies.SUFFIX))


def test_every_column_of_every_table_has_a_second_copy_or_a_checksum(first: Path) -> None:
    with closing(open_database(first)) as database:
        found = inspect(database.engine)
        for table in metadata.sorted_tables:
            indexes = {one["name"]: set(one["column_names"]) for one in found.get_indexes(table.name)}
            if table.name in copies.WITHOUT:
                assert {*COVERED, "body"} <= {column.name for column in table.columns}
            else:
                assert indexes[table.name + copies.SUFFIX] == {column.name for column in table.columns}


def test_every_row_is_kept(first: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = contents(first / "live.db")
    with caplog.at_level("INFO", "dwell"):
        open_database(first).close()
    assert caplog.messages == [f"{first / 'live.db'} was upgraded from layout 1 to {LAYOUT}"]
    after = contents(first / "live.db")
    renamed = {"pacing": "rate_limits", "calls": "ledger", "answers": "responses", "targets": "sweep_targets"}
    renamed |= {"runs": "schedule_runs"}
    for name, rows in before.items():
        new = after[renamed.get(name, name)]
        assert [row[: len(old)] for row, old in zip(new, rows, strict=True)] == rows  # columns are added at the end
    assert all(row[-2:] == ("sweep", 1) for row in after["ledger"])
    assert all(row[-4:] == ("sweep", 0, None, None) for row in after["responses"])


def test_no_response_is_copied(first: Path) -> None:
    """The pages of the bodies stay where they are: only the catalogue of tables and two roots change."""
    with closing(sqlite3.connect(first / "live.db")) as connection, connection:
        connection.execute("UPDATE answers SET body = randomblob(100000)")
    with closing(sqlite3.connect(first / "live.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (first / "live.db").stat().st_size
    database = open_database(first)
    written = sum(path.stat().st_size for path in first.glob("live.db-wal"))
    database.close()
    assert written < size / 2


def test_the_numbers_agree_and_only_the_owner_can_read(first: Path) -> None:
    open_database(first).close()
    with closing(sqlite3.connect(first / "live.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (LAYOUT,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (f"{LAYOUT:04d}",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (first / "live.db").stat().st_mode & 0o777 == 0o600


def test_killed_at_any_step_it_is_old_or_new(first: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(first, whole)
    steps = migrate(whole, None)
    assert steps > 15
    old, new = contents(first / "live.db"), contents(whole / "live.db")
    for at in range(0, steps, int(os.environ.get("DWELL_KILL_STRIDE", "3"))):
        copy = tmp_path / f"copy-{at}"
        shutil.copytree(first, copy)
        migrate(copy, at)
        assert contents(copy / "live.db") in (old, new), at
        open_database(copy).close()
        assert contents(copy / "live.db") == new, at
        shutil.rmtree(copy)


def migrate(folder: Path, at: int | None) -> int:
    """Opens it in a child that kills itself before the statement of that number; returns how many there were."""
    counted = folder / "statements"
    child = os.fork()
    if not child:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        passed = 0

        @event.listens_for(Engine, "before_cursor_execute")
        def step(*words: object) -> None:
            nonlocal passed
            if any(isinstance(word, str) and '_copy"' in word and "ledger" not in word for word in words):
                return  # one of the many second copies is enough
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        @event.listens_for(Engine, "commit")
        def commit(*_: object) -> None:
            step()

        try:
            open_database(folder).close()
            counted.write_text(str(passed))
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == (0 if at is None else -signal.SIGKILL)
    return int(counted.read_text()) if at is None else at


LOADED = """
import sys
from dwell.cli.main import main
code = main(sys.argv[1:])
print(*sorted({"sqlalchemy", "alembic", "psycopg"} & sys.modules.keys()), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (["--help"], ""),
        (["sweep", "--help"], ""),
        (["status"], ""),
        (["posts", "--creator", "@demo_kitchen"], ""),
        (["import", "../files/hints.json"], ""),
        (["check"], "sqlalchemy"),
        (["cost"], "alembic sqlalchemy"),
    ],
)
def test_only_what_needs_the_state_loads_it(first: Path, words: list[str], loaded: str) -> None:
    assert modules(first, words) == loaded


def test_alembic_is_loaded_once_for_an_older_layout_and_never_again(first: Path) -> None:
    assert modules(first, ["watchlist", "list"]) == "alembic sqlalchemy"
    assert modules(first, ["watchlist", "list"]) == "sqlalchemy"


def test_a_new_folder_loads_no_alembic(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,views\n7350810998023949599,5\n")
    assert modules(tmp_path, ["import", "table.csv", "--as-of", "2024-05-01", "--data", "new"]) == ""
    assert modules(tmp_path, ["cost", "--data", "new"]) == "sqlalchemy"


def modules(folder: Path, words: list[str]) -> str:
    data = {} if "--data" in words else {"DWELL_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], cwd=folder, env={**os.environ, **data}, capture_output=True, text=True
    )
    return done.stderr.splitlines()[-1]


def test_a_database_of_another_folder_is_refused(first: Path, tmp_path: Path, state_url: str | None) -> None:
    import dwell
    from dwell.errors import StorageError

    workspace = dwell.open(tmp_path / "one", create=True)
    workspace.live.watchlists()
    workspace.live.database.close()
    other = dwell.open(tmp_path / "two", create=True)
    if state_url is None:
        other.live.watchlists()
        other.live.database.close()
        shutil.copy(tmp_path / "one" / "live.db", tmp_path / "two" / "live.db")
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DWELL_DATABASE", state_url)
            with pytest.raises(StorageError, match=r"The state of this folder is in .*live\.db"):
                dwell.open(tmp_path / "one").live.watchlists()
    with pytest.MonkeyPatch.context() as patch:
        if state_url is not None:
            patch.setenv("DWELL_DATABASE", state_url)
            first_owner = dwell.open(tmp_path / "three", create=True)
            first_owner.live.watchlists()
            first_owner.live.database.close()
            again = dwell.open(tmp_path / "three")
            again.live.watchlists()  # its own folder is welcome
            again.live.database.close()
        with pytest.raises(StorageError, match="belongs to another data folder"):
            dwell.open(tmp_path / "two").live.watchlists()


def test_the_folder_keeps_its_id_when_its_journal_is_made_again(first: Path) -> None:
    import dwell

    workspace = dwell.open(first)
    workspace.live.watchlists()
    workspace.live.database.close()
    known = workspace.store.folder_id()
    assert known is not None
    workspace.store.seal()
    (first / "journal.db").unlink()
    dwell.check(first, repair=True)
    assert dwell.open(first).store.folder_id() == known


def test_processes_that_open_a_new_database_at_once_make_it_once(tmp_path: Path, state_url: str | None) -> None:
    code = (
        "import sys; from pathlib import Path; from dwell.state import open_database; "
        "sys.stdin.readline(); open_database(Path(sys.argv[1]), sys.argv[2] or None).close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path), state_url or ""]
    many = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for one in many:
        one.stdin.write("\n")
        one.stdin.flush()
    assert [(one.communicate()[1], one.returncode) for one in many] == [("", 0)] * 4
    with closing(open_database(tmp_path, state_url)) as database:
        assert layout.read_folder_id(database) is None
