"""Starts and stops the sandbox's server, which listens on this machine only."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from threading import Thread
from types import FrameType

import uvicorn

from dwell.errors import SettingsError
from dwell_sandbox.server.app import create_app
from dwell_sandbox.server.sandbox import Sandbox

HOST = "127.0.0.1"
_KEEP_ALIVE_S = 30
_STOP_S = 3


def serve_forever(sandbox: Sandbox, port: int, ready: Callable[[str], None]) -> int | None:
    """Serve until Ctrl-C or SIGTERM, then stop cleanly.

    Args:
        sandbox: What to serve.
        port: The port; 0 for any free port.
        ready: Called once with the address, as soon as the server is reachable.

    Returns:
        The number of the signal.

    Raises:
        SettingsError: The port is in use or does not exist.
    """
    received: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    with _open_socket(port) as listener:
        ready(_url(listener))
        before = {n: signal.signal(n, interrupt) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            with contextlib.suppress(KeyboardInterrupt):
                _server(sandbox).run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return received[0] if received else None


@contextlib.contextmanager
def serve_in_thread(sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process until the block ends; yields the address.

    Args:
        sandbox: What to serve.
        port: The port; 0 for any free port.

    Raises:
        SettingsError: The port is in use or does not exist.
    """
    with _open_socket(port) as listener:
        server = _server(sandbox)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="dwell sandbox")
        thread.start()
        try:
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join()


def _server(sandbox: Sandbox) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(sandbox),
        log_config=None,
        log_level="critical",  # faults drop connections on purpose, which uvicorn would log as errors
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STOP_S,
    )
    return uvicorn.Server(config)


def _open_socket(port: int) -> socket.socket:
    """A socket that accepts connections from now on, even before the server reads them."""
    # asyncio sends small writes without delay only on sockets that name their protocol
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise SettingsError(
            f"The sandbox cannot use port {port} ({error}); choose another with --port, or 0 for any free port."
        ) from error
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"
