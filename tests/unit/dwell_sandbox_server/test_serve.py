"""The server itself: real sockets on this machine, stopped cleanly."""

import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime

import httpx2
import pytest

from dwell.errors import SettingsError
from dwell.http import HttpRequest, HttpTransport
from dwell_sandbox import World
from dwell_sandbox.server.faults import FaultRates
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
CALL = HttpRequest("userid", "GET", "/userid/", {"username": "demo_kitchen"})
KEY = {"x-api-key": "sandbox-test"}


def _sandbox(**arguments) -> Sandbox:
    return Sandbox(World(12), SimulatedClock(NOW, 0.0), **arguments)


def test_dwells_own_transport_gets_a_simulated_response_with_its_instant():
    with serve_in_thread(_sandbox()) as url:
        transport = HttpTransport(f"{url}/tikliveapi", KEY)
        response = transport.send(CALL, {"x-dwell-call": "one"})
        transport.close()
        calls = httpx2.get(f"{url}/sandbox/calls", trust_env=False).json()["calls"]
    assert response.simulated
    assert response.received_at == NOW
    assert response.status == 200
    assert [row["call"] for row in calls] == ["one"]


def test_a_dropped_connection_is_one_and_costs_nothing():
    sandbox = _sandbox()
    with serve_in_thread(sandbox) as url, httpx2.Client(base_url=url, headers=KEY, trust_env=False) as client:
        assert client.post("/sandbox/script", json=["dropped"]).status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get("/tikliveapi/userid/?username=demo_kitchen")
        assert client.get("/tikliveapi/userid/?username=demo_kitchen").status_code == 200
        rows = client.get("/sandbox/calls").json()["calls"]
    assert [(row["status"], row["credits"], row["fault"]) for row in rows] == [(0, 0, "dropped"), (200, 1, None)]


def test_nothing_is_left_running_and_the_port_is_free_again():
    before = threading.active_count()
    with serve_in_thread(_sandbox()) as url, httpx2.Client(base_url=url, trust_env=False) as client:
        assert "simulated" in client.get("/").text
        port = int(url.rpartition(":")[2])
    assert threading.active_count() == before
    with serve_in_thread(_sandbox(), port) as again:
        assert again == url


def test_a_port_in_use_is_reported_with_the_cure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} .*--port"), serve_in_thread(_sandbox(), port):
            pass
    with pytest.raises(SettingsError, match="port 70000"), serve_in_thread(_sandbox(), 70_000):
        pass


def test_concurrent_requests_all_get_a_response_and_are_logged():
    sandbox = _sandbox(limits={}, faults=FaultRates("none"))
    statuses: list[int] = []
    with serve_in_thread(sandbox) as url:

        def work() -> None:
            with httpx2.Client(base_url=url, headers=KEY, trust_env=False) as client:
                statuses.extend(client.get("/tikliveapi/userid/?username=demo_pantry").status_code for _ in range(10))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert statuses == [200] * 40
    assert sandbox.request_log.count == 40
    assert sandbox.balances()["tikliveapi"]["taken"] == 40


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_use_it_serves_and_ends_cleanly(ending: signal.Signals):
    command = "import typer; from dwell.cli.sandbox import sandbox; app = typer.Typer(); app.command()(sandbox); app()"
    words = [sys.executable, "-c", command, "--port", "0", "--start", "2026-11-01T09:00Z", "--speed", "3600"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = []
        while not lines or not lines[-1].startswith("Press Ctrl-C"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        url = next(line.split("=")[1].strip() for line in lines if "DWELL_TIKLIVEAPI_URL" in line)
        key = next(line.split("=")[1].strip() for line in lines if "DWELL_TIKLIVEAPI_KEY" in line)
        query = {"username": "demo_kitchen"}
        response = httpx2.get(f"{url}/userid/", params=query, headers={"x-api-key": key}, trust_env=False)
        process.send_signal(ending)
        _, complaints = process.communicate()
    assert "id" in response.json()
    assert datetime.fromisoformat(response.headers["x-dwell-simulated-at"]).date() == NOW.date()
    assert (process.returncode, complaints) == (0, "")
    assert any("@demo_kitchen" in line for line in lines)
    assert any("a simulated day takes 24 s" in line for line in lines)
