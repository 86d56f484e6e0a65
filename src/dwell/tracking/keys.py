"""API keys: made with 256 random bits, shown once, and stored as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dwell.errors import AuthenticationError, InvalidRequestError, NoDataError, PermissionDeniedError, StorageError
from dwell.settings.tracking import TrackingSettings
from dwell.state import StateDatabase, accounts, api_keys
from dwell.state.accounts import LOCAL_ACCOUNT, LOCAL_NAME
from dwell.state.api_keys import StoredKey
from dwell.state.new_id import new_id
from dwell.text.resource_ids import check_resource_id
from dwell.tracking.objects import ApiKey, NewApiKey, PlanLimits
from dwell.tracking.plans import LOCAL, Plan, find_plan

SCOPES = ("read", "track", "admin")
PREFIX = "dwell_"
MAX_KEYS = 100
"""Keys of one account that are neither revoked nor expired."""

MAX_NAME = 100
_SHOWN_ID = 60
_SHOWN = len(PREFIX) + 6


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the account behind a valid key.

    Attributes:
        account_id: The account.
        key_id: The key.
        scopes: What it may do: `read`, `track`, `admin`.
        plan: What the account may do.
    """

    account_id: str
    key_id: str
    scopes: frozenset[str]
    plan: Plan


class Keys:
    """The keys of all accounts.

    Args:
        database: Where they are.
        settings: Which plans there are.
    """

    def __init__(self, database: StateDatabase, settings: TrackingSettings) -> None:
        self.database = database
        self.settings = settings

    def authenticate(self, key: str) -> Caller:
        """The caller that a key belongs to.

        Raises:
            AuthenticationError: The key is missing, unknown, expired or revoked.
        """
        if not key:
            raise AuthenticationError("API key required")
        digest = _digest(key)
        stored = api_keys.find_by_digest(self.database, digest)
        if stored is None or not hmac.compare_digest(stored.digest, digest):
            raise AuthenticationError("Invalid API key")
        if stored.revoked_at is not None:
            raise AuthenticationError("Invalid API key: it was revoked")
        if stored.expires_at is not None and stored.expires_at <= self.database.now():
            raise AuthenticationError("Invalid API key: it has expired")
        return Caller(stored.account_id, stored.key_id, frozenset(stored.scopes), self._plan(stored))

    def create(
        self, *, plan: str | None = None, name: str = "", scopes: Sequence[str] = ("read", "track"),
        expires_at: datetime | None = None, credit_micros: int = 0, account_id: str | None = None,
    ) -> NewApiKey:  # fmt: skip
        """Make a key, for a new account or for the one named.

        Raises:
            InvalidRequestError: The plan, the name, a scope, the time or the credit isn't valid, or the account has too
                many keys.
            NoDataError: The account does not exist.
        """
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            what = f"Unknown scope {', '.join(unknown)}" if unknown else "A key needs a scope"
            raise _invalid("scopes", f"{what}: choose from {', '.join(SCOPES)}.")
        if len(name) > MAX_NAME or not name.isprintable():
            raise _invalid("name", f"The name has at most {MAX_NAME} characters, and none that cannot be seen.")
        if credit_micros < 0:
            raise InvalidRequestError("The credit cannot be negative.")
        if account_id is not None and plan is not None:
            raise InvalidRequestError("A key of an existing account has that account's plan: name only one of them.")
        now = self.database.now()
        if expires_at is not None and expires_at <= now:
            raise _invalid("expires_at", "The key would expire in the past: give a time that is still to come.")
        find_plan(self.settings, plan or "free")
        key = PREFIX + secrets.token_urlsafe(32)
        with self.database.transaction() as connection:
            if account_id is None:
                account_id, owner_plan = new_id("acc", now), plan or "free"
                accounts.create(connection, account_id, name, owner_plan, now)
            else:
                account = accounts.lock(connection, account_id)
                if account is None:
                    raise NoDataError(f"Account {account_id} not found: see dwell keys list.")
                if api_keys.count_valid(connection, account_id, now) >= MAX_KEYS:
                    raise InvalidRequestError(f"The account has {MAX_KEYS} keys, which is the most: revoke one first.")
                owner_plan = account.plan
            stored = StoredKey(
                new_id("key", now), account_id, key[:_SHOWN], _digest(key), name, tuple(sorted(set(scopes))), now,
                expires_at, None, owner_plan,
            )  # fmt: skip
            api_keys.save(connection, stored)
            if credit_micros:
                accounts.top_up(connection, account_id, credit_micros, now)
        return NewApiKey(**_fields(stored, self._plan(stored)), key=key)

    def create_own(
        self, caller: Caller, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> NewApiKey:
        """Make a key of the caller's account, which may do no more than the caller's own key.

        Raises:
            InvalidRequestError: The name, a scope or the time isn't valid, or the account has too many keys.
            PermissionDeniedError: The caller's key lacks one of the scopes.
        """
        lacking = [scope for scope in SCOPES if scope in scopes and scope not in caller.scopes]
        if lacking:
            raise PermissionDeniedError(f"The API key lacks the scope {lacking[0]}: it cannot make a key that has it.")
        return self.create(name=name, scopes=scopes, expires_at=expires_at, account_id=caller.account_id)

    def revoke_own(self, caller: Caller, key_id: str) -> ApiKey:
        """Refuse a key of the caller's account from now on; to revoke it again changes nothing.

        Raises:
            NoDataError: The account has no such key.
        """
        stored = api_keys.find(self.database, key_id)
        if stored is None or stored.account_id != caller.account_id:
            raise NoDataError("No key of this account has this id.")
        return self.revoke(key_id)

    def create_first(self) -> NewApiKey | None:
        """Make a key without limits for this machine, unless there are keys already."""
        if api_keys.list_all(self.database):
            return None
        return self.create(account_id=self.local_caller().account_id, name=LOCAL_NAME, scopes=SCOPES)

    def local_caller(self) -> Caller:
        """Who works on the data folder itself, without a key: the account of this machine, made when first needed."""
        if accounts.find(self.database, LOCAL_ACCOUNT) is None:
            with suppress(StorageError):  # in a folder that cannot be written it has nothing that could be read
                accounts.ensure(self.database, LOCAL_ACCOUNT, LOCAL_NAME, LOCAL)
        return Caller(LOCAL_ACCOUNT, "", frozenset(SCOPES), find_plan(self.settings, LOCAL))

    def top_up(self, account_id: str, amount_micros: int) -> int:
        """Add money to an account; its paused videos go on. Returns the new balance in micro-dollars.

        Raises:
            InvalidRequestError: The amount isn't more than 0.
            NoDataError: The account does not exist.
        """
        if amount_micros <= 0:
            raise InvalidRequestError("A top-up is more than 0 US dollars.")
        with self.database.transaction() as connection:
            balance = accounts.top_up(connection, account_id, amount_micros, self.database.now())
        if balance is None:
            raise NoDataError(f"Account {account_id} not found: see dwell keys list.")
        return balance

    def list_all(self, account_id: str | None = None) -> list[ApiKey]:
        """All keys, or those of one account, the oldest first."""
        stored = api_keys.list_all(self.database, account_id)
        return [ApiKey(**_fields(key, self._plan(key))) for key in stored]

    def get(self, key_id: str) -> ApiKey:
        """A key by its id.

        Raises:
            NoDataError: There is none with this id.
        """
        error = NoDataError(f"Key {key_id[:_SHOWN_ID]!a} not found: see dwell keys list.")
        stored = api_keys.find(self.database, check_resource_id(key_id, error))
        if stored is None:
            raise error
        return ApiKey(**_fields(stored, self._plan(stored)))

    def revoke(self, key_id: str) -> ApiKey:
        """Refuse a key from now on.

        Raises:
            NoDataError: There is none with this id.
        """
        self.get(key_id)
        api_keys.revoke(self.database, key_id, self.database.now())
        return self.get(key_id)

    def _plan(self, stored: StoredKey) -> Plan:
        try:
            return find_plan(self.settings, stored.plan)
        except InvalidRequestError:  # the plan was removed from the settings: the least is allowed
            return find_plan(self.settings, "free")


def plan_limits(plan: Plan) -> PlanLimits:
    """A plan as users see it."""
    return PlanLimits(
        name=plan.name, requests_per_minute=plan.requests_per_minute, concurrent_videos=plan.concurrent_videos
    )


def _invalid(field: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(message, ((field, message),))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _fields(key: StoredKey, plan: Plan) -> dict[str, Any]:
    return {
        "id": key.key_id, "account_id": key.account_id, "name": key.name, "prefix": key.prefix,
        "scopes": list(key.scopes), "plan": plan_limits(plan), "created_at": key.created_at,
        "expires_at": key.expires_at, "revoked_at": key.revoked_at,
    }  # fmt: skip
