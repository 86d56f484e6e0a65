"""Parses stored responses again with the current parser, and corrects the stored rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dwell.errors import SettingsError
from dwell.live.load_responses import ResponseLoader
from dwell.live.load_stats import LoadStats
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.results import Result
from dwell.state import StateDatabase, ledger, responses
from dwell.warehouse.store import Store


def replay(
    store: Store,
    database: StateDatabase,
    *,
    provider: str | None = None,
    since: datetime | None = None,
    every: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Parse stored responses again; sends no request.

    Args:
        store: Where the rows are stored.
        database: Where the responses are stored.
        provider: Only responses of this provider.
        since: Only responses received since then.
        every: Include responses that the current parser has already read.
        on_progress: Called with the number of responses done and their total.

    Returns:
        One row: `answers` stored, `read_again`, `posts_new`, `snapshots_new`, `rows_updated`, `rejected`.

    Raises:
        SettingsError: The provider does not exist, or responses are stored of one that is no longer installed; in
            that case nothing was parsed again.
    """
    if provider is not None:
        get_provider(provider)
    else:
        _check_readable(database, since)
    stored = replayed = done = 0
    stats = LoadStats()
    loader = ResponseLoader(store, database, stats, correct=True)
    total = responses.count(database, provider=provider, since=since)
    for group in responses.iterate(database, provider=provider, since=since):
        stored += len(group)
        outdated = [response for response in group if every or _is_outdated(database, response)]
        for owner in dict.fromkeys(response.owner for response in outdated):
            batch = [response for response in outdated if response.owner == owner]
            loader.load_batch(batch)
            replayed += len(batch)
        done += len(group)
        if on_progress is not None:
            on_progress(done, total)
    store.seal_if_due()
    columns = ("answers", "read_again", "posts_new", "snapshots_new", "rows_updated", "rejected")
    row = (stored, replayed, stats.posts_new, stats.snapshots_new, stats.rows_updated, stats.rejected)
    return Result(columns, [row], {"reject_reasons": stats.reasons})


def _is_outdated(database: StateDatabase, response: responses.StoredResponse) -> bool:
    """An older parser read it; or it is damaged, and names a provider that does not exist."""
    try:
        return response.parsed_by != parser_version(response.provider)
    except SettingsError:
        if responses.read_body(database, response).damage:
            return True
        raise


def _check_readable(database: StateDatabase, since: datetime | None) -> None:
    for row in ledger.group_totals(database, "provider"):
        stored = responses.count(database, provider=row["provider"], since=since)
        try:
            if stored:
                get_provider(row["provider"])
        except SettingsError as error:
            raise SettingsError(
                f"{stored} stored responses cannot be parsed; choose another provider with --provider NAME. {error}"
            ) from error
