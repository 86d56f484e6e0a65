"""Live accounts in Python: `ws.live.sweep(["@a", "@b"], posts=200)` and the rest of the live commands."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack, cast

from dwell.errors import KeyRefusedError, NoDataError
from dwell.live import scheduler, target, topics
from dwell.live.job_spec import PROFILE_DAYS, JobSpec
from dwell.live.plan import Plan, PlanItem
from dwell.live.progress import OnProgress, Progress
from dwell.results import Result
from dwell.state import ledger, owner, schedules, sweeps
from dwell.state.schedules import Schedule
from dwell.sync.request import SyncRequest
from dwell.text.labels import check_label
from dwell.workspace.live_state import LiveState
from dwell.workspace.schedules import list_schedules, run_schedules
from dwell.workspace.sweep_request import Asked, SweepFields, SweepRequest, to_request, trends_request, vet_request

if TYPE_CHECKING:
    from dwell.workspace.loads import LoadRequest
    from dwell.workspace.workspace import Workspace

__all__ = ["Live", "OnProgress", "Progress", "SweepRequest"]


_PARSERS = {"hashtag": target.parse_hashtag, "sound": target.parse_sound, "search": target.parse_search}


class Live(LiveState):
    """Requests to providers, and what they cost.

    Args:
        workspace: Where the data is stored.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._planned: tuple[JobSpec, Plan] | None = None

    # --- sweeps ------------------------------------------------------------------------------------------------------

    def plan(self, names: Asked = (), *, command: str = "sweep", **fields: Unpack[SweepFields]) -> Result:
        """Plan a sweep: one row per target, the price in `meta`; takes what `sweep` takes. No request, no key."""
        from dwell.live import client_factory
        from dwell.live import sweep as sweeping

        request = to_request(names, fields)
        spec = self.spec(request, command, needs_key=False)
        resumable = None if request.fresh else sweeping.find_resumable(self.database, spec)
        job = resumable.sweep_id if resumable else None
        plan = sweeping.plan_sweep(self._workspace.settings, self.database, spec, job)
        self._planned = spec, plan  # the sweep that follows does not make it again
        price = plan.to_result()
        resumes = {} if resumable is None else self._describe_resumable(resumable.sweep_id, resumable.started_at)
        terms = client_factory.read_terms(self._workspace.settings, spec.provider)
        per_minute = None if not terms.interval_s else 60 / terms.interval_s
        meta = {"provider": spec.provider, "per_minute": per_minute, **price.meta, "resumes": resumes or None}
        was_named = request.provider is not None
        notes = client_factory.describe_missing_key(self._workspace.settings, spec.provider, was_named=was_named)
        meta["warnings"] = [*meta["warnings"], *notes]
        return Result(price.columns, price.rows, meta)

    def sweep(
        self,
        names: Asked = (),
        *,
        command: str = "sweep",
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
        **fields: Unpack[SweepFields],
    ) -> Result:
        """Read the newest posts of accounts and topics: one row per target, the totals in `meta`.

        Args:
            names: Accounts (`@name`, link, id), `#hashtag`, `sound:ID`, `search:words`; or a whole `SweepRequest`.
            command: The command in the ledger.
            on_progress: Called regularly with the progress.
            stop: Set it to end early.
            fields: `posts` (200), `watchlist`, `provider`, `niche`, `topics`, `max_credits`, `fresh`, as in a
                `SweepRequest`.

        Raises:
            SettingsError: No key is set.
            KeyRefusedError: The provider rejects the key.
            StoppedError: `stop` was set; the same request resumes the sweep.
        """
        request = to_request(names, fields)
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
        """Read the account's latest posts now, then check them as `Workspace.vet` does.

        Raises:
            NoDataError: The account cannot be read, or not within `max_credits`; the message says why.
        """
        request = vet_request(creator, posts, provider=provider, niche=niche, max_credits=max_credits, fresh=fresh)
        sweep = self.sweep(request, command="vet", on_progress=on_progress, stop=stop)
        row = next(iter(sweep))
        handle = row["handle"] or row["name"]
        if not row["posts"] or row["reason"] == "budget":
            why = row["lacks"].rstrip(".") or "it has no posts"
            shown = f"@{handle}" if row["handle"] else handle
            raise NoDataError(f"{shown} cannot be vetted: {why}.")
        vetting = self._workspace.vet(creator=handle, platform="tiktok", niche=niche, posts=posts)
        return Result(vetting.columns, vetting.rows, {**vetting.meta, "paid": _cost_summary(sweep)})

    def plan_vet(
        self, creator: str, *, niche: str | None = None, posts: int = 20, provider: str | None = None,
        fresh: bool = False,
    ) -> Result:  # fmt: skip
        """Plan `vet`, as `plan` does; sends no request."""
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
        """Read a topic, unless it was read today, and return its stage; `meta["read"]` says whether it was read now.

        Raises:
            NoDataError: The topic cannot be read, or not within `max_credits`; the message says why.
        """
        topic = _PARSERS[kind](name)
        read = fresh or self._needs_reading(topic)
        paid = None
        if read:
            request = trends_request(topic, provider=provider, max_credits=max_credits, fresh=fresh)
            sweep = self.sweep(request, command="trends", on_progress=on_progress, stop=stop)
            row, paid = next(iter(sweep)), _cost_summary(sweep)
            if row["lacks"] and (not row["posts"] or row["reason"] == "budget"):
                raise NoDataError(f"The {kind} {topic.name} cannot be read: {row['lacks'].rstrip('.')}.")
        ranking = self._workspace.topic(kind, topic.name, days=days)
        return Result(ranking.columns, ranking.rows, {**ranking.meta, "read": read, "paid": paid})

    def plan_trends(self, kind: target.Kind, name: str, *, provider: str | None = None, fresh: bool = False) -> Result:
        """Plan `trends`, as `plan` does: no request if the topic was read today."""
        topic = _PARSERS[kind](name)
        if fresh or self._needs_reading(topic):
            return self.plan(trends_request(topic, provider=provider, fresh=fresh), command="trends")
        note = f"read within {topics.FRESH_FOR.total_seconds() / 3600:.0f} hours; --fresh reads it again"
        empty = Plan((PlanItem(topic, 0, 0, 0, None, note),), 0, 0.0, 0.0).to_result()
        meta = {"provider": None, "per_minute": None, **empty.meta, "resumes": None}
        return Result(empty.columns, empty.rows, meta)

    def _needs_reading(self, topic: target.Target) -> bool:
        """The topic was not read today, or only in part, so that the same command resumes it."""
        from dwell.live import sweep as sweeping

        unfinished = sweeps.find_unfinished(self.database, "trends", self.database.now() - sweeping.RESUMABLE_FOR)
        can_resume = any(JobSpec.from_json(job.spec).targets == (topic,) for job in unfinished)
        return can_resume or not topics.is_fresh(self._workspace.store, topic, self.database.now())

    def spec(
        self, request: SweepRequest, command: str = "sweep", slot: str | None = None, *, needs_key: bool = True
    ) -> JobSpec:
        """The job of a request: names parsed, the watchlist filled in, the provider chosen, for whom a key is set."""
        from dwell.live import client_factory

        members = [target.Target(cast("target.Kind", kind), name) for kind, name in self._members(request.watchlist)]
        targets = tuple(dict.fromkeys([*map(target.parse_target, request.names), *members]))
        if not targets:
            raise NoDataError("Nothing to read: name accounts such as @name, or a --watchlist with members.")
        provider = client_factory.choose_provider(self._workspace.settings, request.provider, needs_key=needs_key)
        return JobSpec(command, provider, targets, request.posts, PROFILE_DAYS, request.niche, slot, request.topics)

    def _run(
        self, spec: JobSpec, request: SweepRequest, on_progress: OnProgress | None, stop: threading.Event | None
    ) -> Result:
        from dwell.live import sweep as sweeping

        planned, self._planned = self._planned, None
        result = sweeping.run(
            self._workspace.store, self.database, spec, max_credits=request.max_credits, fresh=request.fresh,
            on_progress=on_progress, stop=stop, plan=planned[1] if planned and planned[0] == spec else None,
        )  # fmt: skip
        refused = [row for row in result if row["reason"] in {"key_refused", "out_of_credits"}]
        if refused and not result.meta["posts_read"]:
            raise KeyRefusedError(refused[0]["lacks"])
        return result

    def _describe_resumable(self, sweep_id: str, at: datetime) -> dict[str, Any]:
        targets = sweeps.list_targets(self.database, sweep_id)
        return {
            "sweep_id": sweep_id,
            "started_at": at,
            "targets_done": sum(row.outcome is not None for row in targets),
            "targets": len(targets),
            "credits_spent": ledger.credits_spent(self.database, owner.sweep(sweep_id)),
        }

    # --- schedules ---------------------------------------------------------------------------------------------------

    def schedule_add(
        self, name: str, names: Asked = (), *, every: str = "day", at: str = "00:00", tz: str = "UTC",
        cron: str | None = None, **fields: Unpack[SweepFields],
    ) -> Result:  # fmt: skip
        """Schedule a sweep every day or week, or by a cron expression; a schedule with that name is replaced.

        Takes the names and fields of `sweep`.
        """
        request = to_request(names, fields)
        name = check_label(name, "schedule")
        times = scheduler.parse_schedule(every, at, tz) if cron is None else scheduler.parse_cron(cron, tz)
        self.spec(request)  # fail now, not at night, if the request is invalid
        stored = {field: getattr(request, field) for field in SweepRequest.__slots__ if field != "fresh"}
        schedules.save(self.database, Schedule(name, *times, stored, self.database.now()))
        return self.schedules()

    def schedule_load(self, request: LoadRequest, *, every: str = "day", at: str = "00:00", tz: str = "UTC") -> str:
        """Schedule loading tables elsewhere; returns the schedule's name, which is the same for one destination."""
        times = scheduler.parse_schedule(every, at, tz)
        spec = request.to_spec()
        place = f"{spec['load']['to']} {request.schema or ''}"
        name = f"load-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        schedules.save(self.database, Schedule(name, *times, spec, self.database.now()))
        return name

    def schedule_remove(self, name: str) -> None:
        """Remove a schedule.

        Raises:
            NoDataError: The schedule does not exist.
        """
        if not schedules.remove(self.database, name):
            names = ", ".join(schedule.name for schedule in schedules.list_all(self.database)) or "none"
            raise NoDataError(f"Schedule {name!r} not found (schedules: {names}).")

    def schedules(self) -> Result:
        """All schedules with their next and last runs."""
        return list_schedules(self.database)

    def run_due(
        self, *, on_progress: OnProgress | None = None, stop: threading.Event | None = None, only_syncs: bool = False
    ) -> Result:
        """Do the runs that are due and that no other process is doing, then seal if enough rows wait.

        Args:
            on_progress: Called regularly with the progress.
            stop: Set it to end early.
            only_syncs: Sync connected accounts, and leave the other schedules to `dwell run`.

        Returns:
            One row per run done here; in `meta` the runs that are `held` elsewhere, and `trouble`: a run failed or
            could read nothing.
        """

        def run(request: SweepRequest, slot: str) -> Result:
            return self._run(self.spec(request, "sweep", slot), request, on_progress, stop)

        def sync(request: SyncRequest) -> Result:
            return self._workspace.syncs.run(request, on_progress=on_progress, stop=stop)

        return run_schedules(self._workspace.store, self.database, run, sync, only_syncs=only_syncs)

    def next_due(self) -> datetime | None:
        """When the next schedule is due; now if one is waiting; None without schedules."""
        if scheduler.find_due(self.database, self.database.now()):
            return self.database.now()
        return min(
            (scheduler.next_due(schedule, self.database.now()) for schedule in schedules.list_all(self.database)),
            default=None,
        )


def _cost_summary(sweep: Result) -> dict[str, Any]:
    """What a sweep cost, for results that show only what was made of it."""
    return {name: sweep.meta[name] for name in ("requests", "credits", "usd", "simulated")}
