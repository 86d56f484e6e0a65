"""Brings what was polled into the tables: one process at a time, which holds the lease and has the data folder."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from dwell import logs
from dwell.errors import DwellError
from dwell.live.load_responses import load_pending
from dwell.live.load_stats import LoadStats
from dwell.live.parse_responses import ItemCache
from dwell.live.sealer import seal_if_due
from dwell.state import StateDatabase, idempotency, job_leases, leases, ledger, responses
from dwell.warehouse.store import Store

_SENT_AT_MOST = timedelta(minutes=10)
"""No request takes this long: one that was sent before has lost its worker."""

log = logs.get_logger(__name__)


def load_if_free(store: Store, database: StateDatabase, parsed: ItemCache | None = None) -> LoadStats | None:
    """Load every pending response, unless another process does; None then, and where it failed, which is logged.

    Args:
        store: Where rows are stored.
        database: Where the responses are.
        parsed: Items of responses that this process has parsed.
    """
    holder = leases.new_holder()
    if not job_leases.acquire(database, job_leases.LOAD, holder, database.now()):
        return None
    try:
        with leases.renew_while(partial(_extend, database, holder)):
            stats = load_pending(store, database, parsed=parsed)
    except DwellError as error:  # such as a full disk: responses stay pending, and the next round tries again
        log.warning("Loading what was polled failed: %(reason)s", {"reason": str(error)})
        return None
    finally:
        job_leases.release(database, job_leases.LOAD, holder)
    seal_if_due(store, database)
    return stats


def remove_old(database: StateDatabase, keep_days: int) -> None:
    """Keep the state bounded: old responses go, polls of old days become one ledger row a day, old answers go."""
    now = database.now()
    before = now - timedelta(days=keep_days)
    ledger.mark_stale_polls(database, now - _SENT_AT_MOST)
    removed = responses.delete_before(database, before)
    merged = ledger.merge_days(database, before)
    idempotency.delete_before(database, now - idempotency.REPLAY_FOR)
    fields = {"responses": removed, "rows": merged}
    log.info("removed %(responses)d stored responses; %(rows)d ledger rows of polls became one a day", fields)


def _extend(database: StateDatabase, holder: str) -> bool:
    return job_leases.extend(database, job_leases.LOAD, holder, database.now())
