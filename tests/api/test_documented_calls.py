"""The calls that the older API documents, as they stand there: only the host is replaced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import requests

from dwell.api.app import create_app
from dwell.api.server import serve_in_thread

OLD_HOST = "https://contentstats.io"
JAVASCRIPT = """
const run = async (link, apiKey) => {
const response = await fetch('https://contentstats.io/api/v1/videos/track', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'X-API-Key': process.env.CONTENTSTATS_API_KEY
  },
  body: JSON.stringify({
    video_link: link,
    duration_days: 7
  })
});
    if (!response.ok) {
    const error = await response.json();

    switch (response.status) {
      case 401:
        throw new Error('Invalid API key');
      case 402:
        throw new Error(`Insufficient balance: ${error.balance}`);
      case 404:
        throw new Error('Video not found or private');
      case 429:
        throw new Error('Rate limit exceeded');
      default:
        throw new Error(error.error || 'Unknown error');
    }
  }
const data = await response.json();

const usage = await fetch('https://contentstats.io/api/v1/usage', {
  headers: { 'X-API-Key': apiKey }
}).then(r => r.json());

if (usage.balance_usd < data.estimated_cost) {
  throw new Error('Insufficient balance');
}

const video = await fetch(`https://contentstats.io/api/v1/videos/${data.id}`, {
  headers: { 'X-API-Key': apiKey }
}).then(r => r.json());
return {id: data.id, platform: data.platform, status: data.status, cost: data.estimated_cost,
        views: video.snapshots.map(snap => snap.views), sum: String(BigInt(video.snapshots[0].views) + 1n)};
};
run(process.argv[1], process.env.CONTENTSTATS_API_KEY)
  .then(result => console.log(JSON.stringify(result)))
  .catch(error => console.log(JSON.stringify({failed: error.message})));
"""
FLASK = """
from flask import Flask, request, jsonify
import requests
import os

app = Flask(__name__)

@app.route('/api/track-tiktok', methods=['POST'])
def track_tiktok():
    data = request.get_json()

    response = requests.post(
        'https://contentstats.io/api/v1/videos/track',
        headers={
            'Content-Type': 'application/json',
            'X-API-Key': os.environ['CONTENTSTATS_API_KEY']
        },
        json={
            'video_link': data['video_link'],
            'duration_days': data.get('duration_days', 7)
        }
    )

    return jsonify(response.json())

@app.route('/api/videos/<video_id>', methods=['GET'])
def get_video(video_id):
    response = requests.get(
        f'https://contentstats.io/api/v1/videos/{video_id}',
        headers={'X-API-Key': os.environ['CONTENTSTATS_API_KEY']}
    )

    return jsonify(response.json())
"""


@pytest.fixture
def url(service: Any) -> Iterator[str]:
    with serve_in_thread(create_app(service)) as address:
        yield address


@pytest.fixture
def run_node(url: str, fake: ModuleType) -> Any:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")

    def run(link: str, key: str = fake.KEY) -> Any:
        script = JAVASCRIPT.replace(OLD_HOST, url)
        environment = {"PATH": os.environ["PATH"], "CONTENTSTATS_API_KEY": key}
        done = subprocess.run(
            [node, "-e", script, link], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return json.loads(done.stdout)

    return run


def test_the_documented_calls_in_javascript(run_node: Any, fake: ModuleType) -> None:
    assert run_node(fake.LINK) == {
        "id": "vid_0001",
        "platform": "tiktok",
        "status": "monitoring",
        "cost": 2.52,
        "views": ["9007199254740993", "9007199254740994"],
        "sum": "9007199254740994",
    }
    assert run_node(fake.POOR_LINK) == {"failed": "Insufficient balance: 0.5"}
    assert run_node(fake.PRIVATE_LINK) == {"failed": "Video not found or private"}
    assert run_node(fake.LINK, "wrong") == {"failed": "Invalid API key"}
    assert run_node("https://example.com/") == {"failed": "Invalid request"}


def test_the_documented_flask_application(url: str, fake: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask")
    monkeypatch.setenv("CONTENTSTATS_API_KEY", fake.KEY)
    namespace: dict[str, Any] = {"__name__": "documented"}
    exec(compile(FLASK.replace(OLD_HOST, url), "documented.py", "exec"), namespace)
    client = namespace["app"].test_client()
    tracked = client.post("/api/track-tiktok", json={"video_link": fake.LINK}).get_json()
    assert (tracked["status"], tracked["estimated_cost"]) == ("monitoring", 2.52)
    assert client.get(f"/api/videos/{tracked['id']}").get_json()["snapshots"][0]["shares"] == "12500"


def test_the_documented_calls_in_python(url: str, fake: ModuleType) -> None:
    headers = {"X-API-Key": fake.KEY}
    body = {"video_link": fake.LINK, "duration_days": 7}
    tracked = requests.post(f"{url}/api/v1/videos/track", json=body, headers=headers, timeout=10).json()
    assert {"id", "video_link", "platform", "status", "estimated_cost"} <= set(tracked)
    listed = requests.get(f"{url}/api/v1/videos?platform=tiktok", headers=headers, timeout=10).json()
    assert [one["id"] for one in listed["videos"]] == [tracked["id"]]
    stopped = requests.post(f"{url}/api/v1/videos/{tracked['id']}/stop", headers=headers, timeout=10).json()
    assert stopped == {
        "success": True, "id": tracked["id"], "job_id": tracked["job_id"], "video_link": fake.LINK,
        "previous_status": "monitoring", "new_status": "completed",
    }  # fmt: skip
    answer = requests.get(f"{url}/api/v1/usage", headers=headers, timeout=10)
    for header in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert answer.headers[header].isdigit()
