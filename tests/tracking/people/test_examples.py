"""The examples of docs/how-to/tracking.md, run as they stand there; only the video is one of the sandbox's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dwell.tracking.objects import TrackedVideo

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "tracking.md"
LINK = "https://www.tiktok.com/@demo_kitchen/video/7640060859301845013"
LANGUAGES = "python|bash|jsx?"


def example(name: str) -> str:
    """The block that begins with a comment of this name."""
    text = PAGE.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(rf"^```(?:{LANGUAGES})\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.splitlines()[0] in {f"# {name}", f"// {name}"})


@pytest.fixture
def place(at_one_time: Any, api: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the examples, and an environment that names the server."""
    monkeypatch.setenv("DWELL_SERVER", api)
    monkeypatch.setenv("DWELL_SERVER_KEY", key)
    folder = tmp_path / "examples"
    folder.mkdir()
    return folder


@pytest.fixture
def link(at_one_time: Any) -> str:
    found: str = at_one_time.link(at_one_time.posts()[0])
    return found


def write(folder: Path, name: str, link: str, file: str | None = None) -> Path:
    path = folder / (file or Path(name).name)
    path.write_text(example(name).replace(LINK, link), encoding="utf-8")
    return path


def execute(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl(place: Path, link: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    answers = re.split(r"(?<=\})(?=\{)", execute("bash", write(place, "track.sh", link), cwd=place))
    tracked, listed = map(json.loads, answers)
    assert tracked["video_link"] == link
    assert [video["id"] for video in listed["videos"]] == [tracked["id"]]


def test_python(place: Path, link: str) -> None:
    out = execute(sys.executable, write(place, "track.py", link), cwd=place)
    assert re.search(r"^vid_\w+ monitoring 1 of 168$", out, re.MULTILINE)
    assert re.search(r"^2026-06-10 12:00:00\+00:00 \d+$", out, re.MULTILINE)
    assert "https://www.tiktok.com/@user/video/123 invalid_request" in out


def test_python_async(place: Path, link: str) -> None:
    out = execute(sys.executable, write(place, "track_async.py", link), cwd=place)
    assert "1 videos, 1 of them new" in out


@contextmanager
def flask_app(place: Path, link: str) -> Iterator[Any]:
    pytest.importorskip("flask")
    names: dict[str, Any] = {"__name__": "app"}
    exec(compile(write(place, "app.py", link).read_text(), "app.py", "exec"), names)
    try:
        yield names["app"]
    finally:
        names["client"].close()


def test_flask(place: Path, link: str) -> None:
    with flask_app(place, link) as app:
        browser = app.test_client()
        tracked = browser.post("/api/track-tiktok", json={"video_link": link})
        assert tracked.status_code == 201
        assert tracked.json["monitoring_duration_days"] == 7
        video = browser.get(f"/api/videos/{tracked.json['id']}")
        assert [snapshot["slot"] for snapshot in video.json["snapshots"]] == [0]
        assert browser.get("/api/videos/vid_none").status_code == 404
        refused = browser.post("/api/track-tiktok", json={"video_link": "https://www.tiktok.com/@user/video/123"})
        assert (refused.status_code, refused.json["code"]) == (400, "invalid_request")


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").split(".")[0]) < 18:
        pytest.skip(f"node {version.strip()} has no fetch")
    return found


def test_nextjs_routes(place: Path, link: str, node: str) -> None:
    write(place, "app/api/track-tiktok/route.js", link, "track.mjs")
    write(place, "app/api/videos/[id]/route.js", link, "video.mjs")
    (place / "run.mjs").write_text(
        """
        import { POST } from './track.mjs';
        import { GET } from './video.mjs';
        const ask = (video_link) => POST(new Request('http://x/', {
          method: 'POST', body: JSON.stringify({ video_link, duration_days: 7 }),
        }));
        const tracked = await ask(process.env.LINK);
        const { id } = await tracked.json();
        const video = await GET(new Request('http://x/'), { params: Promise.resolve({ id }) });
        const refused = await ask('https://www.tiktok.com/@user/video/123');
        console.log(JSON.stringify([tracked.status, video.status, await video.json(), refused.status]));
        """
    )
    tracked, found, video, refused = json.loads(execute(node, "run.mjs", cwd=place, LINK=link))
    assert (tracked, found, refused) == (201, 200, 400)
    assert video["video_link"] == link
    assert len(video["snapshots"]) == 1


@pytest.fixture(scope="session")
def react(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with React, and with what reads JSX."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("react")
    packages = ["react@18", "react-test-renderer@18", "sucrase@3"]
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install React within two minutes")
    if done.returncode:
        pytest.skip("npm cannot install React here")
    return folder


def test_react_in_front_of_flask(place: Path, link: str, node: str, react: Path) -> None:
    from werkzeug.serving import make_server

    source = write(react, "TikTokTracker.jsx", link)
    (react / "run.cjs").write_text(
        """
        require('sucrase/register/jsx');
        const { act, create } = require('react-test-renderer');
        const React = require('react');
        globalThis.React = React; // what bundlers add by themselves
        globalThis.IS_REACT_ACT_ENVIRONMENT = true;
        const real = globalThis.fetch;
        globalThis.fetch = (path, options) => real(process.env.SITE + path, options);
        globalThis.setInterval = () => 0;
        const Tracker = require('./TikTokTracker.jsx').default;
        const wait = () => act(() => new Promise((resolve) => setTimeout(resolve, 1500)));
        (async () => {
          let tree;
          await act(async () => { tree = create(React.createElement(Tracker)); });
          const leave = (value) => act(async () => {
            await tree.root.findByType('input').props.onBlur({ target: { value } });
          });
          await leave('https://www.tiktok.com/@user/video/123');
          await wait();
          const refused = JSON.stringify(tree.toJSON());
          await leave(process.env.LINK);
          await wait();
          console.log(JSON.stringify([refused, JSON.stringify(tree.toJSON())]));
          process.exit(0);
        })();
        """
    )
    assert source.exists()
    with flask_app(place, link) as app:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            site = f"http://127.0.0.1:{server.server_port}"
            refused, tracked = json.loads(execute(node, "run.cjs", cwd=react, LINK=link, SITE=site))
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
    assert '"role":"alert"' in refused
    assert '"role":"alert"' not in tracked
    assert "views" in tracked


def test_the_calls_of_the_older_documentation_need_only_another_host(place: Path, link: str) -> None:
    """Its Flask example, with `requests`."""
    import requests

    server, headers = os.environ["DWELL_SERVER"], {"X-API-Key": os.environ["DWELL_SERVER_KEY"]}
    body = {"video_link": link, "duration_days": 7}
    tracked = requests.post(f"{server}/api/v1/videos/track", headers=headers, json=body, timeout=30)
    assert tracked.status_code == 201
    assert set(tracked.json()) == set(TrackedVideo.__struct_fields__)
    video = requests.get(f"{server}/api/v1/videos/{tracked.json()['id']}", headers=headers, timeout=30).json()
    assert isinstance(video["snapshots"][0]["views"], str)
    usage = requests.get(f"{server}/api/v1/usage", headers=headers, timeout=30).json()
    assert usage["balance_usd"] >= tracked.json()["estimated_cost"]  # its check before tracking
    stopped = requests.post(f"{server}/api/v1/videos/{video['id']}/stop", headers=headers, timeout=30).json()
    assert stopped["new_status"] == "completed"
