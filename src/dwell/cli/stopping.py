"""What a stop by Ctrl-C or SIGTERM does to a command: it says what stands, cleans up, and ends at once.

Nothing is raised in the command, which may be killed at any moment anyway: a `KeyboardInterrupt` can be swallowed,
taken for damage, or printed by a library. Commands that can end in order do so (`live_options.stop_on_signal`, the
servers).
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType

from dwell.cli.streams import can_encode_all
from dwell.disk.temporary import remove_temporary

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_NAMES: Mapping[int, str] = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP"}
_CODE = "interrupted"
_STUCK_S = 1.0
"""After so long a thread ends the process, where the main thread is in a call that takes long."""

READING = "nothing was changed; run the same command again."
_PAID = "responses that arrived are kept, and none is paid for twice; run the same command again to go on."
_WHOLE = "a change is made whole or not at all; {see} shows whether it was."
STANDING: Mapping[str, str] = {
    "import": "files that are not finished were not loaded; run the same command again, which adds nothing twice.",
    "undo": _WHOLE.format(see="dwell imports"),
    "models": _WHOLE.format(see="dwell models list"),
    "fit": "a model that is not finished was not stored; run the same command again.",
    "export": "files that are not finished were not written; run the same command again.",
    "load": "tables that are not finished are as they were; run the same command again, which adds nothing twice.",
    "backup": "no backup was written; run the same command again.",
    "restore": "a folder that is not finished cannot be used yet; run the same command again to go on.",
    "check": "a repair that is not finished has deleted nothing; run the same command again to go on.",
    "seal": "no row is lost; run dwell seal again to go on.",
    "forget": "what is not yet erased is still stored; run the same command again to go on.",
    "sweep": _PAID,
    "sync": _PAID,
    "vet": _PAID,
    "topic": _PAID,
    "trends": _PAID,
    "run": "responses that arrived are kept, and none is paid for twice; dwell run goes on.",
    "serve": "what was read is kept; dwell serve goes on.",
    "worker": "what was read is kept; dwell worker goes on.",
    "mcp": "what a sweep has read is kept; the assistant starts it again.",
    "replay": "responses that are not finished stay as they were; run the same command again to go on.",
    "sandbox": "a simulation keeps nothing; dwell sandbox starts it again.",
    "demo": "what is in its folder can be used; run the same command again, which adds nothing twice.",
    "track": _WHOLE.format(see="dwell videos"),
    "stop": _WHOLE.format(see="dwell videos"),
    "connect": _WHOLE.format(see="dwell accounts"),
    "disconnect": _WHOLE.format(see="dwell accounts"),
    "limits": _WHOLE.format(see="dwell limits"),
    **{group: _WHOLE.format(see=f"dwell {group} list") for group in ("keys", "schedule", "watchlist", "webhooks")},
}
"""What stands after a stop, and what to run, for every command that changes anything; the others: `READING`."""


_SERVERS = frozenset({"serve", "worker", "run", "sandbox"})


class _State:
    """The command of this process, and the signal that came first."""

    words: Sequence[str] = ()
    number: int | None = None
    is_ending = False


def begin(words: Sequence[str]) -> None:
    """Let a signal end this process in the way that its command needs.

    Args:
        words: The words after `dwell`.
    """
    _State.words = words
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(read,), name="dwell signals", daemon=True).start()


def end(status: int) -> None:
    """A signal that comes from now on ends the process with the status of its work, which is done."""
    for number in SIGNALS:
        if signal.getsignal(number) is stop:
            signal.signal(number, lambda _number, _frame: os._exit(status))
            # The interpreter takes its handlers away before it ends: a signal would then kill it, as if work was left.
            atexit.register(signal.signal, number, signal.SIG_IGN)


def reset() -> None:
    """Forget the signal of an earlier command of this process."""
    _State.number = None


def note(number: int | None) -> None:
    """Remember that a command which ends in order was asked to do so by this signal; None is no signal."""
    _State.number = _State.number or number


def is_server_stopped(words: Sequence[str]) -> bool:
    """Whether a command that works until it is stopped has ended for that."""
    return _State.number is not None and _name(words) in _SERVERS


def status() -> int:
    """The exit code of a command that was stopped."""
    return 128 + (_State.number or signal.SIGINT)


def sentence(words: Sequence[str], number: int | None = None) -> str:
    """What a command that was stopped says."""
    name = _NAMES[number or _State.number or signal.SIGINT]
    return f"stopped by {name}: {STANDING.get(_name(words), READING)}"


def stop(number: int, _frame: FrameType | None) -> None:
    """End the process now, as a handler of signals; a second one leaves what the first could not yet clean up."""
    try:
        if _State.is_ending:
            return
        _State.is_ending = True
        _tell(number)
        remove_temporary()
    finally:
        os._exit(128 + number)


def _name(words: Sequence[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")


def _tell(number: int) -> None:
    """Write the sentence past Python's streams, which may be in use."""
    text = sentence(_State.words, number)
    if "--json" in _State.words:
        text = json.dumps({"error": {"code": _CODE, "message": text}}, ensure_ascii=True)
    else:
        text = f"dwell: {text}"
    if os.isatty(2):
        text = f"\r\x1b[2K\x1b[?25h{text}"  # a progress bar leaves a line without a cursor
    encoding = "utf-8" if can_encode_all(sys.stderr) else "ascii"
    os.write(2, f"{text}\n".encode(encoding, "backslashreplace"))


def _watch(read: int) -> None:
    """End the process where the main thread does not: it handles signals only between two instructions of Python."""
    while received := os.read(read, 1):
        if signal.getsignal(received[0]) is stop:
            time.sleep(_STUCK_S)
            if not _State.is_ending:
                stop(received[0], None)
