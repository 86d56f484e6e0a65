"""Live accounts in Python: `ws.live.sweep(["@a", "@b"], posts=200)` and the rest of the live commands."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from dwell import clock
from dwell.errors import KeyRefusedError, NoDataError
from dwell.live import client_factory, scheduler, target, topics
from dwell.live import replay as replaying
from dwell.live import sweep as sweeping
from dwell.live.job_spec import PROFILE_DAYS, JobSpec
from dwell.live.plan import Plan, PlanItem
from dwell.live.progress import OnProgress, Progress
from dwell.results import Result
from dwell.warehouse.live import StateDatabase, drift, ledger, schedules, sweeps, watchlists
from dwell.warehouse.live.schedules import Schedule
from dwell.workspace.sweep_request import SweepRequest, from_schedule, trends_request, vet_request

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace

__all__ = ["Live", "OnProgress", "Progress", "SweepRequest"]


_PARSERS = {"hashtag": target.parse_hashtag, "sound": target.parse_sound, "search": target.parse_search}
_SCHEDULED_FIELDS = ("posts", "topics", "provider", "niche", "max_credits")


class Live:
    """Questions to providers, and what they cost.

    Args:
        workspace: Where the answers go.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def database(self) -> StateDatabase:
        """Pace, ledger, kept answers, lists and time-tables of this data folder."""
        return StateDatabase(self._workspace.store.root)

    # --- sweeps --------------------------------------------------------------------------------------------------

    def plan(self, request: SweepRequest, *, command: str = "sweep") -> Result:
        """What a sweep would ask and cost: a row a target, the price in `meta`; nobody is asked."""
        spec = self.spec(request, command)
        found = None if request.fresh else sweeping.find_resumable(self.database, spec)
        price = sweeping.plan_sweep(self._workspace.settings, self.database, spec).to_result()
        resumes = {} if found is None else self._begun(found.sweep_id, found.started_at)
        terms = client_factory.read_terms(self._workspace.settings, spec.provider)
        pace = None if not terms.interval_s else 60 / terms.interval_s
        meta = {"provider": spec.provider, "per_minute": pace, **price.meta, "resumes": resumes or None}
        return Result(price.columns, price.rows, meta)

    def sweep(
        self,
        request: SweepRequest,
        *,
        command: str = "sweep",
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """Read the newest posts of accounts and topics: a row a target, the sum of it in `meta`.

        Raises:
            SettingsError: There is no key.
            KeyRefusedError: The provider refuses it.
            StoppedError: `stop` was set; the same order goes on where it ended.
        """
        return self._run(self.spec(request, command), request, on_progress, stop)

    def vet(
        self,
        creator: str,
        *,
        niche: str | None = None,
        posts: int = 20,
        provider: str | None = None,
        max_credits: int | None = None,
        fresh: bool = False,
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """Read the account's latest posts now, then look at them as `Workspace.vet` does.

        Raises:
            NoDataError: The account cannot be read, or not within `max_credits`; the message says why.
        """
        request = vet_request(creator, posts, provider=provider, niche=niche, max_credits=max_credits, fresh=fresh)
        done = self.sweep(request, command="vet", on_progress=on_progress, stop=stop)
        row = next(iter(done))
        handle = row["handle"] or row["name"]
        if not row["posts"] or row["reason"] == "budget":
            why = row["lacks"].rstrip(".") or "it has no posts"
            shown = f"@{handle}" if row["handle"] else handle
            raise NoDataError(f"{shown} cannot be vetted: {why}.")
        found = self._workspace.vet(creator=handle, niche=niche, posts=posts)
        return Result(found.columns, found.rows, {**found.meta, "paid": _paid(done)})

    def plan_vet(
        self,
        creator: str,
        *,
        niche: str | None = None,
        posts: int = 20,
        provider: str | None = None,
        fresh: bool = False,
    ) -> Result:
        """What `vet` would ask and cost, as `plan` says it; nobody is asked."""
        return self.plan(vet_request(creator, posts, provider=provider, niche=niche, fresh=fresh), command="vet")

    def trends(
        self,
        kind: target.Kind,
        name: str,
        *,
        days: int = 14,
        provider: str | None = None,
        max_credits: int | None = None,
        fresh: bool = False,
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """Read a topic, unless it was read today, and say where it is in its life; `meta["read"]` says if it was.

        Raises:
            NoDataError: The topic cannot be read, or not within `max_credits`; the message says why.
        """
        wanted = _PARSERS[kind](name)
        read = fresh or self._due(wanted)
        paid = None
        if read:
            request = trends_request(wanted, provider=provider, max_credits=max_credits, fresh=fresh)
            done = self.sweep(request, command="trends", on_progress=on_progress, stop=stop)
            row, paid = next(iter(done)), _paid(done)
            if row["lacks"] and (not row["posts"] or row["reason"] == "budget"):
                raise NoDataError(f"The {kind} {wanted.name} cannot be read: {row['lacks'].rstrip('.')}.")
        found = self._workspace.topic(kind, wanted.name, days=days)
        return Result(found.columns, found.rows, {**found.meta, "read": read, "paid": paid})

    def plan_trends(self, kind: target.Kind, name: str, *, provider: str | None = None, fresh: bool = False) -> Result:
        """What `trends` would ask and cost, as `plan` says it: no request where the topic was read today."""
        wanted = _PARSERS[kind](name)
        if fresh or self._due(wanted):
            return self.plan(trends_request(wanted, provider=provider, fresh=fresh), command="trends")
        note = f"read within {topics.FRESH_FOR.total_seconds() / 3600:.0f} hours; --fresh reads it again"
        nothing = Plan((PlanItem(wanted, 0, 0, 0, None, note),), 0, 0.0, 0.0).to_result()
        meta = {"provider": None, "per_minute": None, **nothing.meta, "resumes": None}
        return Result(nothing.columns, nothing.rows, meta)

    def _due(self, topic: target.Target) -> bool:
        """It was not read today, or only in part, so that the same command goes on with it."""
        begun = sweeps.find_unfinished(self.database, "trends", clock.now() - sweeping.RESUMABLE_FOR)
        left = any(JobSpec.from_json(job.spec).targets == (topic,) for job in begun)
        return left or not topics.is_fresh(self._workspace.store, topic, clock.now())

    def spec(self, request: SweepRequest, command: str = "sweep", slot: str | None = None) -> JobSpec:
        """The order as a job: names read, a watchlist filled in, the provider chosen."""
        listed = [target.Target(cast("target.Kind", kind), name) for kind, name in self._members(request.watchlist)]
        names = (request.names,) if isinstance(request.names, str) else request.names
        wanted = tuple(dict.fromkeys([*map(target.parse_target, names), *listed]))
        if not wanted:
            raise NoDataError("There is nothing to read: name accounts such as @name, or a --watchlist with members.")
        provider = client_factory.choose_provider(self._workspace.settings, request.provider)
        return JobSpec(command, provider, wanted, request.posts, PROFILE_DAYS, request.niche, slot, request.topics)

    def _run(
        self, spec: JobSpec, request: SweepRequest, on_progress: OnProgress | None, stop: threading.Event | None
    ) -> Result:
        done = sweeping.run(
            self._workspace.store, self.database, spec, max_credits=request.max_credits, fresh=request.fresh,
            on_progress=on_progress, stop=stop,
        )  # fmt: skip
        refused = [row for row in done if row["reason"] in {"key_refused", "out_of_credits"}]
        if refused and not done.meta["posts_read"]:
            raise KeyRefusedError(refused[0]["lacks"])
        return done

    def _begun(self, sweep_id: str, at: datetime) -> dict[str, Any]:
        stored = sweeps.list_targets(self.database, sweep_id)
        return {
            "sweep_id": sweep_id,
            "started_at": at,
            "targets_done": sum(one.outcome is not None for one in stored),
            "targets": len(stored),
            "credits_spent": ledger.credits_spent(self.database, sweep_id),
        }

    # --- lists and time-tables -----------------------------------------------------------------------------------

    def watchlist_add(self, watchlist: str, names: Sequence[str]) -> int:
        """Put accounts, `#hashtag`, `sound:ID`, `search:words` on a list; returns how many were not on it."""
        wanted = [target.parse_target(name) for name in names]
        return watchlists.add(self.database, watchlist, [(one.kind, one.name) for one in wanted], clock.now())

    def watchlist_remove(self, watchlist: str, names: Sequence[str]) -> int:
        """Take them off; returns how many were on it."""
        wanted = [target.parse_target(name) for name in names]
        return watchlists.remove(self.database, watchlist, [(one.kind, one.name) for one in wanted])

    def watchlists(self) -> Result:
        """All lists: a row a member."""
        return watchlists.list_all(self.database)

    def schedule_add(
        self, name: str, request: SweepRequest, *, every: str = "day", at: str = "00:00", tz: str = "UTC"
    ) -> Result:
        """Do a sweep every day or week; a standing order of that name is changed."""
        self.spec(request)  # what cannot be done is refused now, not at night
        often, moment, zone = scheduler.parse_schedule(every, at, tz)
        said = {field: getattr(request, field) for field in SweepRequest.__slots__ if field != "fresh"}
        schedules.save(self.database, Schedule(name, often, moment, zone, said, clock.now()))
        return self.schedules()

    def schedule_remove(self, name: str) -> None:
        """End a standing order.

        Raises:
            NoDataError: There is none of that name.
        """
        if not schedules.remove(self.database, name):
            names = ", ".join(one.name for one in schedules.list_all(self.database)) or "there is none"
            raise NoDataError(f"There is no schedule {name!r} ({names}).")

    def schedules(self) -> Result:
        """All standing orders with their next and last moments."""
        now, rows = clock.now(), []
        for one in schedules.list_all(self.database):
            newest = schedules.latest_run(self.database, one.name)
            last, outcome = (newest[0], newest[2]) if newest else (None, None)
            what = one.spec.get("watchlist") or ", ".join(one.spec.get("names", ()))
            said = tuple(one.spec.get(name) for name in _SCHEDULED_FIELDS)
            when = (one.every, one.at, one.tz, scheduler.next_due(one, now), last, outcome)
            rows.append((one.name, what, *said, *when))
        columns = (
            "schedule",
            "what",
            *_SCHEDULED_FIELDS,
            "every",
            "at",
            "tz",
            "next_due_at",
            "last_due_at",
            "last_outcome",
        )
        return Result(columns, rows)

    def run_due(self, *, on_progress: OnProgress | None = None, stop: threading.Event | None = None) -> Result:
        """Do what is due and no other process is doing; a moment that was missed is made up once.

        Returns:
            A row a moment that was done here; in `meta` the moments that are `held` elsewhere, and `trouble`: something
            failed, or nothing of it could be read.
        """
        fruitless = []

        def work(schedule: Schedule, slot: datetime) -> str:
            request = from_schedule(schedule.spec)
            spec = self.spec(request, "sweep", f"{schedule.name} {slot.isoformat()}")
            done = self._run(spec, request, on_progress, stop)
            meta = done.meta
            lacking = Counter(row["reason"].replace("_", " ") for row in done if not row["complete"])
            why = ", ".join(f"{times} {reason}" for reason, times in lacking.most_common())
            said = f"{meta['complete']} of {meta['targets']} complete" + (f" ({why})" if why else "")
            if any(row["again"] and row["reason"] == "failed" for row in done):
                raise scheduler.UnfinishedError(said)
            if not meta["complete"]:
                fruitless.append(schedule.name)
            return f"{said}, {meta['posts_new']} new posts, {meta['credits']} credits"

        did = scheduler.run_due(self.database, work)
        done = {name for name, *_ in did}
        held = [one for one in scheduler.find_leased(self.database, clock.now()) if one[0] not in done]
        trouble = bool(fruitless) or any(said.startswith(("failed", "not finished")) for *_, said in did)
        return Result(("schedule", "due_at", "outcome"), did, {"held": held, "trouble": trouble})

    def next_due(self) -> datetime | None:
        """When the next standing order is due; now where one waits; None where there is none."""
        if scheduler.find_due(self.database, clock.now()):
            return clock.now()
        return min((scheduler.next_due(one, clock.now()) for one in schedules.list_all(self.database)), default=None)

    # --- what it cost, what was kept -----------------------------------------------------------------------------

    def cost(self, *, by: str = "provider", since: datetime | None = None) -> Result:
        """The ledger: requests, credits and money by provider, command, account, endpoint, sweep or day."""
        return ledger.group_totals(self.database, by, since)

    def replay(
        self,
        *,
        provider: str | None = None,
        since: datetime | None = None,
        every: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Result:
        """Read kept answers again with today's parser; asks no provider."""
        store = self._workspace.store
        return replaying.replay(
            store, self.database, provider=provider, since=since, every=every, on_progress=on_progress
        )

    def drift(self) -> Result:
        """Where providers' objects differ from their contracts: a row a field."""
        return drift.list_all(self.database)

    def _members(self, watchlist: str | None) -> list[tuple[str, str]]:
        if watchlist is None:
            return []
        found = watchlists.members(self.database, watchlist)
        if not found:
            names = sorted({row["watchlist"] for row in self.watchlists()})
            raise NoDataError(
                f"There is no watchlist {watchlist!r}; there is {', '.join(names) or 'none yet'}. Make it with "
                f"dwell watchlist add {watchlist} @name."
            )
        return found


def _paid(done: Result) -> dict[str, Any]:
    """What a reading cost, for those who see only what was made of it."""
    return {name: done.meta[name] for name in ("requests", "credits", "usd", "simulated")}
