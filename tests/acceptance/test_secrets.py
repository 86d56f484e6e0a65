"""`dwell serve` never shows a secret: not in its log, not in an error, and in an answer only where it was just made."""

from __future__ import annotations

import base64
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from dwell_sandbox import World
from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

PROVIDER_KEY = "sandbox-0pk7f3a9c51d2e84b60f6"
PASSWORD = "0pw8c2d51e7aa90b3f4"
HEARTBEAT = "0hb93ab4c7d5e60f1b2"
OWN_SECRET = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
WRONG_KEY = "dwell_0wrongkey5d1e8f2a6b3c9d7e0f1a2b3c4d5e6f7a"
COMMAND = [sys.executable, "-c", "from dwell.cli.main import run; run()"]


class Echo(BaseHTTPRequestHandler):
    """A receiver that fails, and sends back all that it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500, "no")
        self.end_headers()
        self.wfile.write(str(self.headers).encode() + body)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook"
        server.shutdown()
        thread.join()


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[tuple[str, list[str]]]:
    """A running `dwell serve`: its URL, and what it prints to stdout."""
    printed: list[str] = []
    ready: queue.Queue[str] = queue.Queue()
    with log.open("wb") as errors:
        command = [*COMMAND, "serve", "--port", "0", "-vv"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                printed.append(line)
                if line.startswith("Videos are read from "):
                    ready.put(printed[0].split()[4].removesuffix("/api/v1,"))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield ready.get(timeout=60), printed
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            reader.join()
            assert process.stdout is not None
            process.stdout.close()


def test_no_secret_is_shown(tmp_path: Path, state_url: str | None, receiver: str, request: Any) -> None:
    limits = {"tikliveapi": RateLimit(0, 60.0)}
    now = datetime.now(UTC)
    sandbox = Sandbox(World(0), SimulatedClock(now, 1.0, time.monotonic), key=PROVIDER_KEY, limits=limits)
    posts = sandbox.world.posts("demo_kitchen", since=now - timedelta(days=900), at=now)
    links = [f"https://www.tiktok.com/@demo_kitchen/video/{post.post_id}" for post in posts[:3]]
    log = tmp_path / "log"
    with serve_in_thread(sandbox) as provider:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HOME": str(tmp_path),
            "DWELL_DATA": str(tmp_path / "data"),
            "DWELL_LOG": "json",
            "DWELL_TIKLIVEAPI_URL": f"{provider}/tikliveapi",
            "DWELL_TIKLIVEAPI_KEY": PROVIDER_KEY,
            "DWELL_WEBHOOK_ALLOW": "127.0.0.0/8",
            "DWELL_TRACK_INTERVAL_S": "1",
            "DWELL_HEARTBEAT_URL": f"http://127.0.0.1:1/beat/{HEARTBEAT}?token={HEARTBEAT}",
        }
        if state_url is not None:
            environment["DWELL_DATABASE"] = state_url.replace("dwell@", f"dwell:{PASSWORD}@")
        with serving(environment, log) as (url, printed):
            key = next(line.partition("KEY=")[2].strip() for line in printed if "KEY=" in line)
            caller = Caller(url, key)
            made = caller.run(links, sandbox, receiver)
            if state_url is not None:
                server = request.getfixturevalue("postgresql")
                server.kill()
                try:
                    assert caller.ask("GET", "usage").status_code == 503
                    assert caller.ask("POST", "videos/track", json=track(links[0])).status_code == 503
                    assert caller.ask("GET", "../../readyz").status_code == 503
                finally:
                    server.start()
    stderr, stdout = log.read_text(), "".join(printed)
    records = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    assert {"dwell.api.middleware", "dwell.live.request_log"} <= {one["logger"] for one in records}
    assert any("refuses the key" in one["message"] for one in records)
    assert stdout.count(key) == 1
    for name, secret in {**made, "key": key, "provider": PROVIDER_KEY, "password": PASSWORD, "heartbeat": HEARTBEAT,
                         "own secret": OWN_SECRET, "wrong key": WRONG_KEY}.items():  # fmt: skip
        for part in (secret, secret[-16:]):
            assert part not in stderr, name
            assert part not in stdout.replace(key, ""), name
            shown = [answer for answer in caller.answers if part in answer]
            assert len(shown) == (1 if name in made else 0), (name, shown)


def track(link: Any, **more: Any) -> dict[str, Any]:
    return {"video_link": link, "duration_days": 1, **more}


class Caller:
    """Sends requests, and keeps the answers."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.answers: list[str] = []

    def ask(self, method: str, path: str, key: str | None = None, **options: Any) -> requests.Response:
        headers = {"X-API-Key": self.key if key is None else key, **options.pop("headers", {})}
        answer = requests.request(method, f"{self.url}/api/v1/{path}", headers=headers, timeout=60, **options)
        self.answers.append(f"{answer.headers}\n{answer.text}")
        return answer

    def run(self, links: list[str], sandbox: Sandbox, receiver: str) -> dict[str, str]:
        """Every path to an error that a client can take; returns the secrets that were made, each shown once."""
        hook = {"events": ["snapshot.created", "tracking.completed"], "url": receiver}
        own = self.ask("POST", "webhooks", json={**hook, "secret": OWN_SECRET}).json()
        new = self.ask("POST", "webhooks", json=hook).json()
        rotated = self.ask("POST", f"webhooks/{own['id']}/rotate").json()
        child = self.ask("POST", "keys", json={"scopes": ["read"]}).json()
        for body in (
            {**hook, "secret": OWN_SECRET[:-1]}, {**hook, "secret": [OWN_SECRET]}, {**hook, "secret": OWN_SECRET * 20},
            {**hook, "url": 1, "secret": OWN_SECRET}, {**hook, "events": [], "secret": OWN_SECRET},
        ):  # fmt: skip
            assert self.ask("POST", "webhooks", json=body).status_code == 400
        broken = f'{{"secret": "{OWN_SECRET}", "key": "{self.key}'
        for path in ("webhooks", f"webhooks/{own['id']}/rotate", "keys", "videos/track", "videos/track/bulk"):
            assert self.ask("POST", path, data=broken).status_code == 400
        # Keys in the wrong places, and wrong keys.
        for path in (f"videos/{self.key}", f"videos/{self.key}/snapshots", f"webhooks/{self.key}", self.key):
            assert self.ask("GET", path).status_code == 404
        assert self.ask("GET", f"videos?metadata=a:{self.key}&cursor={self.key}").status_code == 400
        assert self.ask("GET", "usage", headers={"X-Request-Id": self.key}).status_code == 200
        assert self.ask("POST", f"keys/{self.key}/revoke").status_code == 404
        assert self.ask("POST", "videos/track", json=track(self.key)).status_code == 400
        assert self.ask("POST", "videos/track", json=track(links[0]), headers={"Idempotency-Key": "a b"}).ok is False
        assert self.ask("GET", "usage", WRONG_KEY).status_code == 401
        assert self.ask("GET", "usage", "", headers={"Authorization": f"Bearer {WRONG_KEY}"}).status_code == 401
        assert self.ask("POST", "keys", child["key"], json={}).status_code == 403
        assert self.ask("POST", f"keys/{child['id']}/revoke").status_code == 200
        assert self.ask("PUT", "usage").status_code == 405
        assert self.ask("POST", "videos/track", data=self.key * 2_000).status_code == 413
        # Webhooks fail, and the provider fails in every way; at last it refuses its key.
        assert self.ask("POST", "videos/track", json=track(links[0])).status_code == 201
        assert self.ask("POST", "videos/track/bulk", json={"videos": [track(link) for link in links]}).ok
        deadline = time.monotonic() + 60
        while not self.ask("GET", f"webhooks/{own['id']}/deliveries").json()["deliveries"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        for fault in ("status_500", "message", "truncated", "dropped", "status_404", "status_403", "status_401"):
            sandbox.script.set([ScriptedFault(fault, 20)])
            assert self.ask("POST", "videos/track", json=track(links[0])).status_code in {201, 404}
        for path in ("webhooks", "keys", "keys/self", "usage", "videos", "../../metrics", "../../openapi.json"):
            assert self.ask("GET", path).ok
        made = {"made secret": new["secret"], "rotated secret": rotated["secret"], "made key": child["key"]}
        assert self.ask("DELETE", f"webhooks/{new['id']}").status_code == 204
        return made
