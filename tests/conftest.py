"""What every test shares: a cache folder that is not the user's, and a PostgreSQL server where one is installed."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import slow_tests
from modules import load_module

from dwell.disk.lock import exclusive
from dwell.disk.replace import write_whole

TESTS = Path(__file__).parent
MEMORY = Path("/dev/shm")
GB = 1_000_000_000
# Tests make thousands of small databases, each of which waits for the disk many times. A file system in memory doesn't.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 8 * GB and "TMPDIR" not in os.environ:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # read again

# Millions of objects live as long as the process, and Python would look at all of them again every few seconds: that
# was every seventh second of its work.
gc.set_threshold(5_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-slow-tests", action="store_true", help="Measure all tests, and write slow_tests.txt.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--write-slow-tests"):
        config.pluginmanager.register(slow_tests.Measurement())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks slow tests. Their files begin first, so that no process is left with one of them at the end."""
    known, files = slow_tests.read_slow_tests(), set[Path]()
    for item in items:
        if (name := slow_tests.name_function(item.nodeid)) in known:
            item.add_marker("slow")
        if name in known or name.startswith(slow_tests.ALWAYS):
            files.add(item.path)
    items.sort(key=lambda item: item.path not in files)


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    """The module hostile_texts.py: texts that try to do something where they land."""
    return load_module(TESTS / "hostile_texts.py")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    place = tmp_path_factory.getbasetemp()
    return place.parent if place.name.startswith("popen-") else place


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(run_folder: Path) -> Iterator[None]:
    """One for all tests of a run, whichever process they are in: a query is compiled once."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(run_folder / "cache"))
    yield
    patch.undo()


@pytest.fixture
def own_cache(run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of this test alone, with the queries that others like it have compiled: each takes long."""
    compiled, cache = run_folder / "compiled", tmp_path / "cache"
    compiled.mkdir(exist_ok=True)
    shutil.copytree(compiled, cache / "dwell" / "queries")
    for folder in (cache, cache / "dwell", cache / "dwell" / "queries"):
        folder.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    yield cache
    for query in (cache / "dwell" / "queries").glob("*.sql"):
        if "demo_" not in (text := query.read_text()) and not (compiled / query.name).exists():
            write_whole(compiled / query.name, text)


@pytest.fixture(scope="session")
def make_once(run_folder: Path) -> Callable[[str, Callable[[], Any]], Any]:
    """Makes a costly value in the first process that needs it: `make_once(name, make)`; the others unpickle it."""

    def get(name: str, make: Callable[[], Any]) -> Any:
        file = run_folder / f"{name}.pickle"
        with exclusive(run_folder / f"{name}.lock"):
            if not file.exists():
                file.write_bytes(pickle.dumps(make()))
        return pickle.loads(file.read_bytes())

    return get


@pytest.fixture(scope="session")
def whole_folder(
    run_folder: Path, make_once: Callable[[str, Callable[[], Any]], Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a release, brought to today's layout by an import and a seal; it is only copied."""
    made = make_once("whole_folder", lambda: make_whole_folder(run_folder / "whole"))
    return shutil.copytree(made, tmp_path_factory.mktemp("whole") / "data")


def make_whole_folder(place: Path) -> Path:
    with tarfile.open(TESTS / "layouts" / "cff8933.tar.xz") as packed:
        packed.extractall(place, filter="data")
    data = place / "cff8933" / "data"
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    from dwell.settings import Settings
    from dwell.warehouse import Store
    from dwell.workspace import Workspace

    settings = Settings(data=data, threads=1)
    for number in range(2):
        file = place / f"{number}.jsonl"
        row = {"post_id": str(7647000000000000001 + number), "observed_at": "2026-06-20T00:00:00Z", "views": 10}
        file.write_text(json.dumps(row | {"source": "dwell-test"}) + "\n")
        Workspace(settings).import_files([file])
        if not number:
            Store.open(settings).seal()
    Workspace(settings).live.replay()  # all responses are read by today's parser: no command has to do it again
    return data


@pytest.fixture(scope="session")
def sql_cache(_cache_folder: None) -> Path:
    """For queries that tests compile: where the commands of all processes of this run find them, too."""
    from dwell.settings.cache import private_cache

    folder = private_cache("queries")
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def run_in_fork() -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs a script in a fork of `fork_server.py`: `run_in_fork(script, *words)` returns exit code and stderr."""
    command = [sys.executable, str(Path(__file__).with_name("fork_server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout

        def run(script: Path, *words: str) -> tuple[int, str]:
            print(json.dumps([dict(os.environ), str(script), *words]), file=requests, flush=True)
            code, stderr = json.loads(answers.readline())
            return code, stderr

        yield run
        requests.close()


@pytest.fixture(scope="session")
def account() -> ModuleType:
    """A made-up account, for tests of charts and the report: the functions of account.py."""
    return load_module(TESTS / "unit/report/account.py")


@pytest.fixture(scope="session")
def retention_world() -> ModuleType:
    """Simulated accounts with retention curves: the functions of benchmarks/retention_world.py."""
    return load_module(TESTS / "../benchmarks/retention_world.py")


@pytest.fixture(scope="session")
def api_checks() -> ModuleType:
    """Schemathesis, for tests of the API over any service: the functions of api_checks.py."""
    return load_module(TESTS / "api/api_checks.py")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A real server, started for the tests that want one."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (pip install 'dwell[postgresql]')")
    module = load_module(TESTS / "postgresql.py")
    if module.binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with module.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the state is: in the data folder (None), or in a database of a server, with its tables and no rows."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    url = server.take_database()
    yield url
    server.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_state_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The same with a database that is empty: for tests in which tables are made or changed."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that one test registers would be hidden in the messages of the next."""
    monkeypatch.delenv("COLUMNS", raising=False)  # which xdist sets
    monkeypatch.setattr("dwell.redact._registered", set())
    monkeypatch.setattr("dwell.redact._tokens", {})
