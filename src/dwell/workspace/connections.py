"""Connected accounts in Python: `ws.connections.begin()`, `complete(address)`, `list_all()`, `disconnect("@h")`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dwell.connections import consent, disconnect, listing
from dwell.connections.account_check import check_account
from dwell.connections.app import read_app
from dwell.connections.consent import Consent
from dwell.connections.credentials import find_connection, open_credentials
from dwell.connections.redirect_listener import RedirectListener
from dwell.connections.secret_keys import read_keys
from dwell.connections.vault import TokenVault
from dwell.http import Credentials
from dwell.providers.tiktok_organic.api import is_loopback
from dwell.results import Result
from dwell.state import connections
from dwell.state.connections import StoredConnection
from dwell.sync.schedule import schedule_daily

if TYPE_CHECKING:
    from dwell.state import StateDatabase
    from dwell.workspace.workspace import Workspace

__all__ = ["Connections", "Consent"]


class Connections:
    """Accounts whose owners allowed this data folder to read them.

    Args:
        workspace: The data folder.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.settings
        self._vault = TokenVault(workspace.settings.data)

    @property
    def _database(self) -> StateDatabase:
        return self._workspace.live.database

    def begin(self, *, comments: bool = False) -> Consent:
        """Ask for the consent of an account's owner: `address` is the page to open. Nothing is sent.

        Args:
            comments: Ask for the comments, too.

        Raises:
            SettingsError: The app is not set, or TikTok would refuse its redirect address.
        """
        return consent.begin(self._settings, self._database, comments=comments)

    def complete(self, address: str) -> Result:
        """Connect the account with the whole address that the browser shows at the end: one row, as of `list_all`.

        Raises:
            SettingsError: It is not such an address.
            UnknownConsentError: It belongs to no consent that is open.
            KeyRefusedError: The owner denied the consent, or the code in the address has expired.
            ProviderError: TikTok does not answer; the same address can be tried again.
        """
        made = consent.complete_address(self._settings, self._database, address)
        schedule_daily(self._database)
        return self._describe([made])

    def find_completed(self, asked: Consent) -> Result | None:
        """The account that a consent led to, also through `dwell serve`; None while there is none."""
        made = consent.find_completed(self._database, asked)
        return None if made is None else self._describe([made])

    @contextmanager
    def listening(self, *, comments: bool = False) -> Iterator[tuple[Consent, Callable[[], Result]] | None]:
        """A consent whose redirect comes to this process; None where TikTok would refuse that.

        Gives the consent, and a function that waits for the owner, at most as long as the consent can be completed.
        """
        app = read_app(self._settings)
        redirect = None if app.redirect is None else app.require_redirect()
        can_listen = redirect is None or (redirect.startswith("http:") and is_loopback(redirect))
        if not app.is_local or not can_listen:
            yield None
            return
        listener = RedirectListener(redirect)
        try:
            asked = consent.begin(self._settings, self._database, comments=comments, redirect=listener.redirect)

            def wait() -> Result:
                made = listener.wait(
                    lambda query: consent.complete_query(self._settings, self._database, query),
                    consent.VALID.total_seconds(),
                )
                schedule_daily(self._database)
                return self._describe([made])

            yield asked, wait
        finally:
            listener.close()

    def list_all(self, *, check: bool = False) -> Result:
        """One row per account, also of those that were disconnected; the columns are `listing.COLUMNS`.

        Args:
            check: Ask TikTok about each first.
        """
        if check:
            for row in connections.list_all(self._database):
                if row.disconnected_at is None:
                    check_account(self._settings, self._database, row.connection_id)
        return self._describe(connections.list_all(self._database))

    def credentials(self, account: str) -> Credentials:
        """What authorises requests about an account; see `dwell.connections.credentials.open_credentials`."""
        return open_credentials(self._settings, self._database, account)

    def disconnect(self, account: str) -> Result:
        """End a connection: one row with `account`, `open_id`, `revoked`, and why TikTok was not told (`problem`).

        Raises:
            NoDataError: No such account is connected.
        """
        row = find_connection(self._database, account)
        problem = disconnect.disconnect(self._settings, self._database, row)
        columns = ("account", "open_id", "revoked", "problem")
        return Result(columns, [(row.name, row.open_id, problem is None, problem)])

    def rotate_key(self) -> Result:
        """Encrypt all tokens with the first key of `DWELL_SECRET_KEY`, or with a new one: one row.

        Raises:
            SettingsError: The key of a connection is missing; nothing was changed.
        """
        number = self._vault.rotate(self._database)
        keys = read_keys(self._settings.data)
        return Result(("accounts", "key_id", "from_environment"), [(number, keys.ids[0], keys.from_environment)])

    def forecast(self) -> list[dict[str, Any]]:
        """The connections that end within 30 days, have ended or have a problem: `account`, `state`, `message`."""
        now, found = self._database.now(), []
        for row in connections.list_all(self._database):
            message = listing.forecast(row, self._vault, now)
            if message is not None:
                state = listing.find_state(row, self._vault, now)
                found.append({"account": row.name, "state": state, "message": message})
        return found

    def _describe(self, rows: Sequence[StoredConnection]) -> Result:
        return listing.list_connections(rows, self._vault, self._database.now())
