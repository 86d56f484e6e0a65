"""Random damage to a data folder: after each, every question gives the same answer, or one clear error.

    python tests/storage/damage.py [--number 300] [--seed 7] [--kind lake]

Prints how often an answer was equal, an error of dwell's, another answer, or another exception; the last two must be 0.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

OWN = "demo_kitchen"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)

QUESTIONS: dict[str, list[str]] = {
    "posts": ["posts", "--creator", f"@{OWN}", "--json"],
    "benchmarks": ["benchmarks", "--json"],
    "trend": ["trend", "--creator", f"@{OWN}", "--every", "month", "--json"],
    "status": ["status", "--json"],
    "retention": ["retention", "--creator", f"@{OWN}", "--json"],
    "export": ["export", "all", "--format", "jsonl", "-o"],
}
"""Questions; `export` gets a folder."""

Damage = Callable[[Path, random.Random], str]
"""Damages a folder; returns what it did."""


# --- the folder -------------------------------------------------------------------------------------------------------


def make_folder(place: Path) -> Path:
    """A data folder with sealed and unsealed rows, corrected ones, a roll-up and a write-ahead log."""
    import dwell
    from dwell_sandbox.exports import write_exports

    files, data = place / "files", place / "data"
    files.mkdir(parents=True)
    exports = sorted(write_exports(files, seed=12, now=NOON), key=lambda export: export.path.name)
    options = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche"}
    sealed = {len(exports) // 3, len(exports) // 2}
    for number, export in enumerate(exports):
        if number == len(exports) - 1:
            # While this connection reads, what is written stays in the write-ahead log.
            reader = sqlite3.connect(data / "journal.db", isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM meta").fetchone()
        said = [word for name, value in export.hints.items() for word in (options[name], value)]
        status, out, error = run(["import", str(export.path), *said], data)
        assert status == 0, (out, error)
        if number in sealed:
            dwell.open(data).store.seal()
    correct(data)
    copy = place / "copy"
    shutil.copytree(data, copy)
    reader.close()
    (copy / "journal.db-shm").unlink(missing_ok=True)
    assert (copy / "journal.db-wal").stat().st_size > 0
    return copy


def correct(data: Path) -> None:
    """Completes a sealed reading, so that a row of the journal replaces one of the lake."""
    status, out, said = run(
        ["export", "post_snapshots", "--format", "jsonl", "-o", str(data.parent / "some.jsonl")], data
    )
    assert status == 0, (out, said)
    rows = [json.loads(line) for line in (data.parent / "some.jsonl").read_text().splitlines()]
    unknown = [row for row in rows if row.get("saves") is None][:20] or rows[:20]
    changed = [{**row, "saves": 5} for row in unknown]
    (data.parent / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in changed))
    status, out, said = run(["import", str(data.parent / "more.jsonl")], data)
    assert status == 0, (out, said)


# --- questions --------------------------------------------------------------------------------------------------------


def run(words: list[str], data: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a command; 99 and the traceback where an exception escapes."""
    from dwell.cli.main import main
    from dwell.disk import checksum

    checksum._verified.clear()  # as a process of its own
    out, said = io.StringIO(), io.StringIO()
    before = os.environ.get("DWELL_DATA")
    os.environ["DWELL_DATA"] = str(data)
    status = 99
    with _Escaped() as escaped, contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = main(words)
    if before is None:
        del os.environ["DWELL_DATA"]
    else:
        os.environ["DWELL_DATA"] = before
    return status, out.getvalue(), said.getvalue() + escaped.text


class _Escaped(contextlib.AbstractContextManager["_Escaped"]):
    """Keeps the traceback of an exception that a command lets escape."""

    text = ""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self.text = "".join(traceback.format_exception(error))
        return isinstance(error, Exception)


def ask(name: str, data: Path) -> tuple[str, str]:
    """What a question says: `answer` with the text, `error` with the sentence, or `exception` with the traceback."""
    words = QUESTIONS[name]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tables"
        status, out, said = run([*words, str(target)] if name == "export" else words, data)
        if name == "export":
            out = "\n".join(f"{path.name}\n{path.read_text()}" for path in sorted(target.rglob("*.jsonl")))
    if status == 0:
        return "answer", out
    if status == 99 or "this is a bug" in said or "report it" in said:
        return "exception", said
    return "error", said


# --- damages ----------------------------------------------------------------------------------------------------------


def change_bytes(path: Path, chance: random.Random) -> str:
    """1 to 16 bytes become other ones."""
    raw = bytearray(path.read_bytes())
    places = [chance.randrange(len(raw)) for _ in range(chance.randint(1, 16))]
    for place in places:
        raw[place] ^= chance.randint(1, 255)
    path.write_bytes(raw)
    return f"{len(places)} bytes at {places[:4]}"


def change_run(path: Path, chance: random.Random) -> str:
    """1 to 16 bytes beside each other become other ones."""
    raw = bytearray(path.read_bytes())
    start = chance.randrange(len(raw))
    for place in range(start, min(start + chance.randint(1, 16), len(raw))):
        raw[place] ^= chance.randint(1, 255)
    path.write_bytes(raw)
    return f"a run of bytes at {start}"


def add_noise(path: Path, chance: random.Random) -> str:
    """4 KB are noise."""
    raw = bytearray(path.read_bytes())
    start = chance.randrange(max(1, len(raw) - 4_096))
    raw[start : start + 4_096] = chance.randbytes(min(4_096, len(raw) - start))
    path.write_bytes(raw)
    return f"noise at {start}"


def cut_off(path: Path, chance: random.Random) -> str:
    """The end is missing."""
    raw = path.read_bytes()
    size = chance.randrange(len(raw))
    path.write_bytes(raw[:size])
    return f"cut off at {size} of {len(raw)}"


def zero(path: Path, chance: random.Random) -> str:
    """A part is zeros."""
    raw = bytearray(path.read_bytes())
    start = chance.randrange(len(raw))
    end = min(len(raw), start + chance.choice([16, 512, 4_096]))
    raw[start:end] = bytes(end - start)
    path.write_bytes(raw)
    return f"zeros from {start} to {end}"


def empty(path: Path, chance: random.Random) -> str:
    """The file has 0 bytes, as after a power cut."""
    del chance
    path.write_bytes(b"")
    return "emptied"


def remove(path: Path, chance: random.Random) -> str:
    """The file is missing."""
    del chance
    path.unlink()
    return "removed"


DAMAGES = (change_bytes, change_run, add_noise, cut_off, zero, empty, remove)


def _files(data: Path, kind: str) -> list[Path]:
    patterns = {
        "lake": ["lake/*/*.parquet", "lake/*/ym=*/*.parquet"],
        "rollup": ["rollups/**/*.parquet"],
        "log": ["lake/*/_delta_log/*"],
        "journal": ["journal.db"],
        "wal": ["journal.db-wal"],
        "folder": ["journal.*", "lake/**/*.parquet", "rollups/**/*.parquet", "lake/*/_delta_log/*"],
    }[kind]
    return sorted({path for pattern in patterns for path in data.glob(pattern) if path.is_file()})


KINDS = ("lake", "rollup", "log", "journal", "wal", "folder")


def damage(data: Path, kind: str, chance: random.Random) -> str:
    """Damages one file of a kind; says what was done."""
    path = chance.choice(_files(data, kind))
    how = remove if kind == "folder" else chance.choice(DAMAGES)
    if path.stat().st_size == 0:
        how = remove
    return f"{path.relative_to(data)}: {how(path, chance)}"


def survey(folder: Path, kinds: tuple[str, ...], number: int, seed: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Kind, damage, question, outcome and text for each question after each damage of a copy of the folder."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(folder, Path(place) / "whole")  # a question may empty the write-ahead log
        expected = {name: ask(name, Path(place) / "whole") for name in QUESTIONS}
        assert all(outcome == "answer" for outcome, _ in expected.values()), expected
        for count in range(number):
            chance = random.Random(f"{seed}-{count}")
            kind = kinds[count % len(kinds)]
            copy = Path(place) / str(count)
            shutil.copytree(folder, copy)
            done = f"[{count}] {damage(copy, kind, chance)}"
            for name in QUESTIONS:
                outcome, text = ask(name, copy)
                if outcome == "answer":
                    outcome = "equal" if text == expected[name][1] else "other answer"
                yield kind, done, name, outcome, text
            shutil.rmtree(copy)


def survey_repairs(folder: Path, kinds: tuple[str, ...], number: int, seed: int) -> Iterator[tuple[str, str, str, str]]:
    """Kind, damage, outcome and text for each damage that `dwell check --repair` is to mend.

    Outcomes: `unnoticed` (the check finds nothing; what it cost is for `survey` to say), `repaired`, `unrepaired`
    (only a backup helps), and what must not be: `broken` (the check or a question finds damage after the repair),
    `deleted` (a damaged file is nowhere any more), `exception`.
    """
    with tempfile.TemporaryDirectory() as place:
        for count in range(number):
            chance = random.Random(f"{seed}-{count}")
            kind = kinds[count % len(kinds)]
            copy = Path(place) / str(count)
            shutil.copytree(folder, copy)
            done = f"[{count}] {damage(copy, kind, chance)}"
            path = copy / done.split()[1].rstrip(":")
            damaged = path.read_bytes() if path.exists() else b""
            yield kind, done, *_repair(copy, path, damaged)
            shutil.rmtree(copy)


def _repair(data: Path, path: Path, damaged: bytes) -> tuple[str, str]:
    status, out, said = run(["check", "--json"], data)
    if status == 0:
        return "unnoticed", ""
    texts = [out + said]
    commands = (["check", "--repair", "--json"], ["check", "--json"], ["seal"], ["check", "--json"])
    for words in commands:
        status, out, said = run(words, data)
        texts.append(out + said)
        if status == 99 or "this is a bug" in said:
            return "exception", said
    if status:
        rows = json.loads(out)["rows"] if out else []
        return ("unrepaired" if rows and not any(row["repair"] for row in rows) else "broken"), "\n".join(texts)
    if path.name.startswith("journal"):
        damaged = b""  # SQLite moves the write-ahead log into the database whenever that is closed
    if damaged and all(damaged != kept.read_bytes() for kept in (path, *data.rglob("damaged/**/*")) if kept.is_file()):
        return "deleted", "\n".join(texts)
    for name in QUESTIONS:
        outcome, text = ask(name, data)
        if outcome == "exception" or (outcome == "error" and "is damaged" in text):
            return "broken", f"{name}: {text}"
    return "repaired", ""


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--number", type=int, default=300)
    words.add_argument("--seed", type=int, default=7)
    words.add_argument("--kind", choices=KINDS)
    words.add_argument("--repair", action="store_true", help="repair each damage, too")
    options = words.parse_args()
    kinds = (options.kind,) if options.kind else KINDS
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place))
        if options.repair:
            return _report_repairs(folder, kinds, options.number, options.seed)
        for kind, done, name, outcome, text in survey(folder, kinds, options.number, options.seed):
            counts[kind, outcome] += 1
            if outcome in {"other answer", "exception"}:
                sys.stdout.write(f"{outcome}: {name} after {done}\n  {text.strip()[-300:]}\n")
    outcomes = ("equal", "error", "other answer", "exception")
    sys.stdout.write(f"{'':10}{''.join(f'{outcome:>14}' for outcome in outcomes)}\n")
    for kind in kinds:
        sys.stdout.write(f"{kind:10}{''.join(f'{counts[kind, outcome]:14}' for outcome in outcomes)}\n")
    return int(any(counts[kind, outcome] for kind in kinds for outcome in outcomes[2:]))


def _report_repairs(folder: Path, kinds: tuple[str, ...], number: int, seed: int) -> int:
    outcomes = ("unnoticed", "repaired", "unrepaired", "broken", "deleted", "exception")
    counts: Counter[tuple[str, str]] = Counter()
    for kind, done, outcome, text in survey_repairs(folder, kinds, number, seed):
        counts[kind, outcome] += 1
        if outcome in outcomes[3:]:
            sys.stdout.write(f"{outcome}: after {done}\n  {text.strip()[-1500:]}\n")
    sys.stdout.write(f"{'':10}{''.join(f'{outcome:>12}' for outcome in outcomes)}\n")
    for kind in kinds:
        sys.stdout.write(f"{kind:10}{''.join(f'{counts[kind, outcome]:12}' for outcome in outcomes)}\n")
    return int(any(counts[kind, outcome] for kind in kinds for outcome in outcomes[3:]))


if __name__ == "__main__":
    sys.exit(main())
