"""What webhooks of this machine's account are told about connected accounts: failed syncs, and connections that end.

An event is written once for what it tells, however often that is found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dwell.connections.listing import find_state, forecast
from dwell.connections.vault import TokenVault
from dwell.providers.tiktok_organic.api import NAME
from dwell.state import connections, stream_states
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.state.stream_states import WHOLE, StreamName
from dwell.state.webhook_events import record_event
from dwell.sync.outcome import AccountOutcome
from dwell.sync.request import PREFIX, STREAM_TABLES

if TYPE_CHECKING:
    from dwell.settings import Settings
    from dwell.state import StateDatabase

SYNC_FAILED, CONNECTION_ENDING = "sync.failed", "connection.ending"
_QUIET = frozenset({"ok", "disconnected"})


def report_failures(database: StateDatabase, sync_id: str, outcomes: Sequence[AccountOutcome]) -> None:
    """Writes `sync.failed` for each account that a sync could not read whole, once a sync."""
    for outcome in outcomes:
        failed = {name: each for name, each in outcome.streams.items() if each.state in {"failed", "partial"}}
        if not failed:
            continue
        data = {
            "sync_id": sync_id,
            "account": outcome.account,
            "open_id": outcome.open_id,
            "tables": [PREFIX + table for name in failed for table in STREAM_TABLES[name]],
            "messages": list(dict.fromkeys(each.message for each in failed.values())),
            "will_resume": outcome.again,
        }
        name = StreamName(NAME, outcome.open_id, SYNC_FAILED)
        _record_once(database, name, (sync_id, sync_id), SYNC_FAILED, data)


def report_connections(settings: Settings, database: StateDatabase) -> None:
    """Writes `connection.ending` for each connection that will end, has ended, or has a problem, once a state."""
    vault, now = TokenVault(settings.data), database.now()
    for row in connections.list_all(database, NAME):
        state = find_state(row, vault, now)
        name = StreamName(NAME, row.open_id, CONNECTION_ENDING)
        if state in _QUIET:
            if stream_states.read(database, name):
                stream_states.forget(database, name)  # the next end is another one
            continue
        data = {
            "account": row.name,
            "open_id": row.open_id,
            "state": state,
            "ends_at": row.refresh_expires_at,
            "message": forecast(row, vault, now) or "",
        }
        _record_once(database, name, (WHOLE, state), CONNECTION_ENDING, data)


def _record_once(
    database: StateDatabase, name: StreamName, what: tuple[str, str], type_: str, data: Mapping[str, Any]
) -> None:
    """Writes an event unless the last one of its partition told the same, in one transaction with the note of that."""
    now = database.now()
    with database.transaction() as connection:
        if stream_states.advance(connection, name, *what, now):
            record_event(connection, LOCAL_ACCOUNT, None, None, type_, data, now)
