"""What a process prints, wherever stdout and stderr lead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dwell.cli import streams

PREPARED = "import sys; from dwell.cli import streams; streams.prepare_streams(); "
TEXT = "Café – 9 × … 👀"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")


def run(code: str, encoding: str = "utf-8", redirect: str = "") -> tuple[int, bytes, bytes]:
    """Runs Python behind a shell's redirection."""
    shell = f'exec "$0" -c "$1" {redirect}'
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(["sh", "-c", shell, sys.executable, code], env=environment, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", TEXT.encode()),
        ("ascii", rb"Caf\xe9 - 9 x ... \U0001f440"),
        ("latin-1", "Café - 9 × ... ".encode("latin-1") + rb"\U0001f440"),
    ],
)
def test_what_an_encoding_lacks_is_escaped_and_said(encoding: str, shown: bytes) -> None:
    code = f"{PREPARED}import typer; typer.echo({TEXT!r}, nl=False); typer.echo(streams.escape_note(), err=True)"
    status, out, err = run(code, encoding)
    assert (status, out) == (0, shown)
    assert (b"lacks some of its characters" in err) == (b"\\U" in shown)


def test_half_a_surrogate_pair_is_escaped_in_utf_8() -> None:
    assert run(f"{PREPARED}print('a\\udce9b')")[:2] == (0, b"a\\udce9b\n")


def test_plain_spellings_alone_are_not_worth_a_warning() -> None:
    assert run(f"{PREPARED}print('1 – 2 …'); sys.stderr.write(streams.escape_note())", "ascii") == (
        0,
        b"1 - 2 ...\n",
        b"",
    )


@FULL
@pytest.mark.parametrize(
    ("redirect", "reason", "words"),
    [
        (">/dev/full", b"No space left on device", ["import", "--format", "help", "--json"]),
        (">&-", b"it is closed", ["--help"]),
    ],
    ids=["full", "closed"],
)
def test_stdout_that_fails_is_one_sentence(redirect: str, reason: bytes, words: list[str]) -> None:
    status, out, err = run(
        f"import sys; sys.argv[1:] = {words}; from dwell.__main__ import run; run()", redirect=redirect
    )
    assert (status, out) == (1, b"")
    assert err.count(b"\n") == 1
    assert reason in err
    if "--json" in words:
        assert json.loads(err)["error"]["code"] == "output"


def test_errors_never_go_to_stdout() -> None:
    code = "import sys; sys.argv[1:] = ['nonsense']; from dwell.__main__ import run; run()"
    assert run(code, redirect="2>&-")[:2] == (2, b"")
    assert run(code, redirect=">&- 2>&-")[0] == 2


def test_a_closed_number_is_given_to_no_file(tmp_path: Path) -> None:
    code = f"{PREPARED}file = open({str(tmp_path / 'rows')!r}, 'wb'); sys.exit(file.fileno())"
    assert run(code, redirect="<&- >&- 2>&-")[0] > 2


def run_without_reader(code: str) -> tuple[int, bytes]:
    """Exit code and stderr of a Python program whose stdout is a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with os.fdopen(write, "wb") as broken:
        command = [sys.executable, "-c", code]
        ended = subprocess.run(command, env=environment, stdout=broken, stderr=subprocess.PIPE, check=False)
    return ended.returncode, ended.stderr


def test_a_reader_that_is_gone_is_silent_and_the_work_goes_on(tmp_path: Path) -> None:
    done = tmp_path / "done"
    code = f"{PREPARED}print('x' * 100_000, flush=True); print('y', flush=True); open({str(done)!r}, 'w').close()"
    assert run_without_reader(code) == (0, b"")
    assert done.exists()


def test_a_file_of_o_that_nobody_reads_any_more_is_no_failure() -> None:
    words = ["import", "--format", "help", "--csv", "-o", "/dev/stdout"]
    code = f"import sys; sys.argv[1:] = {words}; from dwell.__main__ import run; run()"
    assert run_without_reader(code) == (0, b"")


def test_a_pipe_that_does_not_block_gets_everything() -> None:
    code = f"import os; {PREPARED}os.set_blocking(1, False); print('x' * 300_000)"
    assert run(code, redirect="| cat")[1] == b"x" * 300_000 + b"\n"


def test_which_streams_take_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.can_encode_all(sys.stdout)
    with Path(os.devnull).open("w", encoding="ascii") as plain:
        assert not streams.can_encode_all(plain)
    assert capsys.readouterr().out == ""
