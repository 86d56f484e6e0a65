"""How often a file is read: once by Python, for digest, encoding, lines and recognition, and once by the engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.warehouse.load.raw import _HEADER_BYTES

Count = Callable[[], int]


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Count:
    """Bytes that Python read of the files in the test's `files` folder."""
    counted = 0

    class Counting(io.FileIO):
        def readinto(self, buffer: Any) -> int | None:
            nonlocal counted
            size = super().readinto(buffer)
            counted += size or 0
            return size

        def readall(self) -> bytes:
            nonlocal counted
            data = super().readall() or b""
            counted += len(data)
            return data

    real = io.open

    def opened(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if "r" not in mode or not str(file).startswith(str(tmp_path / "files")):
            return real(file, mode, *rest, **options)
        stream = io.BufferedReader(Counting(str(file)))
        return stream if "b" in mode else io.TextIOWrapper(stream, encoding=options.get("encoding"))

    monkeypatch.setattr(io, "open", opened)  # which Path.open calls
    return lambda: counted


def system_reads() -> int | None:
    """Bytes that this process asked the system for, the engine's included; Linux counts them."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return None
    return int(dict(line.split(": ") for line in lines)["rchar"])


def csv(rows: int) -> str:
    ids = ((1_700_000_000 + n << 32) + 7_777_777 for n in range(rows))
    lines = [f'{post},{n},{n % 7},"caption {n}, {"x" * 200}"' for n, post in enumerate(ids)]
    return "\n".join(["post_id,views,likes,caption", *lines, ""])


def json_lines(rows: int) -> str:
    line = '{{"post_id": "{}", "views": {}, "likes": 1, "caption": "{}"}}'
    return "\n".join(line.format((1_700_000_000 + n << 32) + 7_777_777, n, "x" * 200) for n in range(rows))


@pytest.mark.parametrize(("name", "content"), [("a.csv", csv), ("a.jsonl", json_lines)])
def test_a_clean_file_is_read_twice(
    tmp_path: Path, bytes_read: Count, name: str, content: Callable[[int], str]
) -> None:
    path = tmp_path / "files" / name
    path.parent.mkdir()
    path.write_text(content(25_000))
    size = path.stat().st_size
    assert size > 5 * _HEADER_BYTES
    workspace = dwell.open(tmp_path / "data", create=True)
    first = tmp_path / "first.csv"
    first.write_text(csv(1))
    workspace.import_files([first], as_of="2026-01-01", creator="@demo")  # modules are read now, not below
    before = system_reads()
    done = workspace.import_files([path], as_of="2026-01-01", creator="@demo")
    after = system_reads()
    assert (done.failures, done.files[0].rows_read) == ((), 25_000)
    # One whole pass; besides it only the first bytes, for the kind of file, and the start of a CSV, for its header.
    assert size <= bytes_read() <= size + _HEADER_BYTES + 2 * io.DEFAULT_BUFFER_SIZE
    if before is not None and after is not None:
        engine = after - before - bytes_read()  # it reads some buffers of a CSV again, by chance a third of them
        assert size <= engine < 1.7 * size


def test_line_ends_within_quotes_cost_one_pass_more(tmp_path: Path, bytes_read: Count) -> None:
    path = tmp_path / "files" / "a.csv"
    path.parent.mkdir()
    path.write_text(csv(8_000).replace("caption 7,", "caption\n7,"))
    size = path.stat().st_size
    done = dwell.open(tmp_path / "data", create=True).import_files([path], as_of="2026-01-01", creator="@demo")
    assert done.files[0].gained == 8_000
    assert 2 * size <= bytes_read() <= 2 * size + _HEADER_BYTES + 2 * io.DEFAULT_BUFFER_SIZE
