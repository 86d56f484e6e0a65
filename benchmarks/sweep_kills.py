"""kill -9 at random moments of a sweep: after resuming, the same rows, no page paid twice but the one in flight.

python benchmarks/sweep_kills.py --kills 200 --seed 7
python benchmarks/sweep_kills.py --kills 200 --state postgresql            # the state on a server
python benchmarks/sweep_kills.py --kills 50 --state postgresql --server    # and the server is killed, not the sweep

The sandbox's time stands still, so an undisturbed sweep and a killed one must store the very same rows. The ledger is
compared with the sandbox's own count call by call: what the sandbox charged stands in the ledger, and what the ledger
is certain of was charged; only a request that was in flight at a kill may be one that the sandbox never saw.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sandboxed import DWELL, Sandbox, handles, running, sweep
from sqlalchemy import select

from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.schema import ledger, responses
from dwell.warehouse import Store

TABLES = ("posts", "post_snapshots", "creators", "creator_snapshots", "creator_states")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=8)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--state", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--server", action="store_true", help="kill PostgreSQL instead of the sweep")
    options = parser.parse_args()
    with postgresql() if options.state == "postgresql" else nullcontext() as server:
        measure(options, server)


@contextmanager
def postgresql() -> Iterator[Any]:
    """The server that the tests use."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    import postgresql as tests_postgresql

    with tests_postgresql.running() as server:
        yield server


def measure(options: argparse.Namespace, server: Any) -> None:
    """Kills sweeps, or the server of their state, until there were enough kills."""
    draw = random.Random(options.seed)
    words = [*handles(options.accounts, options.posts), "--posts", str(options.posts)]
    kills = sweeps = lost = repeated = unseen = 0
    with running("--limit", "tikliveapi=none", "--speed", "0") as sandbox, tempfile.TemporaryDirectory() as folder:
        environment = sandbox.environment("3000/60")
        whole = sweep(words, Path(folder) / "whole", environment)
        expected = rows(Path(folder) / "whole")
        while kills < options.kills:
            sandbox.reset()
            data = Path(folder) / f"killed-{sweeps}"
            if server is not None:
                environment["DWELL_DATABASE"] = server.new_database()
            victim = server if options.server else None
            kills += killed(words, data, environment, draw, whole.seconds, options.kills - kills, victim)
            last = sweep(words, data, environment)
            if last.answer["unfinished"]:
                raise SystemExit("the sweep did not end")
            if rows(data) != expected:
                raise SystemExit(f"sweep {sweeps}: the rows differ from those of an undisturbed sweep")
            counts = checked(sandbox, data, environment.get("DWELL_DATABASE"), server_killed=options.server)
            lost, repeated, unseen = lost + counts["lost"], repeated + counts["repeated"], unseen + counts["unseen"]
            sweeps += 1
            print(f"{kills} of {options.kills} kills, {sweeps} sweeps, {lost} lost requests", file=sys.stderr)
    print(f"{kills} kills over {sweeps} sweeps of {whole.answer['requests']} requests: the same rows each time")
    print(f"requests in flight at a kill: {lost}; of them never seen by the sandbox: {unseen}")
    print(f"pages paid twice: {repeated}, each of them in flight when killed")


def killed(
    words: list[str], data: Path, environment: dict[str, str], draw: random.Random, seconds: float, most: int,
    server: Any,
) -> int:  # fmt: skip
    """Starts the sweep and kills it, or the server, until it ends by itself or after `most` kills; returns how many."""
    kills = 0
    while kills < min(most, 12):
        command = [*DWELL, "sweep", *words, "--data", str(data)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(draw.uniform(0.3, seconds))
        except subprocess.TimeoutExpired:
            if server is None:
                process.kill()
            else:
                server.kill()
            process.wait()
            kills += 1
            if server is not None:
                server.start()
        else:
            break
    return kills


def checked(sandbox: Sandbox, data: Path, url: str | None, *, server_killed: bool) -> Counter[str]:
    """Compares ledger and sandbox call by call."""
    time.sleep(0.2)  # a request that a killed process had sent may still be on its way into the count
    seen = {call["call"]: call for call in sandbox.calls()}
    with closing(open_database(data, url)) as database, database.reading() as connection:
        columns = (ledger.c.request_id, ledger.c.outcome, ledger.c.credits, ledger.c.certain)
        noted = {row[0]: tuple(row[1:]) for row in connection.execute(select(*columns))}
        pages = connection.execute(select(responses.c.request_id)).all()
    charged = {name: call["credits"] for name, call in seen.items() if call["credits"]}
    # "Sent" rows need not reach the disk at once: a server that is killed may forget those of its last moments.
    forgotten = charged.keys() - noted.keys()
    if forgotten and not server_killed:
        raise SystemExit(f"{len(forgotten)} charged requests are not in the ledger")
    certain = {name: row[1] for name, row in noted.items() if row[2]}
    if wrong := [name for name, paid in certain.items() if seen.get(name, {}).get("credits", 0) != paid]:
        raise SystemExit(f"{len(wrong)} requests cost otherwise than the ledger says")
    lost = {name for name, row in noted.items() if row[0] == "lost"}
    kept = {name for (name,) in pages}
    twice = charged.keys() - kept
    if twice - lost - forgotten:
        raise SystemExit(f"{len(twice - lost - forgotten)} paid pages were not kept, and were not in flight")
    return Counter(lost=len(lost | forgotten), repeated=len(twice), unseen=len(lost - seen.keys()))


def rows(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every stored row of a data folder."""
    store = Store.open(Settings(data=data, database="elsewhere" if not (data / "live.db").exists() else None))
    return {name: sorted(map(repr, store.query(f"SELECT * FROM {name}", [name]).rows)) for name in TABLES}


if __name__ == "__main__":
    main()
