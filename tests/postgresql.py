"""A real PostgreSQL server for tests: in a temporary folder, on a free port, never as root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from dwell.state import open_database
from dwell.state.layout import load_metadata


def binaries() -> Path | None:
    """Where the server's programs are: Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    named = shutil.which("postgres")
    return Path(named).resolve().parent if named else None


@dataclass
class Server:
    """A running server.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        folder: Its files.
        process: The server's process; None while it is down.
    """

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    _spare: list[str] = field(default_factory=list)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://dwell@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"t_{uuid.uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def copy_database(self, url: str) -> str:
        """The URL of a copy of a database that is not in use."""
        name = f"t_{uuid.uuid4().hex}"
        of = url.rpartition("/")[2]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s", [of])
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {of}")
        return self.url(name)

    def take_database(self) -> str:
        """The URL of a database with the tables of the state and no rows; goes back with `give_back`."""
        if self._spare:
            return self._spare.pop()
        url = self.new_database()
        open_database(self.folder, url).close()
        return url

    def give_back(self, url: str) -> None:
        """Makes a database as it was when it was taken: that costs a tenth of making and dropping one."""
        tables = reversed(load_metadata().sorted_tables)
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {others}")
            connection.execute("; ".join(f"DELETE FROM {table.name}" for table in tables))
            sequence = "format('%I.%I', schemaname, sequencename)::regclass"
            connection.execute(f"SELECT setval({sequence}, start_value, false) FROM pg_sequences")
        self._spare.append(url)

    def start(self) -> None:
        command = [str(binaries() / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"]
        command += ["-c", "max_connections=200", "-c", "fsync=off"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_user())
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """kill -9 of the server and of everything that it started."""
        assert self.process is not None
        group = self.process.pid
        os.killpg(group, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + 60
        with suppress(ProcessLookupError):
            # As long as one of its processes holds its shared memory, it cannot start again; who ends last is not told.
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.01)
        self.process = None
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="dwell-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        command = [str(binaries() / "initdb"), "-D", str(folder / "data"), "-U", "dwell", "-A", "trust", "-E", "UTF8"]
        command += ["--no-sync", "--locale=C"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **_user())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            server = Server(free.getsockname()[1], folder)
        server.start()
        try:
            yield server
        finally:
            if server.process is not None:
                server.process.send_signal(signal.SIGQUIT)
                server.process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> dict[str, object]:
    """The server refuses to run as root; it leads a process group, so that it can be killed as a whole."""
    other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    return {"start_new_session": True, **other}
