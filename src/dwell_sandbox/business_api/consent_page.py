"""`/v2/auth/authorize`: a plain form on which the owner of a simulated account allows an app to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs

from dwell_sandbox.business_api.app_credentials import CLIENT_ID
from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.business_api.open_ids import make_open_id
from dwell_sandbox.business_api.redirects import redirect_address, refuse_redirect
from dwell_sandbox.business_api.tokens import TokenStore
from dwell_sandbox.server.protocol import Request
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import RequestContext, Response

_STYLE = "body{font:16px/1.5 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}label{display:block}"
_SCOPE = re.compile(r"[a-z]+(?:[._][a-z]+)*")
_HIDDEN = ("client_key", "scope", "response_type", "redirect_uri", "state")


@dataclass(frozen=True, slots=True)
class _Consent:
    """What an app asks the owner for."""

    scopes: tuple[str, ...]
    redirect_uri: str
    state: str


def show_or_submit(context: RequestContext, request: Request, tokens: TokenStore) -> Response:
    """`GET` shows the form; `POST` redirects with `code`, `scopes` and `state`, or with `error` and `state`.

    A program may send `account` and `decision=allow` alone, and then allows all scopes that are asked for.
    """
    form = parse_qs(request.body.decode("latin-1"), keep_blank_values=True) if request.method == "POST" else {}
    values = {**request.query, **{name: listed[-1] for name, listed in form.items()}}
    asked = _read(context, values)
    if isinstance(asked, Response):
        return asked
    if request.method != "POST":
        return _form(context, asked, values)
    if values.get("decision") != "allow":
        refused = {"error": "access_denied", "error_description": "The user denied the request.", "state": asked.state}
        return _redirect(asked.redirect_uri, refused)
    return _allow(context, asked, form, values, tokens)


def _read(context: RequestContext, values: Mapping[str, str]) -> _Consent | Response:
    """What is asked for, or the page that says what is wrong."""
    if values.get("client_key") != CLIENT_ID:
        return _error_page("client_key is not the id of an app.")
    if values.get("response_type") != "code":
        return _error_page("response_type must be code.")
    redirect_uri = values.get("redirect_uri", "")
    if reason := refuse_redirect(redirect_uri, loopback=context.options.loopback_redirects):
        return _error_page(reason)
    scopes = tuple(dict.fromkeys(each for each in values.get("scope", "").split(",") if each))
    if not scopes or not all(_SCOPE.fullmatch(each) for each in scopes):
        return _error_page("scope must be one or more scopes with commas between them.")
    return _Consent(scopes, redirect_uri, values.get("state", ""))


def _allow(
    context: RequestContext,
    asked: _Consent,
    form: Mapping[str, list[str]],
    values: Mapping[str, str],
    tokens: TokenStore,
) -> Response:
    scopes = asked.scopes
    if "choose_scopes" in form:
        scopes = tuple(each for each in asked.scopes if each in form.get("granted", ()))
    if not scopes:
        return _error_page("Allow at least one scope, or deny the request.")
    try:
        account = context.view.account_by_handle(values.get("account", ""), context.at)
    except NotVisibleError as hidden:
        return _error_page(f"The simulated world has no such account ({hidden.state}); choose one of the list.")
    open_id = make_open_id(CLIENT_ID, account.account_id)
    code = tokens.issue_code(account.account_id, open_id, scopes, asked.redirect_uri, context.at, context.real_s)
    return _redirect(asked.redirect_uri, {"code": code, "scopes": ",".join(scopes), "state": asked.state})


def _form(context: RequestContext, asked: _Consent, values: Mapping[str, str]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(values.get(name, ""))}">\n' for name in _HIDDEN
    )
    options = "".join(
        f'<option value="{each.handle}">@{each.handle} – {escape(each.note)}</option>\n'
        for each in consent_accounts(context.view.world.seed)
    )
    scopes = "".join(
        f'<label><input type="checkbox" name="granted" value="{each}" checked> {each}</label>\n'
        for each in asked.scopes
    )
    return _page(
        "Allow the app to read a simulated account?",
        f'<form method="post">\n{hidden}<input type="hidden" name="choose_scopes" value="1">\n'
        f'<p><label>Account <select name="account">\n{options}</select></label></p>\n<p>{scopes}</p>\n'
        '<p><button name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></p>\n</form>',
    )


def _error_page(reason: str) -> Response:
    return _page("This request cannot be allowed", f"<p>{escape(reason)}</p>", 400)


def _page(title: str, content: str, status: int = 200) -> Response:
    html = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f"<h1>{title}</h1>\n<p>dwell sandbox: nothing here is real.</p>\n{content}\n</html>\n"
    )
    return Response(status, {}, page=html)


def _redirect(address: str, values: dict[str, str]) -> Response:
    return Response(302, {}, page="", headers={"location": redirect_address(address, values)})
