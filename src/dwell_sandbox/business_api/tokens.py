"""Auth codes, access tokens and refresh tokens: kept in memory, valid by simulated time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from dwell_sandbox.business_api.errors import AUTH_CODE_INVALID, TOKEN_EMPTY, TOKEN_EXPIRED, TOKEN_INVALID, error

CODE_S = 600
ACCESS_TOKEN_S = 86_400
REFRESH_TOKEN_S = 31_536_000

OldRefreshToken = Literal["valid-until-use", "invalid"]


@dataclass(slots=True, eq=False)
class Grant:
    """One consent of an account's owner.

    Attributes:
        account_id: Platform id of the account.
        open_id: Its id for the app.
        scopes: What was allowed.
        refresh_until: When its refresh tokens expire; a refresh does not postpone it.
        refresh_tokens: Those that are valid, oldest first.
        revoked: Whether the app revoked it.
    """

    account_id: str
    open_id: str
    scopes: tuple[str, ...]
    refresh_until: datetime
    refresh_tokens: list[str] = field(default_factory=list)
    revoked: bool = False


@dataclass(slots=True)
class _Code:
    account_id: str
    open_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    until: datetime
    real_until_s: float


@dataclass(slots=True)
class _AccessToken:
    grant: Grant
    until: datetime
    refresh_token: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the refresh token that came with it."""

    grant: Grant
    access_token: str
    refresh_token: str


class TokenStore:
    """All codes and tokens of a sandbox.

    Args:
        old_refresh_token: What a refresh does to the refresh token that it used: with `valid-until-use` it is valid
            until the new access token is first used, so that a client that lost the response can try again.
    """

    def __init__(self, old_refresh_token: OldRefreshToken) -> None:
        self._old_refresh_token = old_refresh_token
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _AccessToken] = {}
        self._refresh: dict[str, Grant] = {}

    def issue_code(
        self, account_id: str, open_id: str, scopes: tuple[str, ...], redirect_uri: str, at: datetime, real_s: float
    ) -> str:
        """An auth code for one use within 10 minutes.

        The minutes are simulated or real ones, whichever last longer: a person needs real time to paste a code.
        """
        code = secrets.token_urlsafe(24)
        until = at + timedelta(seconds=CODE_S)
        self._codes[code] = _Code(account_id, open_id, scopes, redirect_uri, until, real_s + CODE_S)
        return code

    def exchange_code(self, code: str, redirect_uri: str, at: datetime, real_s: float) -> TokenPair:
        """The first tokens of a grant.

        Raises:
            EndpointError: The code is unknown, was used, has expired, or was issued for another redirect_uri.
        """
        issued = self._codes.pop(code, None)
        if issued is None or (at >= issued.until and real_s >= issued.real_until_s):
            raise error(AUTH_CODE_INVALID, "Auth_code is used or expired, or does not exist.")
        if issued.redirect_uri != redirect_uri:
            raise error(AUTH_CODE_INVALID, "redirect_uri is not the one that the auth_code was issued for.")
        until = at + timedelta(seconds=REFRESH_TOKEN_S)
        return self._issue(Grant(issued.account_id, issued.open_id, issued.scopes, until), at)

    def refresh(self, refresh_token: str, at: datetime) -> TokenPair:
        """New tokens for a refresh token; access tokens that were issued before stay valid until they expire.

        Raises:
            EndpointError: The refresh token is unknown, no longer valid, revoked or expired.
        """
        grant = self._refresh.get(refresh_token)
        if grant is None or grant.revoked or refresh_token not in grant.refresh_tokens:
            raise error(TOKEN_INVALID, "The refresh token is invalid.")
        if at >= grant.refresh_until:
            raise error(TOKEN_EXPIRED, "The refresh token has expired.")
        if self._old_refresh_token == "invalid":
            grant.refresh_tokens.remove(refresh_token)
        return self._issue(grant, at)

    def use(self, access_token: str | None, at: datetime) -> Grant:
        """The grant of an access token. Its use ends the refresh tokens that are older than the one it came with.

        Raises:
            EndpointError: The token is missing, unknown, revoked or expired.
        """
        if not access_token:
            raise error(TOKEN_EMPTY, "Access token is empty.")
        token = self._access.get(access_token)
        if token is None or token.grant.revoked:
            raise error(TOKEN_INVALID, "Access token is incorrect or has been revoked.")
        if at >= token.until:
            raise error(TOKEN_EXPIRED, "Access token has expired.")
        valid = token.grant.refresh_tokens
        if token.refresh_token in valid:
            del valid[: valid.index(token.refresh_token)]
        return token.grant

    def revoke(self, access_token: str, at: datetime) -> None:
        """End a grant, with all its tokens.

        Raises:
            EndpointError: As `use`.
        """
        self.use(access_token, at).revoked = True

    def _issue(self, grant: Grant, at: datetime) -> TokenPair:
        access_token, refresh_token = f"act.{secrets.token_urlsafe(36)}", f"rft.{secrets.token_urlsafe(36)}"
        self._access[access_token] = _AccessToken(grant, at + timedelta(seconds=ACCESS_TOKEN_S), refresh_token)
        self._refresh[refresh_token] = grant
        grant.refresh_tokens.append(refresh_token)
        return TokenPair(grant, access_token, refresh_token)
