"""The poller: claims slots that are due, reads their videos, and records what became of each slot.

Any number of processes may poll. A slot is held by one of them for a few minutes; if that process dies, another takes
the slot over, and the provider may be asked a second time, but no snapshot is stored or charged twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from dwell import logs
from dwell.errors import StoppedError
from dwell.state import StateDatabase, due_slots, leases, slot_results
from dwell.state.due_slots import Claim
from dwell.state.readings import Failure, Result
from dwell.state.slot_results import OnEvents
from dwell.tracking import slots
from dwell.tracking.poll_stats import PollStats
from dwell.tracking.post_reader import Creator, PostReader

LEASE_S = 180.0
"""Seconds that a worker holds a slot; it extends that while it works."""

_CLAIMED = 32
_THREADS = 8
_POLL_S = 1.0
_ERROR_PAUSE_S = 5.0
_FREE_EVERY_S = 10.0
_HEALTHY_S = 2 * LEASE_S
_FIRST_RETRY_SHARE, _RETRY_FACTOR = 1 / 120, 3.0
"""A failed slot is tried again after half a minute of its hour, then after three times as long, and so on."""

log = logs.get_logger(__name__)


class Poller:
    """Polls until it is stopped.

    Args:
        database: Where slots are.
        reader: Asks the provider.
        interval_s: Seconds between two slots of a video, which retries are measured by.
        on_events: Writes webhook events in the transaction of what they are about.
        stop: Set it to end all work; slots that are not done are given back.
        stats: Counts what it does.
    """

    def __init__(
        self,
        database: StateDatabase,
        reader: PostReader,
        interval_s: float,
        stop: threading.Event,
        on_events: OnEvents,
        stats: PollStats | None = None,
    ) -> None:
        self.database = database
        self.reader = reader
        self.interval_s = interval_s
        self.stop = stop
        self.on_events = on_events
        self.stats = stats or PollStats()
        self._latest: datetime | None = None
        self._good_at: float | None = None
        self._freed_at = float("-inf")

    def is_healthy(self) -> bool:
        """Whether a round has gone well in the last minutes."""
        return self._good_at is not None and time.monotonic() - self._good_at < _HEALTHY_S

    def run(self) -> None:
        """Poll until stopped; an error of one round is logged, and the next round tries again."""
        while not self.stop.is_set():
            try:
                self.reader.clock.check()
                self._free_claims()
                claimed = self.run_round()
                self._good_at = time.monotonic()
            except StoppedError:
                return
            except Exception:  # a poller that runs for years outlives any error
                log.exception("a round of polls failed")
                self.stop.wait(_ERROR_PAUSE_S)
                continue
            if not claimed:
                self.stop.wait(min(_POLL_S, self.interval_s / 20))

    def run_round(self) -> int:
        """Claim the slots that are due, and settle each; returns how many were claimed."""
        token = leases.new_holder()
        claims = due_slots.claim(self.database, token, _CLAIMED, self.reader.clock.now(), LEASE_S)
        if not claims:
            return 0
        self.stats.add_claimed(len(claims))
        by_creator: dict[str, list[Claim]] = {}
        for claim in claims:
            by_creator.setdefault(claim.creator_key, []).append(claim)
        extend = partial(due_slots.extend, self.database, token, LEASE_S)
        with leases.renew_while(extend, every_s=LEASE_S / 3), ThreadPoolExecutor(_THREADS) as threads:
            for _ in threads.map(self._poll_creator, by_creator.values()):
                pass
        return len(claims)

    def _poll_creator(self, claims: Sequence[Claim]) -> None:
        """Settle the slots of one account: each response's in one transaction."""
        now = self.reader.clock.now()
        unasked = [claim for claim in claims if claim.ends_at <= now or not claim.is_paid]
        self._settle([(claim, Failure("budget")) for claim in unasked])
        by_post: dict[str, list[Claim]] = {}
        for claim in claims:
            if claim.ends_at > now and claim.is_paid:
                by_post.setdefault(claim.post_id, []).append(claim)
        if not by_post:
            return
        creator = _find_creator(claims)
        read: list[tuple[Claim, Result]] = []
        try:
            for post_id, result in self.reader.read_posts(creator, list(by_post), claims[0].creator_key):
                read += [(claim, self._with_retry(result, claim)) for claim in by_post.pop(post_id)]
                if len(read) >= _CLAIMED:
                    self._settle(read)
                    read = []
            self._settle(read)
        except StoppedError:
            self._settle(read)
            left = [claim for same in by_post.values() for claim in same]
            due_slots.release(self.database, left, self.reader.clock.now())

    def _settle(self, results: Sequence[tuple[Claim, Result]]) -> None:
        if not results:
            return
        now = self.reader.clock.now()
        with self.database.transaction() as connection:
            settled = slot_results.settle(connection, results, now, align=slots.align, on_events=self.on_events)
        self.stats.add(settled)
        fields = {"snapshots": settled.snapshots, "gaps": sum(settled.gaps.values()), "retries": settled.retries}
        log.info("settled slots: %(snapshots)d snapshots, %(gaps)d gaps, %(retries)d to retry", fields)

    def _with_retry(self, result: Result, claim: Claim) -> Result:
        """A failure that may pass is tried again later in the same slot."""
        if not isinstance(result, Failure) or result.retry_at is None:
            return result
        wait_s = self.interval_s * _FIRST_RETRY_SHARE * _RETRY_FACTOR ** min(10, max(0, claim.attempts - 1))
        at = max(result.retry_at, self.reader.clock.now() + timedelta(seconds=wait_s))
        return Failure(result.reason, at, result.is_gone)

    def _free_claims(self) -> None:
        """Free what a process held that has ended, or that was claimed while a clock was ahead."""
        now = self.reader.clock.now()
        if time.monotonic() - self._freed_at > min(_FREE_EVERY_S, self.interval_s / 4):
            self._freed_at = time.monotonic()
            due_slots.free_dead_claims(self.database)
        if self._latest is None or now < self._latest - timedelta(seconds=LEASE_S):
            freed = due_slots.free_future_claims(self.database, now, LEASE_S)
            if freed:
                log.warning("%(slots)d slots were held until a time in the future: freed", {"slots": freed})
        self._latest = now


def _find_creator(claims: Sequence[Claim]) -> Creator:
    """The account, from whichever of its videos knows most."""
    handle = next((claim.handle for claim in claims if claim.handle), None)
    return Creator(handle, next((claim.creator_id for claim in claims if claim.creator_id), None))
