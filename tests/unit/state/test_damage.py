"""Damage of the SQLite state: every command answers as before or says what is damaged, and a repair loses only that.

`DWELL_DAMAGES=500 pytest tests/unit/state/test_damage.py` tries more than the few damages of every run.
"""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main
from dwell.disk.wal import find_wal_damage
from dwell.errors import DamagedDataError, StorageError
from dwell.http import HttpResponse
from dwell.settings import Settings
from dwell.state import examination, open_database, owner, responses, salvage
from dwell.state.database import READY, StateDatabase
from dwell.state.examination import examine
from dwell.state.schema import ledger
from dwell.workspace.folder_check import check_folder
from dwell.workspace.state import open_state

LAYOUT = Path(__file__).parents[2] / "layouts" / "cff8933.tar.xz"
DAMAGES = int(os.environ.get("DWELL_DAMAGES", "2"))
COMMANDS = [["cost"], ["watchlist", "list"], ["videos"], ["check"]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with tracking, sweeps and kept responses, whose state is as today's dwell writes it."""
    place = tmp_path_factory.mktemp("whole")
    with tarfile.open(LAYOUT) as packed:
        packed.extractall(place, filter="data")
    folder = place / LAYOUT.name.partition(".")[0] / "data"
    with closing(open_database(folder)) as database:
        responses.add_checksums(database)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        if "--repair" in words:
            gc.collect()  # a command that failed may have left a connection, as its process would not
        status = main([*words, "--data", str(folder)])
        return status, *capsys.readouterr()

    return run


def damaged(content: bytes, seed: int) -> bytes:
    """A few wrong bytes, or a block of noise."""
    chance, bytes_ = random.Random(seed), bytearray(content)
    if seed % 2:
        for _ in range(chance.randint(1, 16)):
            bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
    else:
        at = chance.randrange(len(bytes_) - 4_096)
        bytes_[at : at + 4_096] = chance.randbytes(4_096)
    return bytes(bytes_)


def rows(path: Path) -> dict[str, set[tuple]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: set(connection.execute(f"SELECT * FROM {name}")) for name in names}


@pytest.mark.parametrize("seed", range(DAMAGES))
def test_every_command_answers_as_before_or_names_the_cure(
    folder: Path, run: Callable[..., tuple[int, str, str]], seed: int
) -> None:
    state, before = folder / "live.db", rows(folder / "live.db")
    answers = [run(*words) for words in COMMANDS]
    state.write_bytes(damaged(state.read_bytes(), seed))
    for words, answer in zip(COMMANDS, answers, strict=True):
        status, out, err = run(*words)
        if (status, out, err) == answer:
            continue
        assert status == 1, (words, out, err)
        assert "dwell check" in (out if words == ["check"] else err), (words, out, err)
        assert (out + err).count("\n") == err.count("\n") <= 1 or words == ["check"], (words, out, err)
    found = examine(state)
    assert run("check", "--repair")[0] == 0
    assert run("check")[0] == 0
    for name, stored in rows(state).items():  # what cannot be told to be right is left out, or counted
        assert len(stored - before[name]) <= found.unconfirmed[name], name
        if name not in {"responses", "alembic_version"}:
            assert len(before[name] - stored) <= found.lost[name] + found.unconfirmed[name] or found.damage, name


def change(path: Path, old: bytes, new: bytes, *, last: bool = False) -> None:
    content = path.read_bytes()
    at = content.rfind(old) if last else content.find(old)
    assert at >= 0
    path.write_bytes(content[:at] + new + content[at + len(old) :])


def test_one_changed_letter_is_found_before_the_row_is_used(folder: Path, run) -> None:
    change(folder / "live.db", b'"demo_bigtable', b'"demo_bigtible')
    assert run("syncs")[0] == 1  # reads the jobs
    assert run("watchlist", "list")[0] == 0
    status, out, _ = run("check")
    assert status == 1
    assert "1 of sweeps" in out


@pytest.mark.parametrize("table", ["watchlists", "schedules", "tracked_snapshots", "drift"])
def test_a_row_that_differs_from_its_copy_is_refused(folder: Path, table: str) -> None:
    with closing(sqlite3.connect(folder / "live.db", isolation_level=None)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    with (folder / "live.db").open("r+b") as file:  # the last cell of a page begins after its head of cells
        file.seek(root * 4_096 - 5)
        byte = file.read(1)
        file.seek(root * 4_096 - 5)
        file.write(bytes([byte[0] ^ 1]))
    with (
        closing(open_database(folder)) as database,
        pytest.raises(DamagedDataError, match="dwell check"),
        database.reading() as connection,
    ):
        connection.exec_driver_sql(f"SELECT * FROM {table}").all()


def test_a_damaged_response_is_one_counted_failure(folder: Path, run) -> None:
    with closing(sqlite3.connect(folder / "live.db")) as connection, connection:
        connection.execute("DELETE FROM responses WHERE response_id > 12")  # the others take their time
        connection.execute("UPDATE responses SET received_at = received_at + 60000000 WHERE response_id = 4")
        connection.execute("UPDATE responses SET what = 'user_pests' WHERE response_id = 5")
        connection.execute("UPDATE responses SET provider = 'tiklivespi' WHERE response_id = 6")
        connection.execute("UPDATE responses SET subject = CAST(x'64e96d6f' AS TEXT) WHERE response_id = 7")
        connection.execute("UPDATE responses SET received_at = 'soon' WHERE response_id = 8")
        connection.execute("UPDATE responses SET body = zeroblob(400) WHERE response_id = 9")
    status, out, err = run("replay", "--all", "--json")
    assert status == 0, err
    now = json.loads(out)
    assert now["rows"][0]["rejected"] == 7  # response 10 is of a sample that began with 8, so its time is not known
    assert {f"stored response {number}" for number in range(4, 10)} <= {
        reason.partition(" is damaged")[0] for reason in now["reject_reasons"]
    }
    status, out, _ = run("check")
    assert status == 1
    assert "6 of responses (responses number 4, 5, 6, 7, 8)" in out


def test_older_responses_are_read_counted_and_get_their_checksums(folder: Path, run) -> None:
    with closing(sqlite3.connect(folder / "live.db")) as connection, connection:
        number = connection.execute("UPDATE responses SET checksum = NULL").rowcount
    assert number > 10
    status, out, _ = run("check")
    assert status == 0
    assert f"{number} stored responses have no checksum yet" in out
    assert run("check", "--repair")[0] == 0
    with closing(open_database(folder)) as database:
        assert responses.count_unverified(database) == 0
        assert responses.list_damaged(database) == []
    assert "no checksum" not in run("check")[1]


def test_a_repair_that_is_killed_is_done_again_or_is_done(folder: Path, tmp_path: Path) -> None:
    state, before = folder / "live.db", rows(folder / "live.db")
    content = bytearray(state.read_bytes())
    with closing(sqlite3.connect(state)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'watchlists'").fetchone()
    content[(root - 1) * 4_096 : root * 4_096] = b"\x55" * 4_096
    state.write_bytes(content)
    assert examine(state).damage
    stops = 0
    for name, most in (("replace", 2), ("rename", 3)):
        for number in range(most):
            copy = tmp_path / "copy"
            shutil.copytree(folder, copy)
            stops += killed_at(copy, name, number)
            if (copy / "live.db").exists() and not examine(copy / "live.db").is_whole:
                salvage.salvage(copy, copy / "scratch")
            open_database(copy).close()
            assert rows(copy / "live.db") == before, (name, number)  # the second copy had every row
            assert not (copy / f"live.db{READY}").exists()
            assert list((copy / "damaged").glob("live.db*"))
            shutil.rmtree(copy)
    assert stops >= 2


def killed_at(folder: Path, name: str, number: int) -> bool:
    """Repairs in a child that kills itself before the call of that number of a method of `Path`; whether it did."""
    child = os.fork()
    if not child:
        real, passed = getattr(Path, name), 0

        def step(*words: object, **options: object) -> object:
            nonlocal passed
            if passed == number:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1
            return real(*words, **options)

        try:
            setattr(Path, name, step)
            salvage.salvage(folder, folder / "scratch")
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.fixture
def killed(folder: Path, tmp_path: Path) -> Path:
    """The folder of a process that was killed: its last transactions are in the write-ahead log alone."""
    place = tmp_path / "killed"
    with closing(open_database(folder)) as database:
        for number in range(30):
            with database.transaction() as connection:
                connection.execute(ledger.update().values(credits=number))
        shutil.copytree(folder, place)
    return place


@pytest.mark.parametrize("with_index", [True, False])
def test_a_damaged_log_is_no_older_state(killed: Path, with_index: bool) -> None:
    state = killed / "live.db"
    log, index = (state.with_name(state.name + ending) for ending in ("-wal", "-shm"))
    if not with_index:
        index.unlink()
    assert find_wal_damage(state, alone=True) == ""
    content = log.read_bytes()
    ends = len(content) if with_index else len(content) * 9 // 10  # the last transaction may be one that was killed
    for place in range(3, ends, ends // 40):
        log.write_bytes(content[:place] + bytes([content[place] ^ 64]) + content[place + 1 :])
        with pytest.raises(DamagedDataError, match=r"write-ahead log .*dwell check"):
            StateDatabase(state)
    log.write_bytes(content[: len(content) // 2])
    assert bool(find_wal_damage(state, alone=True)) is with_index
    log.write_bytes(content)
    with closing(open_database(killed)) as database, database.reading() as connection:
        assert set(connection.scalars(ledger.select().with_only_columns(ledger.c.credits))) == {29}


def test_a_damaged_log_costs_what_came_after_it(killed: Path) -> None:
    log = killed / "live.db-wal"
    content = log.read_bytes()
    log.write_bytes(content[: len(content) // 2] + b"\x55" + content[len(content) // 2 + 1 :])
    assert "write-ahead log" in examine(killed / "live.db").damage
    (row,) = dwell.check(killed, repair=True).rows
    assert row[3]
    assert examine(killed / "live.db").is_whole


def test_a_folder_that_cannot_be_written_is_checked(
    folder: Path, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("check")
    for name in folder.glob("live.db-*"):
        name.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(examination, "_may_write", lambda _: False)  # root may write to any folder
        assert run("check") == before
    assert [path.name for path in folder.glob("live.db*")] == ["live.db"]


def test_a_state_in_use_is_not_repaired(folder: Path) -> None:
    with closing(open_database(folder)) as database, database.reading():
        (folder / "live.db").write_bytes(damaged((folder / "live.db").read_bytes(), 2))
        assert not examine(folder / "live.db").is_whole
        with pytest.raises(StorageError, match=r"is in use: stop"):
            dwell.check(folder, repair=True)
    assert not (folder / "damaged").exists()


@pytest.mark.parametrize("what", ["checksum", "body", "subject"])
def test_a_damaged_response_is_found_in_either_database(tmp_path: Path, state_url: str | None, what: str) -> None:
    settings = Settings(data=tmp_path / "data", database=state_url)
    workspace = dwell.Workspace(settings, create=True)
    response = HttpResponse(200, {}, b"{}", datetime(2026, 6, 10, tzinfo=UTC))
    with closing(open_state(workspace.store)) as database, database.transaction() as connection:
        for number in range(3):
            responses.insert_response(
                connection, f"request-{number}", owner.sweep("s"), 0, provider="scavio", endpoint="posts",
                what="user_posts", subject="demo", response=response, items=1, packed=responses.compress(b"{}"),
            )  # fmt: skip
        wrong = {"checksum": 1, "body": responses.compress(b"[]"), "subject": "demi"}[what]
        table = responses.responses
        second = table.c.request_id == "request-1"
        connection.execute(table.update().where(second).values({what: wrong}))
    (row,) = check_folder(settings).rows
    assert ("live.db" if state_url is None else "postgresql://") in row[0]
    assert ("1 of responses" if state_url is None else "1 damaged response") in row[1]


@pytest.mark.parametrize("kind", ["others", "empty", "of-dwell"])
def test_another_database_in_its_place_is_the_loss_of_all(folder: Path, kind: str) -> None:
    place = folder / "live.db"
    with closing(sqlite3.connect(place)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        (application,) = other.execute("PRAGMA application_id").fetchone()
        (layout,) = other.execute("PRAGMA user_version").fetchone()
    place.unlink()
    with closing(sqlite3.connect(place)) as other:
        other.execute("CREATE TABLE x (a)" if kind == "others" else "PRAGMA user_version = 3")
        if kind == "of-dwell":
            other.execute(f"PRAGMA application_id = {application}")
            other.execute(f"PRAGMA user_version = {layout}")
    (problem,) = check_folder(Settings(data=folder))
    assert problem["detail"].startswith("is damaged (")
    assert "It contained costs, watchlists, schedules and stored responses" in problem["detail"]
    assert problem["repair"] == "moves it to damaged/ and creates a new, empty one; the tables stay as they are"
    assert check_folder(Settings(data=folder), repair=True).meta["ok"]


def test_a_table_that_is_gone_is_lost(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "live.db")) as other:
        other.execute("DROP TABLE watchlists")
    (problem,) = check_folder(Settings(data=folder))
    assert problem["detail"] == "has damaged rows: lost is every row of watchlists"
    assert check_folder(Settings(data=folder), repair=True).meta["ok"]
