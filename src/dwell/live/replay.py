"""Reading kept answers again with the parser of today: what it reads better corrects the rows that are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dwell.errors import SettingsError
from dwell.live.load_responses import LoadStats, load_batch
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.results import Result
from dwell.warehouse.live import StateDatabase, ledger, responses
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
    """Reads kept answers again; asks no provider.

    Args:
        store: Where the rows are.
        database: Where the answers are.
        provider: Only its answers.
        since: Only answers that came from then on.
        every: Also answers that today's parser has read before.
        on_progress: Called with answers done, of how many.

    Returns:
        One row: `answers` kept, `read_again`, `rows_new`, `rows_updated`, `rejected`.

    Raises:
        SettingsError: There is no such provider, or answers are kept of one that is not installed any more; nothing
            was read again then.
    """
    if provider is not None:
        get_provider(provider)
    else:
        _check_readable(database, since)
    kept = again = done = 0
    stats = LoadStats()
    total = responses.count(database, provider=provider, since=since)
    for group in responses.iterate(database, provider=provider, since=since):
        kept += len(group)
        wanted = [one for one in group if every or one.parsed_by != parser_version(one.provider)]
        for sweep_id in dict.fromkeys(one.sweep_id for one in wanted):
            batch = [one for one in wanted if one.sweep_id == sweep_id]
            load_batch(store, database, batch, stats, correct=True)
            again += len(batch)
        done += len(group)
        if on_progress is not None:
            on_progress(done, total)
    store.seal_if_due()
    columns = ("answers", "read_again", "posts_new", "snapshots_new", "rows_updated", "rejected")
    row = (kept, again, stats.posts_new, stats.snapshots_new, stats.rows_updated, stats.rejected)
    return Result(columns, [row], {"reject_reasons": stats.reasons})


def _check_readable(database: StateDatabase, since: datetime | None) -> None:
    for row in ledger.group_totals(database, "provider"):
        kept = responses.count(database, provider=row["provider"], since=since)
        try:
            if kept:
                get_provider(row["provider"])
        except SettingsError as error:
            raise SettingsError(
                f"{kept} kept answers cannot be read again; those of another provider can (--provider NAME). {error}"
            ) from error
