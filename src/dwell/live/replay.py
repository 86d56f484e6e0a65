"""Reading kept answers again with the parser of today: what it reads better corrects the rows that are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dwell.errors import SettingsError
from dwell.live.rows import Told, load_batch
from dwell.live.versions import parser_version
from dwell.providers.live import provider_named
from dwell.results import Result
from dwell.warehouse.live import LiveDatabase, answers, ledger
from dwell.warehouse.store import Store


def replay(
    store: Store,
    database: LiveDatabase,
    *,
    provider: str | None = None,
    since: datetime | None = None,
    every: bool = False,
    watch: Callable[[int, int], None] | None = None,
) -> Result:
    """Reads kept answers again; asks no provider.

    Args:
        store: Where the rows are.
        database: Where the answers are.
        provider: Only its answers.
        since: Only answers that came from then on.
        every: Also answers that today's parser has read before.
        watch: Called with answers done, of how many.

    Returns:
        One row: `answers` kept, `read_again`, `rows_new`, `rows_updated`, `rejected`.

    Raises:
        SettingsError: There is no such provider, or answers are kept of one that is not installed any more; nothing
            was read again then.
    """
    if provider is not None:
        provider_named(provider)
    else:
        _check_readable(database, since)
    kept = again = done = 0
    told = Told()
    total = answers.count(database, provider=provider, since=since)
    for group in answers.every(database, provider=provider, since=since):
        kept += len(group)
        wanted = [one for one in group if every or one.parsed_by != parser_version(one.provider)]
        for sweep_id in dict.fromkeys(one.sweep_id for one in wanted):
            batch = [one for one in wanted if one.sweep_id == sweep_id]
            load_batch(store, database, batch, told, correct=True)
            again += len(batch)
        done += len(group)
        if watch is not None:
            watch(done, total)
    store.seal_if_due()
    columns = ("answers", "read_again", "posts_new", "snapshots_new", "rows_updated", "rejected")
    row = (kept, again, told.posts_new, told.snapshots_new, told.rows_updated, told.rejected)
    return Result(columns, [row], {"reject_reasons": told.reasons})


def _check_readable(database: LiveDatabase, since: datetime | None) -> None:
    for row in ledger.totals(database, "provider"):
        kept = answers.count(database, provider=row["provider"], since=since)
        try:
            if kept:
                provider_named(row["provider"])
        except SettingsError as error:
            raise SettingsError(
                f"{kept} kept answers cannot be read again; those of another provider can (--provider NAME). {error}"
            ) from error
