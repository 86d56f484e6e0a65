"""Reading kept answers again with the parser of today: what it reads better corrects the rows that are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dwell.errors import SettingsError
from dwell.live.rows import Told, load_answers, mark, parser_version
from dwell.providers.live import PROVIDERS
from dwell.results import Result
from dwell.warehouse.live import LiveDatabase, answers
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
        SettingsError: There is no such provider.
    """
    if provider is not None and provider not in PROVIDERS:
        raise SettingsError(f"There is no provider {provider!r}; choose from {', '.join(PROVIDERS)}.")
    kept = again = done = 0
    told = Told()
    total = answers.count(database, provider=provider, since=since)
    for group in answers.every(database, provider=provider, since=since):
        kept += len(group)
        wanted = [one for one in group if every or one.parsed_by != parser_version(one.provider)]
        for sweep_id in dict.fromkeys(one.sweep_id for one in wanted):
            batch = [one for one in wanted if one.sweep_id == sweep_id]
            told.add(load_answers(store, batch, database, correct=True))
            mark(database, batch)
            again += len(batch)
        done += len(group)
        if watch is not None:
            watch(done, total)
    store.seal_if_due()
    columns = ("answers", "read_again", "posts_new", "snapshots_new", "rows_updated", "rejected")
    row = (kept, again, told.posts_new, told.snapshots_new, told.rows_updated, told.rejected)
    return Result(columns, [row], {"reject_reasons": told.reasons})
