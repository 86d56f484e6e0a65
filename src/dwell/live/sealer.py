"""The sealer: a job of `dwell run` that moves the journal's rows to the lake before readers notice them."""

from __future__ import annotations

import logging
from functools import partial

from dwell.errors import DwellError
from dwell.state import StateDatabase, job_leases, leases, responses
from dwell.warehouse.store import Store

_CHECKSUMS = 1_000
"""Responses of an older dwell that get their checksum at each seal."""
_log = logging.getLogger(__name__)


def seal_if_due(store: Store, database: StateDatabase) -> int:
    """Seals the folder once enough rows wait, unless another process does it.

    The lease spares the other processes the work; the folder's own lock, which every writer takes, keeps it whole.

    Returns:
        Rows moved; 0 if it failed, which is logged.
    """
    if not store.needs_seal(in_background=True):
        return 0
    holder = leases.new_holder()
    if not job_leases.acquire(database, job_leases.SEAL, holder, database.now()):
        return 0
    try:
        with leases.renew_while(partial(_extend, database, holder)):
            responses.add_checksums(database, _CHECKSUMS)
            return store.seal()
    except DwellError as error:  # such as a full disk: sweeps still store their rows, and the next round tries again
        _log.warning("Sealing failed: %s", error)
        return 0
    finally:
        job_leases.release(database, job_leases.SEAL, holder)


def _extend(database: StateDatabase, holder: str) -> bool:
    return job_leases.extend(database, job_leases.SEAL, holder, database.now())
