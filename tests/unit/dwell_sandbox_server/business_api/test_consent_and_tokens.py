"""Consent, tokens, refresh, revocation."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from dwell_sandbox import World
from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.consent_accounts import COUNTED_AT, consent_accounts
from dwell_sandbox.business_api.fields import SCOPES
from dwell_sandbox.business_api.redirects import refuse_redirect
from dwell_sandbox.server.response import ProtocolOptions

DAY = 86_400
ASKED = {
    "client_key": CLIENT_ID, "scope": "user.info.basic,video.list", "response_type": "code",
    "redirect_uri": "https://app.example/oauth/", "state": "<\"s'>",
}  # fmt: skip


class Form(HTMLParser):
    """The fields of a form, as a browser would send them, with the first option and every checkbox."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.accounts: list[str] = []
        self.method = ""

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.method = values["method"]
        elif tag == "input":
            self.fields.append((values["name"], values["value"]))
        elif tag == "option":
            self.accounts.append(values["value"])


def test_the_form_can_be_sent_and_leads_back_with_code_and_state(app):
    response = app.ask.http.get("/business_api/v2/auth/authorize", params=ASKED)
    form = Form()
    form.feed(response.text)
    assert (response.status_code, form.method) == (200, "post")
    assert form.accounts == [each.handle for each in consent_accounts(12)]
    body = {name: [value for key, value in form.fields if key == name] for name, _ in form.fields}
    sent = app.ask.http.post(
        "/business_api/v2/auth/authorize",
        data={**body, "account": form.accounts[1], "decision": "allow"},
        follow_redirects=False,
    )
    location = urlsplit(sent.headers["location"])
    query = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert (sent.status_code, location.netloc, location.path) == (302, "app.example", "/oauth/")
    assert query["state"] == ASKED["state"]
    assert query["scopes"] == "user.info.basic,video.list"
    answer = app.exchange(query["code"], redirect_uri=ASKED["redirect_uri"])
    assert answer["data"]["scope"] == "user.info.basic,video.list"


def test_the_owner_may_allow_fewer_scopes_or_deny(app):
    form = {**ASKED, "account": "demo_kitchen", "decision": "allow", "choose_scopes": "1", "granted": "video.list"}
    sent = app.ask.http.post("/business_api/v2/auth/authorize", data=form, follow_redirects=False)
    assert parse_qs(urlsplit(sent.headers["location"]).query)["scopes"] == ["video.list"]
    none = app.ask.http.post("/business_api/v2/auth/authorize", data={**form, "granted": ""}, follow_redirects=False)
    assert none.status_code == 400
    denied = app.consent("demo_kitchen", decision="deny")
    query = parse_qs(urlsplit(denied.headers["location"]).query)
    assert (query["error"], query["state"], "code" in query) == (["access_denied"], ["a b&c"], False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_key": "other"}, "client_key"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": ""}, "scope"),
        ({"scope": "<script>"}, "scope"),
        ({"redirect_uri": "http://app.example/"}, "https"),
        ({"account": "nobody"}, "no such account"),
        ({"account": ""}, "no such account"),
    ],
)
def test_a_wrong_request_is_explained_and_leads_nowhere(app, changes, words):
    response = app.consent("demo_kitchen", **changes)
    assert response.status_code == 400
    assert words in response.text
    assert "<script>" not in response.text
    assert "location" not in response.headers


@pytest.mark.parametrize(
    ("address", "loopback", "reason"),
    [
        ("https://app.example/oauth/", True, ""),
        ("https://app.example/", False, ""),
        ("https://app.example", True, "end with /"),
        ("https://app.example/oauth", True, "end with /"),
        ("https://app.example:443/oauth/", True, "port"),
        ("https://app.example:/oauth/", True, "port"),
        ("https://app.example/oauth/?a=1", True, "query"),
        ("https://app.example/oauth/?", True, "query"),
        ("https://app.example/oauth/#a", True, "fragment"),
        ("http://app.example/oauth/", True, "https"),
        ("http://127.0.0.1:8788/oauth/tiktok/", True, ""),
        ("http://localhost:9/callback", True, ""),
        ("http://[::1]:9/", True, ""),
        ("http://127.0.0.1:8788/oauth/tiktok/", False, "https"),
        ("http://127.0.0.1:99999/", True, "not an address"),
        ("https://[/", True, "not an address"),
        ("https://app.example/ /", True, "not an address"),
        ("https://app.example/\r\nx:/", True, "not an address"),
        ("javascript:alert(1)/", True, "not an address"),
        ("", True, "not an address"),
    ],
)
def test_redirects_are_https_with_a_slash_and_nothing_else_but_on_this_machine(address, loopback, reason):
    refused = refuse_redirect(address, loopback=loopback)
    assert (reason in refused) if reason else (refused == "")


def test_the_sandbox_can_refuse_loopback_as_tiktok_does(make_app):
    app = make_app(options=ProtocolOptions(loopback_redirects=False))
    assert app.consent("demo_kitchen", redirect_uri="http://127.0.0.1:1/").status_code == 400


def test_tokens_have_the_documented_types_and_lifetimes(app):
    answer = app.exchange(app.code("demo_kitchen"))
    tokens = answer["data"]
    assert (answer["code"], answer["message"], type(answer["request_id"])) == (0, "OK", str)
    assert {name: type(value) for name, value in tokens.items()} == {
        "access_token": str, "expires_in": int, "open_id": str, "refresh_token": str, "refresh_token_expires_in": int,
        "scope": str, "token_type": str,
    }  # fmt: skip
    assert (tokens["expires_in"], tokens["refresh_token_expires_in"]) == (DAY, 365 * DAY)
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", ",".join(SCOPES))
    again = app.connect("demo_kitchen").tokens
    assert again["open_id"] == tokens["open_id"] != app.connect("demo_pantry").tokens["open_id"]
    assert again["access_token"] != tokens["access_token"]


def test_a_code_is_good_once_for_ten_minutes_and_its_redirect(make_app, seconds):
    app = make_app(speed=1.0)
    code = app.code("demo_kitchen")
    assert app.exchange(code)["code"] == 0
    assert app.exchange(code)["code"] == 40110
    assert app.exchange("made-up")["code"] == 40110
    assert app.exchange(app.code("demo_kitchen"), redirect_uri="https://other.example/")["code"] == 40110
    late = app.code("demo_kitchen")
    seconds.gone += 599
    assert app.exchange(late)["code"] == 0
    late = app.code("demo_kitchen")
    seconds.gone += 600
    assert app.exchange(late)["code"] == 40110


def test_a_code_lasts_ten_real_minutes_where_simulated_time_is_faster(make_app, seconds):
    app = make_app(speed=DAY)
    code = app.code("demo_kitchen")
    seconds.gone += 500
    assert app.exchange(code)["code"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "x"}, 40101), ({"client_secret": "x"}, 40101), ({"grant_type": "refresh_token"}, 40002),
        ({"auth_code": ""}, 40002), ({"redirect_uri": ""}, 40002), ({"auth_code": 5}, 40002),
    ],
)  # fmt: skip
def test_a_wrong_exchange_is_refused_with_its_code(app, changes, code):
    answer = app.exchange(app.code("demo_kitchen"), **changes)
    assert (answer["code"], answer["data"]) == (code, {})


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"a=1", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_an_invalid_parameter(app, content):
    for path in ("token", "refresh_token", "revoke"):
        response = app.ask.http.post(f"/business_api/open_api/v1.3/tt_user/oauth2/{path}/", content=content)
        assert (response.status_code, response.json()["code"]) == (200, 40002)


def test_an_access_token_lasts_a_simulated_day(make_app, seconds):
    app = make_app(speed=3600.0)
    connection = app.connect("demo_kitchen")
    seconds.gone += 23.9
    assert connection.call("business/get")["code"] == 0
    seconds.gone += 0.1
    assert connection.call("business/get")["code"] == 40102


def test_a_missing_token_is_empty_and_a_wrong_one_invalid(app):
    connection = app.connect("demo_kitchen")
    for token, code in (("", 40104), ("act.made-up", 40105), (connection.tokens["refresh_token"], 40105)):
        connection.tokens["access_token"] = token
        assert connection.call("business/get")["code"] == code


def test_a_refresh_rotates_both_tokens_and_does_not_prolong_the_year(make_app, seconds):
    app = make_app(speed=float(DAY))
    first = app.connect("demo_kitchen").tokens
    seconds.gone += 100
    second = app.refresh(first["refresh_token"])["data"]
    assert second["refresh_token_expires_in"] == 265 * DAY
    assert second["expires_in"] == DAY
    assert second["open_id"] == first["open_id"]
    assert {first["access_token"], first["refresh_token"]}.isdisjoint(second.values())
    seconds.gone += 264.9
    third = app.refresh(second["refresh_token"])["data"]
    seconds.gone += 0.1
    assert app.refresh(third["refresh_token"])["code"] == 40102


def test_the_old_refresh_token_is_valid_until_the_new_access_token_is_used(app):
    connection = app.connect("demo_kitchen")
    old = connection.tokens
    app.refresh(old["refresh_token"])  # this response is lost
    assert connection.call("business/get")["code"] == 0, "the old access token does not count as a use of the new one"
    kept = app.refresh(old["refresh_token"])["data"]
    connection.tokens = kept
    assert connection.call("business/get")["code"] == 0
    assert app.refresh(old["refresh_token"])["code"] == 40105
    assert app.refresh(kept["refresh_token"])["code"] == 0


def test_an_access_token_ends_only_older_refresh_tokens(app):
    connection = app.connect("demo_kitchen")
    first = dict(connection.tokens)
    second = app.refresh(first["refresh_token"])["data"]
    third = app.refresh(first["refresh_token"])["data"]
    assert connection.call("business/get")["code"] == 0
    connection.tokens = second
    assert connection.call("business/get")["code"] == 0
    assert app.refresh(first["refresh_token"])["code"] == 40105
    assert app.refresh(second["refresh_token"])["code"] == 0
    assert app.refresh(third["refresh_token"])["code"] == 0


def test_an_older_response_of_two_refreshes_is_as_good_as_the_newer(app):
    old = app.connect("demo_kitchen")
    kept = app.refresh(old.tokens["refresh_token"])["data"]
    app.refresh(old.tokens["refresh_token"])  # a second process, which is killed
    old.tokens = kept
    assert old.call("business/get")["code"] == 0
    assert app.refresh(kept["refresh_token"])["code"] == 0


def test_the_old_refresh_token_can_be_invalid_at_once_while_the_access_token_stays_valid(make_app):
    app = make_app(options=ProtocolOptions(old_refresh_token="invalid"))
    connection = app.connect("demo_kitchen")
    new = app.refresh(connection.tokens["refresh_token"])["data"]
    assert app.refresh(connection.tokens["refresh_token"])["code"] == 40105
    assert connection.call("business/get")["code"] == 0
    assert app.refresh(new["refresh_token"])["code"] == 0


def test_a_refresh_whose_response_was_cut_off_was_made_all_the_same(make_app):
    app = make_app(options=ProtocolOptions(old_refresh_token="invalid"))
    tokens = app.connect("demo_kitchen").tokens
    app.ask.script({"fault": "truncated", "endpoint": "tt_user/oauth2/refresh_token"})
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "refresh_token"}
    sent = app.ask.http.post(
        "/business_api/open_api/v1.3/tt_user/oauth2/refresh_token/",
        json={**body, "refresh_token": tokens["refresh_token"]},
    )
    assert sent.text.startswith('{"code":0')
    assert not sent.text.endswith("}")
    assert app.refresh(tokens["refresh_token"])["code"] == 40105


def test_inspection_and_revocation(app):
    connection = app.connect("demo_kitchen", ("user.info.basic", "video.list"))
    access = connection.tokens["access_token"]
    inspected = app.post("tt_user/token_info/get", {"app_id": CLIENT_ID, "access_token": access})
    assert inspected["data"] == {
        "app_id": CLIENT_ID, "creator_id": connection.tokens["open_id"], "scope": "user.info.basic,video.list",
    }  # fmt: skip
    assert app.post("tt_user/token_info/get", {"app_id": "x", "access_token": access})["code"] == 40101
    assert app.post("tt_user/oauth2/revoke", {"client_id": CLIENT_ID, "access_token": access})["code"] == 40002
    revoked = app.post(
        "tt_user/oauth2/revoke",
        {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "access_token": access},
    )
    assert (revoked["code"], revoked["data"]) == (0, {})
    assert connection.call("business/get")["code"] == 40105
    assert app.refresh(connection.tokens["refresh_token"])["code"] == 40105
    assert app.post("tt_user/token_info/get", {"app_id": CLIENT_ID, "access_token": access})["code"] == 40105


@pytest.mark.parametrize("seed", [1, 12, 42])
def test_the_offered_accounts_are_what_their_notes_say(seed):
    world = World(seed)
    notes = {each.handle: each.note for each in consent_accounts(seed)}
    found = {word: handle for handle, note in notes.items() for word in ("under 100", "1,000 videos", "no public video")
             if word in note}  # fmt: skip
    assert len(found) == 3
    assert len(notes) == 8
    assert {re.split(",", note)[0] for note in notes.values()} == {"personal", "business", "registered business"}
    now = datetime.fromtimestamp(COUNTED_AT, UTC)
    assert world.profile(found["under 100"], now).followers < 100
    assert world.profile(found["under 100"], now).post_count > 0
    assert world.profile(found["1,000 videos"], now).post_count == pytest.approx(1_000, rel=0.02)
    assert world.profile(found["no public video"], now).post_count == 0


def test_a_reset_keeps_the_tokens(app):
    connection = app.connect("demo_kitchen")
    assert app.ask.http.post("/sandbox/reset").status_code == 200
    assert connection.call("business/get")["code"] == 0
