"""`dwell`, and `python -m dwell`: what a stop by a signal does from the first line on, then the command line."""

from __future__ import annotations

import os
import signal
import sys

_STOPPING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def run() -> None:
    """The console script. It imports the command line only when a stop can end without a traceback."""
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup, and shells for work in the background, wish
            signal.signal(number, _stop_early)
    from dwell.cli.main import run as run_command

    run_command()


def _stop_early(number: int, _frame: object) -> None:
    """Ends the process while modules are loaded."""
    name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
    text = f"stopped by {name} before anything was done; run the same command again."
    line = f'{{"error": {{"code": "interrupted", "message": "{text}"}}}}' if "--json" in sys.argv else f"dwell: {text}"
    try:
        os.write(2, f"{line}\n".encode())
    finally:
        os._exit(128 + number)


if __name__ == "__main__":
    run()
