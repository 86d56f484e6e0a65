"""The server: its address, its end, and what it says of itself."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from dwell.api.app import create_app
from dwell.api.server import serve, serve_in_thread
from dwell.errors import SettingsError

PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_service import FakeService, LINK
from dwell.api.app import create_app
from dwell.api.server import serve

class Slow(FakeService):
    def usage(self, caller):
        print("asked", flush=True)
        time.sleep(0.5)
        return super().usage(caller)

serve(create_app(Slow()), "127.0.0.1", 0, lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_requests_end(number: signal.Signals, fake: Any) -> None:
    command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        headers = {"X-API-Key": fake.KEY}
        script = f"import requests; print(requests.get('{url}/api/v1/usage', headers={headers}).status_code)"
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as client:
            assert process.stdout.readline() == "asked\n"
            process.send_signal(number)
            assert client.communicate(timeout=30)[0] == "200\n"
        assert process.stdout.readline() == "ended\n"
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_port_that_is_used_is_said(service: Any) -> None:
    app = create_app(service)
    with serve_in_thread(app) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(SettingsError, match=f"port {port} of 127.0.0.1"):
            serve(app, "127.0.0.1", port)
    with pytest.raises(SettingsError, match="no-such-host"):
        serve(app, "no-such-host.invalid", 0)
    with pytest.raises(SettingsError):
        serve(app, "127.0.0.1", 99_999)


def test_an_address_of_ipv6_has_brackets(service: Any) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with serve_in_thread(create_app(service), "::1") as url:
        assert url.startswith("http://[::1]:")
        assert requests.get(f"{url}/healthz", timeout=10).status_code == 200


def test_the_server_tells_nothing_of_itself(service: Any) -> None:
    with serve_in_thread(create_app(service)) as url:
        answer = requests.get(f"{url}/healthz", timeout=10)
    assert "server" not in answer.headers
    assert answer.headers["date"]
