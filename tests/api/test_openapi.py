"""The OpenAPI document and the docs page: complete, true, and without the network."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from types import ModuleType
from typing import Any, get_args

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from dwell.api.examples import PROBLEMS
from dwell.api.snapshot_formats import COLUMNS
from dwell.records.tracking import GapReason, Status

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_READ = {401, 403, 429, 500, 503}
_CHANGE = _READ | {408, 413}
CALLS = {
    ("post", "/api/v1/videos/track"): {201, 400, 402, 404, 409, 422} | _CHANGE,
    ("post", "/api/v1/videos/track/bulk"): {200, 400} | _CHANGE,
    ("get", "/api/v1/videos"): {200, 400} | _READ,
    ("get", "/api/v1/videos/{video_id}"): {200, 304, 404} | _READ,
    ("delete", "/api/v1/videos/{video_id}"): {204, 404} | _CHANGE,
    ("get", "/api/v1/videos/{video_id}/snapshots"): {200, 400, 404} | _READ,
    ("post", "/api/v1/videos/{video_id}/stop"): {200, 404} | _CHANGE,
    ("post", "/api/v1/webhooks"): {201, 400} | _CHANGE,
    ("get", "/api/v1/webhooks"): {200} | _READ,
    ("get", "/api/v1/webhooks/{webhook_id}"): {200, 404} | _READ,
    ("delete", "/api/v1/webhooks/{webhook_id}"): {204, 404} | _CHANGE,
    ("post", "/api/v1/webhooks/{webhook_id}/disable"): {200, 404} | _CHANGE,
    ("post", "/api/v1/webhooks/{webhook_id}/enable"): {200, 404} | _CHANGE,
    ("post", "/api/v1/webhooks/{webhook_id}/rotate"): {200, 400, 404} | _CHANGE,
    ("post", "/api/v1/webhooks/{webhook_id}/test"): {202, 400, 404, 409} | _CHANGE,
    ("post", "/api/v1/webhooks/{webhook_id}/replay"): {202, 400, 404, 409} | _CHANGE,
    ("get", "/api/v1/webhooks/{webhook_id}/deliveries"): {200, 400, 404} | _READ,
    ("get", "/api/v1/usage"): {200} | _READ,
    ("patch", "/api/v1/usage"): {200, 400} | _CHANGE,
    ("get", "/api/v1/keys"): {200} | _READ,
    ("post", "/api/v1/keys"): {201, 400} | _CHANGE,
    ("get", "/api/v1/keys/self"): {200} | _READ,
    ("post", "/api/v1/keys/{key_id}/revoke"): {200, 404} | _CHANGE,
    ("get", "/healthz"): {200, 500},
    ("get", "/readyz"): {200, 500, 503},
    ("get", "/metrics"): {200, 401, 403, 429, 500, 503},
}


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    loaded: dict[str, Any] = client.get("/openapi.json").json()
    return loaded


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """A value against a schema of the document; no member may be unknown to it."""
    formats = jsonschema.FormatChecker(())
    formats.checks("date-time")(lambda text: not isinstance(text, str) or bool(DATE_TIME.fullmatch(text)))
    closed = {
        name: {**one, "additionalProperties": False} if "properties" in one else one
        for name, one in document["components"]["schemas"].items()
    }
    whole = {**schema, "components": {"schemas": closed}}
    Draft202012Validator(whole, format_checker=formats).validate(value)


def test_the_document_has_every_call_and_every_answer(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    found = {
        (method, path): {int(status) for status in call["responses"]}
        for path, calls in document["paths"].items()
        for method, call in calls.items()
    }
    assert found == CALLS
    for (_, path), call in ((key, document["paths"][key[1]][key[0]]) for key in found):
        assert call["security"] == ([{"ApiKey": []}, {"Bearer": []}] if path.startswith("/api/") else [])
        assert call["summary"]
    assert document["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"


def test_every_answer_and_body_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for method, path in CALLS:
        call = document["paths"][path][method]
        contents = [answer.get("content") for answer in call["responses"].values()]
        contents.append(call.get("requestBody", {}).get("content"))
        for status, content in zip([*call["responses"], "body"], contents, strict=True):
            if (
                status in {"204", "304"}
                or (status == "body" and method not in {"post", "patch"})
                or (status, content) == ("body", None)
            ):
                continue
            assert content, (method, path, status)
            for media in content.values():
                examples = (
                    [media["example"]] if "example" in media else [one["value"] for one in media["examples"].values()]
                )
                assert examples
                for example in examples:
                    check(document, media["schema"], example)
                    checked += 1
                    if str(status).startswith(("4", "5")):
                        assert str(example["status"]) == status
    assert checked > 200


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": ?"#/components/([^"]+)"', json.dumps(document)))
    for reference in references:
        kind, name = reference.split("/")
        assert name in document["components"][kind]
    used = {name.removeprefix("schemas/") for name in references if name.startswith("schemas/")}
    assert used == set(document["components"]["schemas"])


def test_schemas_say_what_the_types_say(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    days = schemas["TrackRequest"]["properties"]["duration_days"]
    assert (days["type"], days["minimum"], days["maximum"]) == ("integer", 1, 30)
    assert schemas["TrackRequest"]["required"] == ["video_link", "duration_days"]
    assert set(schemas["Video"]["properties"]["status"]["enum"]) == set(get_args(Status))
    assert set(schemas["Gap"]["properties"]["reason"]["enum"]) == set(get_args(GapReason))
    assert schemas["Snapshot"]["properties"]["snapshot_time"]["format"] == "date-time"
    assert tuple(schemas["Snapshot"]["properties"]) == COLUMNS
    assert "24 a day" in schemas["VideoDetail"]["properties"]["slots"]["description"]
    assert "Attributes" not in json.dumps([schema["description"] for schema in schemas.values()])


def test_the_bytes_of_every_answer_fit_the_schema(
    client: TestClient, document: dict[str, Any], fake: ModuleType, video: Any
) -> None:
    """The answers are encoded past FastAPI, so nothing else compares them with the document."""
    track = {"video_link": fake.LINK, "duration_days": 7, "metadata": {"a": "b"}}
    poor = {**track, "video_link": fake.POOR_LINK}
    answers = [
        ("post", "/api/v1/videos/track", client.post("/api/v1/videos/track", json=track)),
        ("post", "/api/v1/videos/track/bulk", client.post("/api/v1/videos/track/bulk", json={"videos": [track, {}]})),
        ("get", "/api/v1/videos", client.get("/api/v1/videos?limit=1")),
        ("get", "/api/v1/videos/{video_id}", client.get("/api/v1/videos/vid_1")),
        ("get", "/api/v1/videos/{video_id}/snapshots", client.get("/api/v1/videos/vid_1/snapshots")),
        ("post", "/api/v1/videos/{video_id}/stop", client.post("/api/v1/videos/vid_1/stop")),
        ("get", "/api/v1/usage", client.get("/api/v1/usage")),
        ("get", "/api/v1/keys/self", client.get("/api/v1/keys/self")),
        ("patch", "/api/v1/usage", client.patch("/api/v1/usage", json={"low_balance_usd": 1})),
        ("get", "/api/v1/keys", client.get("/api/v1/keys")),
        ("post", "/api/v1/keys", client.post("/api/v1/keys", json={})),
        ("post", "/api/v1/keys/{key_id}/revoke", client.post("/api/v1/keys/x/revoke")),
        ("get", "/healthz", client.get("/healthz")),
        ("get", "/readyz", client.get("/readyz")),
        ("get", "/api/v1/videos/{video_id}", client.get("/api/v1/videos/x")),
        ("post", "/api/v1/videos/track", client.post("/api/v1/videos/track", json={})),
        ("post", "/api/v1/videos/track", client.post("/api/v1/videos/track", json=poor)),
    ]  # fmt: skip
    hooks, hook = "/api/v1/webhooks", {"url": "https://example.com/", "events": ["balance.low"]}
    one = client.post(hooks, json=hook)
    answers.append(("post", hooks, one))
    answers.append(("get", hooks, client.get(hooks)))
    own, named = f"{hooks}/{one.json()['id']}", f"{hooks}/{{webhook_id}}"
    answers.append(("get", named, client.get(own)))
    answers += [("post", f"{named}/{call}", client.post(f"{own}/{call}")) for call in ("test", "rotate", "replay")]
    answers.append(("post", f"{named}/replay", client.post(f"{own}/replay", json={"since": "2026-01-01T00:00:00"})))
    answers.append(("get", f"{named}/deliveries", client.get(f"{own}/deliveries")))
    answers += [("post", f"{named}/{call}", client.post(f"{own}/{call}")) for call in ("disable", "test", "enable")]
    for method, path, answer in answers:
        media = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        check(document, media[answer.headers["content-type"]]["schema"], json.loads(answer.content))


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"href", "src", "action", "srcset", "data"}:
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def test_the_docs_page_needs_no_network_and_no_script(client: TestClient, document: dict[str, Any]) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    page = Page()
    page.feed(answer.text)
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert all(link.startswith("#") or link == "/openapi.json" for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "url(" not in answer.text
    assert "@import" not in answer.text
    assert {problem.code for problem in PROBLEMS.values()} <= set(page.ids)  # what the type of a problem links to
    for method, path in CALLS:
        assert f'<span class="method">{method.upper()}</span> <code>{path}</code>' in answer.text


def test_the_pages_of_fastapi_are_off(client: TestClient) -> None:
    for path in ("/redoc", "/docs/oauth2-redirect", "/openapi.yaml"):
        assert client.get(path).status_code == 404
