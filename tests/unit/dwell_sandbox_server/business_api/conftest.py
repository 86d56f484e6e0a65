import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.fields import SCOPES

REDIRECT = "https://app.example/oauth/tiktok/"
APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@dataclass
class App:
    """An app that uses a sandbox's Business API. `ask` is the sandbox's fixture."""

    ask: Any

    def consent(self, handle: str, scopes: tuple[str, ...] = SCOPES, **changes: str) -> Any:
        asked = {
            "client_key": CLIENT_ID, "scope": ",".join(scopes), "response_type": "code", "redirect_uri": REDIRECT,
            "state": "a b&c", "account": handle, "decision": "allow", **changes,
        }  # fmt: skip
        return self.ask.http.post("/business_api/v2/auth/authorize", data=asked, follow_redirects=False)

    def code(self, handle: str, scopes: tuple[str, ...] = SCOPES) -> str:
        response = self.consent(handle, scopes)
        assert response.status_code == 302, response.text
        return parse_qs(urlsplit(response.headers["location"]).query)["code"][0]

    def post(self, path: str, body: Any) -> Any:
        response = self.ask.http.post(f"/business_api/open_api/v1.3/{path}/", json=body)
        assert response.status_code == 200
        return response.json()

    def exchange(self, code: str, **changes: str) -> Any:
        body = {**APP, "grant_type": "authorization_code", "auth_code": code, "redirect_uri": REDIRECT, **changes}
        return self.post("tt_user/oauth2/token", body)

    def refresh(self, refresh_token: str) -> Any:
        return self.post(
            "tt_user/oauth2/refresh_token", {**APP, "grant_type": "refresh_token", "refresh_token": refresh_token}
        )

    def connect(self, handle: str, scopes: tuple[str, ...] = SCOPES) -> "Connection":
        tokens = self.exchange(self.code(handle, scopes))
        assert tokens["code"] == 0
        return Connection(self, tokens["data"])


@dataclass
class Connection:
    """The tokens of one account, and calls with them. Lists and objects are sent as JSON literals."""

    app: App
    tokens: dict[str, Any]

    def call(self, path: str, **query: Any) -> Any:
        values = {"business_id": self.tokens["open_id"], **query}
        sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
        headers = {"access-token": self.tokens["access_token"]}
        response = self.app.ask.get(f"/business_api/open_api/v1.3/{path}/", sent, headers)
        assert response.status_code == 200
        return response.json()

    def account(self, *fields: str, **query: Any) -> Any:
        return self.read("business/get", fields=list(fields), **query)

    def videos(self, *fields: str, **query: Any) -> Any:
        return self.read("business/video/list", fields=["item_id", *fields], **query)

    def every_video(self, *fields: str) -> list[dict[str, Any]]:
        page = self.videos(*fields, max_count=20)
        rows = page["videos"]
        while page["has_more"]:
            page = self.videos(*fields, max_count=20, cursor=page["cursor"])
            rows += page["videos"]
        return rows

    def read(self, path: str, **query: Any) -> Any:
        answer = self.call(path, **query)
        assert (answer["code"], answer["message"]) == (0, "OK")
        return answer["data"]


@pytest.fixture
def app(ask: Any) -> App:
    return App(ask)


@pytest.fixture
def make_app(make: Callable[..., Any]) -> Callable[..., App]:
    """An app of a sandbox with the arguments of `make`."""
    return lambda **arguments: App(make(**arguments))
