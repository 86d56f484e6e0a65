"""The torture run: kill -9 at every step, then at any moment, under two writers and three readers.

A script of its own, because it forks: nothing here may start a thread before it forks. Prints a JSON object with what
happened; every list in it that is named `wrong` must be empty.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import world
from kill_points import Fuse

from dwell.settings import Settings
from dwell.warehouse import Store, check, compact, rollup_update, writer

# Before the forks, so that a child starts in milliseconds.
for heavy in ("arro3.core", "duckdb", "deltalake"):
    importlib.import_module(heavy)

# Kinds of work that every step is killed in. `recover` comes after `large`, whose steps it needs.
LANES = (("first", "large", "recover", "refresh", "set_aside"), ("small", "append", "seal", "correct", "rebuild"))

# Before every third commit, and every ninth of the other steps; `make torture` leaves none out.
STRIDE = int(os.environ.get("DWELL_KILL_STRIDE", "9"))
COMMIT_STRIDE = max(1, STRIDE // 3)
SMALL, LARGE = 15, 60  # rows of a batch: to the journal, and straight to the lake
writer.JOURNAL_ROWS = 100
compact._MANY = 2  # so that every seal rewrites files, too
rollup_update._POSTS_A_FILE = 200


class Run:
    """One data folder, and the processes on it.

    Attributes:
        root: The data folder.
        wrong: What should not have happened.
        counts: What did happen.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(data=root, threads=1)
        self.wrong: list[str] = []
        self.counts = {"kills": 0, "commits": 0, "reads": 0, "seals": 0, "batches": 0}

    def child(self, work: Callable[[], Any]) -> int:
        """Forks; the child does the work and ends without Python's own clean-up."""
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            work()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)

    def ended(self, pid: int, what: str) -> bool:
        """Waits; true if the child was killed, and noted as wrong if it failed in any other way."""
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status > 0:
            self.wrong.append(f"{what} failed: see stderr")
        self.counts["kills"] += status < 0
        return status < 0

    def do(self, what: str, work: Callable[[], Any]) -> bool:
        """A child, waited for."""
        return self.ended(self.child(work), what)

    def measured(self, work: Callable[[], Any]) -> list[str]:
        """The ends of steps that this work passes, without a kill."""
        out, into = os.pipe()

        def counting() -> None:
            fuse = Fuse(None)
            fuse.install()
            work()
            fuse.reached("end")
            os.write(into, json.dumps(fuse.passed).encode())

        self.do("counting", counting)
        os.close(into)
        with os.fdopen(out) as pipe:
            return list(json.load(pipe))

    def store(self) -> Store:
        """The store, opened in the present process."""
        return Store.open(self.settings, create=True)


def every_step(run: Run, kinds: tuple[str, ...]) -> dict[str, int]:
    """Kills each kind of work before each of its steps; the retry must then bring exactly what was to come."""
    points = {}
    serial = 0
    run.do("prepare", run.store)

    def named() -> str:
        nonlocal serial
        serial += 1
        return f"step{serial}"

    def prepared(kind: str) -> Callable[[], Any]:
        name = named()
        if kind == "seal":
            for extra in (name, f"{world.FIX}-{name}"):
                run.do("prepare", lambda extra=extra: world.commit(run.store(), extra, SMALL))
            return lambda: run.store().seal()
        if kind == "recover":
            at = points["large"].index("insert")  # everything is in the lake, nothing is visible
            if not run.do("prepare", lambda: killed(at, lambda: world.commit(run.store(), name, LARGE))):
                run.wrong.append("the commit before a recovery was not killed")
            return lambda: world.commit(run.store(), name, SMALL)
        if kind == "rebuild":
            run.do("prepare", lambda: run.store().seal())
            run.do("prepare", lambda: (run.root / "journal.db").unlink())
            return lambda: check.repair(run.root)
        if kind in {"append", "refresh"}:  # after a batch of its own kind it finds its current rows complete
            before = world.append if kind == "append" else world.commit
            run.do("prepare", lambda: before(run.store(), f"{name}-before", SMALL if kind == "append" else LARGE))
            return lambda: world.append(run.store(), name, SMALL)
        if kind == "set_aside":  # of what a large batch brought to the lake and a small one to the journal
            sizes = {f"{world.FUTURE}-large-{name}": LARGE, f"{world.FUTURE}-small-{name}": SMALL}
            run.do("prepare", lambda: run.store().seal())
            for batch, size in sizes.items():
                run.do("prepare", lambda batch=batch, size=size: world.commit(run.store(), batch, size))
            return lambda: world.set_aside(run.store(), sizes)
        if kind == "first":
            shutil.rmtree(run.root, ignore_errors=True)
        if kind == "correct":
            run.do("prepare", lambda: world.commit(run.store(), name, SMALL))
            return lambda: world.commit(run.store(), f"{world.FIX}-{name}", SMALL)
        return lambda: world.commit(run.store(), name, SMALL if kind == "small" else LARGE)

    for kind in kinds:
        points[kind] = run.measured(prepared(kind))
        for at, step in enumerate(points[kind]):
            if at % (COMMIT_STRIDE if step == "commit" else STRIDE):
                continue
            work = prepared(kind)
            if not run.do(f"{kind} before {step}", lambda at=at, work=work: killed(at, work)):
                run.wrong.append(f"{kind}: passed {step} alive")
            run.do(f"aftermath of {kind} before {step}", lambda work=work: aftermath(run, work))
    return {kind: len(ends) for kind, ends in points.items()}


class Lane:
    """Some of the kinds, in a process and a folder of their own, so that both cores have work."""

    def __init__(self, folder: Path, kinds: tuple[str, ...]) -> None:
        folder.mkdir()
        self._path = folder / "report.json"
        self._run = Run(folder / "data")
        self._kinds = kinds
        self._pid = self._run.child(self._work)

    def _work(self) -> None:
        points = every_step(self._run, self._kinds)
        report = {"points": points, "wrong": self._run.wrong, "kills": self._run.counts["kills"]}
        self._path.write_text(json.dumps(report))

    def report(self) -> dict[str, Any]:
        """What it did; waits for its end."""
        if self._pid:
            self._run.ended(self._pid, "lane")
            self._pid = 0
        if not self._path.exists():
            return {"points": {}, "wrong": [f"{self._kinds} ended without a report"], "kills": 0}
        return dict(json.loads(self._path.read_text()))


def killed(at: int, work: Callable[[], Any]) -> None:
    """Does the work with a fuse in it."""
    fuse = Fuse(at)
    fuse.install()
    work()
    fuse.reached("end")


def aftermath(run: Run, work: Callable[[], Any]) -> None:
    """A reader comes first and sees nothing torn; the retry undoes and redoes; then all is as if nothing had been."""
    if (run.root / "journal.db").exists():
        sound(run, recover=False)
    work()
    sound(run, recover=True)


def sound(run: Run, *, recover: bool) -> None:
    """Fails if a reader would see anything wrong, or, after a recovery, a Delta reader would."""
    wrong = world.Reader(run.store()).check()
    if recover:
        with run.store().writing():
            wrong += world.unlike_lake(run.root) + world.Reader(run.store()).check()
    if wrong:
        raise AssertionError(wrong)


def any_moment(run: Run, seconds: float, seed: int) -> None:
    """Two writers that are killed by a timer again and again, a sealer, and three readers that never stop."""
    draw = random.Random(seed)
    deadline = time.monotonic() + seconds
    reports = run.root.parent / "reports"
    reports.mkdir()
    stop = reports / "stop"
    readers = [run.child(lambda n=n: reading(run, reports / f"reader{n}", stop)) for n in range(3)]
    turn = 0
    alive: dict[int, str] = {}
    while time.monotonic() < deadline or alive:
        while len(alive) < 2 and time.monotonic() < deadline:
            fuse, name = draw.uniform(0.1, 4.0), f"{'ab'[turn % 2]}{turn // 2}"
            seed_of_child = draw.randrange(2**32)
            alive[run.child(lambda f=fuse, n=name, s=seed_of_child: writing(run, n, f, s, reports))] = name
            turn += 1
        if alive:
            pid, status = os.waitpid(-1, 0)
            if pid in readers:
                run.wrong.append(f"reader ended early with {status}")
                readers.remove(pid)
                continue
            code = os.waitstatus_to_exitcode(status)
            run.counts["kills"] += code < 0
            if code > 0:
                run.wrong.append(f"writer {alive[pid]} failed: see stderr")
            del alive[pid]
    stop.touch()
    for pid in readers:
        run.ended(pid, "reader")
    settle(run, reports)


def writing(run: Run, name: str, fuse: float, seed: int, reports: Path) -> None:
    """Commits until the timer kills it; each commit is acknowledged in a file only after it returned."""
    draw = random.Random(seed)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, fuse)  # the default action of SIGALRM: the kernel ends the process there
    store = run.store()
    with (reports / f"acknowledged-{name}").open("a") as log:
        for number in range(draw.randrange(3, 9)):
            batch = f"{world.FIX if draw.random() < 0.2 else 'add'}-{name}-{number}"
            if draw.random() < 0.12:
                store.seal()
                print("seal", file=log, flush=True)
            world.commit(store, batch, LARGE if draw.random() < 0.25 else SMALL)
            print(batch, file=log, flush=True)


def reading(run: Run, report: Path, stop: Path) -> None:
    """Reads until told to stop, and fails at the first thing that is wrong."""
    reader = world.Reader(run.store())
    while not stop.exists():
        wrong = reader.check()
        if wrong:
            raise AssertionError(wrong)
    report.write_text(str(reader.reads))


def settle(run: Run, reports: Path) -> None:
    """At the end: every acknowledged batch is there once, and the lake alone says the same after a rebuild."""
    said = [line for path in reports.glob("acknowledged-*") for line in path.read_text().split()]
    run.counts["seals"] = said.count("seal")
    run.counts["commits"] = len(said) - said.count("seal")
    run.counts["reads"] = sum(int(path.read_text()) for path in reports.glob("reader*"))
    acknowledged = {line for line in said if line != "seal"}
    out, into = os.pipe()

    def last() -> None:
        sound(run, recover=True)
        store = run.store()
        reader = world.Reader(store)
        assert not reader.check()
        assert acknowledged <= reader.seen, f"lost: {acknowledged - reader.seen}"
        assert {batch.batch_id for batch in store.batches()} == reader.seen
        before = store.rows()
        store.seal()
        (run.root / "journal.db").unlink()
        check.repair(run.root)
        rebuilt = run.store()
        assert {name: rows for name, rows in rebuilt.rows().items() if name != "posts"} == {
            name: rows for name, rows in before.items() if name != "posts"
        }
        assert rebuilt.rows()["posts"] == world.SHARED
        again = world.Reader(rebuilt)
        assert not again.check()
        assert again.seen == reader.seen
        os.write(into, str(len(reader.seen)).encode())

    run.do("the end", last)
    os.close(into)
    with os.fdopen(out) as pipe:
        run.counts["batches"] = int(pipe.read() or 0)


def main(seconds: float, seed: int) -> None:
    """Both parts in one folder; the report goes to stdout."""
    folder = Path(tempfile.mkdtemp(prefix="dwell-torture-"))
    try:
        lanes = [Lane(folder / f"lane{number}", kinds) for number, kinds in enumerate(LANES)]
        points = {kind: count for lane in lanes for kind, count in lane.report()["points"].items()}
        run = Run(folder / "data")
        any_moment(run, seconds, seed)
        wrong = [what for lane in lanes for what in lane.report()["wrong"]] + run.wrong
        stepped = sum(lane.report()["kills"] for lane in lanes)
        report = {"wrong": wrong, "points": points, "stepped": stepped, "timed": run.counts.pop("kills"), **run.counts}
        sys.stdout.write(json.dumps(report) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
