"""The simulated world is the same in every version: its seeds and the names of its random draws are data."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from dwell_sandbox import World
from dwell_sandbox.business_api.fields import ACCOUNT_FIELDS, SCOPES, VIDEO_FIELDS
from dwell_sandbox.exports import OWN_ACCOUNT, Export
from dwell_sandbox.server.app import create_app
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.simulated_clock import SimulatedClock

EXPORTS = "2515ff874f50a4b395336321c49eec267aa38fbfa2b5d097d93f4077e5fc6bf8"
RESPONSES = {
    "tikliveapi": "5ad5650375ae9b786feba0583967dbc6326bb0e54b671bb665ae1474b86ef7a3",
    "business_api": "ca6b0324e980e6bb3d40b11a9e682f89a5f8669ea37b476ab2ac2d8f79d810f5",
    "scavio": "173174730ba39db9598c2005c64598112ec4d273a7d1b6146a2610b986064751",
}


def test_the_exports_of_one_account_have_the_bytes_of_earlier_versions(exports: list[Export]) -> None:
    digest = sha256()
    for export in exports:
        if OWN_ACCOUNT in export.path.name:
            digest.update(export.path.name.encode() + export.path.read_bytes())
    assert digest.hexdigest() == EXPORTS


@pytest.mark.parametrize("protocol", RESPONSES)
def test_the_responses_have_the_bytes_of_earlier_versions(world: World, now: datetime, protocol: str) -> None:
    sandbox = Sandbox(world, SimulatedClock(now, 0.0))
    client = TestClient(create_app(sandbox))
    account_id = world.creator_id(OWN_ACCOUNT)
    bodies = {
        "tikliveapi": lambda: _tikliveapi(client, account_id),
        "scavio": lambda: _scavio(client),
        "business_api": lambda: _business_api(client, sandbox, account_id, now),
    }[protocol]()
    client.close()
    assert sha256(b"\n".join(bodies)).hexdigest() == RESPONSES[protocol]


def _tikliveapi(client: TestClient, account_id: str) -> list[bytes]:
    queries = (
        ("userinfo-by-username", {"username": OWN_ACCOUNT}),
        ("user-posts", {"userid": account_id, "count": "35"}),
        ("user-followers", {"userid": account_id, "count": "20"}),
        ("challenge-posts", {"challenge_id": "1"}),
        ("challenge-info-name", {"name": "onepan"}),
        ("search-video", {"keyword": "lemon orzo"}),
    )
    key = {"x-api-key": "sandbox-test"}
    return [client.get(f"/tikliveapi/{name}/", params=query, headers=key).content for name, query in queries]


def _scavio(client: TestClient) -> list[bytes]:
    bodies = (
        ("profile", {"username": OWN_ACCOUNT}),
        ("search/videos", {"keyword": "lemon orzo"}),
        ("hashtag", {"hashtag_name": "onepan"}),
        ("user/posts", {"sec_user_id": "unknown"}),
    )
    key = {"authorization": "Bearer sandbox-test"}
    return [client.post(f"/scavio/api/v1/tiktok/{name}", json=body, headers=key).content for name, body in bodies]


def _business_api(client: TestClient, sandbox: Sandbox, account_id: str, now: datetime) -> list[bytes]:
    store = sandbox.business_api.tokens
    tokens = store.exchange_code(store.issue_code(account_id, "open-id", SCOPES, "", now, 0.0), "", now, 0.0)
    post_id = sandbox.world.posts(OWN_ACCOUNT, since=now - timedelta(days=60), at=now)[5].post_id
    queries = (
        ("business/get", {"fields": json.dumps([*ACCOUNT_FIELDS])}),
        ("business/video/list", {"fields": json.dumps([*VIDEO_FIELDS]), "max_count": "20"}),
        ("business/comment/list", {"video_id": post_id, "include_replies": "true"}),
        ("business/benchmark", {"business_category": "PETS"}),
    )
    key = {"access-token": tokens.access_token}
    return [
        client.get(f"/open_api/v1.3/{name}/", params={"business_id": "open-id", **query}, headers=key).content
        for name, query in queries
    ]
