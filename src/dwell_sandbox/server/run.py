"""Starting and stopping the sandbox's server on this machine alone."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from threading import Thread

import uvicorn

from dwell.errors import SettingsError
from dwell_sandbox.server.app import app
from dwell_sandbox.server.sandbox import Sandbox

HOST = "127.0.0.1"
_KEEP_ALIVE_S = 30
_STOP_S = 3


def run(sandbox: Sandbox, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop cleanly.

    Args:
        sandbox: What to serve.
        port: Where; 0 for any free port.
        ready: Called once with the address, when it can be reached.

    Raises:
        SettingsError: The port is taken.
    """
    with _listening(port) as listening:
        ready(_url(listening))
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                _server(sandbox).run(sockets=[listening])
        finally:
            signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def serve(sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process, as long as the block lasts; gives the address.

    Args:
        sandbox: What to serve.
        port: Where; 0 for any free port.

    Raises:
        SettingsError: The port is taken.
    """
    with _listening(port) as listening:
        server = _server(sandbox)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="dwell sandbox")
        thread.start()
        try:
            yield _url(listening)
        finally:
            server.should_exit = True
            thread.join()


def _server(sandbox: Sandbox) -> uvicorn.Server:
    config = uvicorn.Config(
        app(sandbox),
        log_config=None,
        log_level="critical",  # connections are broken off on purpose here, which uvicorn would report as errors
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STOP_S,
    )
    return uvicorn.Server(config)


def _listening(port: int) -> socket.socket:
    """A socket that takes connections from now on, also before the server looks at them."""
    # asyncio sends small writes at once only on sockets that name their protocol
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(2048)
    except (OSError, OverflowError) as error:
        found.close()
        raise SettingsError(
            f"The sandbox cannot use port {port} ({error}); choose another with --port, or 0 for any free one."
        ) from error
    return found


def _url(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"
