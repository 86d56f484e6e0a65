"""One data folder and every question it can be asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dwell.errors import NoDataError, StorageError
from dwell.records import TABLES, Hints
from dwell.results import Result
from dwell.settings import Settings

if TYPE_CHECKING:
    from dwell.warehouse.store import Store
    from dwell.workspace.charts import Charts
    from dwell.workspace.explanations import Explanations
    from dwell.workspace.imports import Imports, Progress
    from dwell.workspace.live import Live

_SHORTEST_ID = 15  # digits; no handle of digits alone is as long


class Workspace:
    """Questions to one data folder; the answers are the same in shell, notebook and report.

    Args:
        settings: Where the data is.
        create: Make the folder when it is not there yet.
    """

    def __init__(self, settings: Settings, *, create: bool = False) -> None:
        from dwell.warehouse.store import Store

        if settings.data.exists() and not settings.data.is_dir():
            raise StorageError(f"{settings.data} is a file; name a folder with --data or DWELL_DATA.")
        self.settings = settings
        self.store: Store = Store.open(settings, create=create)

    @cached_property
    def charts(self) -> Charts:
        """The pictures: `ws.charts.benchmarks(creator="@h")` is an Altair chart."""
        from dwell.workspace.charts import Charts

        return Charts(self)

    @cached_property
    def live(self) -> Live:
        """Providers: `ws.live.sweep(SweepRequest(("@a",)))` reads newest posts, `ws.live.cost()` shows what it cost."""
        from dwell.workspace.live import Live

        return Live(self)

    # --- data in and out -----------------------------------------------------------------------------------------

    @staticmethod
    def formats() -> Result:
        """The file formats that `import_files` recognises."""
        from dwell.providers.registry import FORMATS

        return Result(("format", "what"), list(FORMATS.items()))

    def import_files(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        format: str | None = None,
        as_of: str | None = None,
        columns: Mapping[str, str] | None = None,
        creator: str | None = None,
        niche: str | None = None,
        dates: Literal["dmy", "mdy"] | None = None,
        tz: str | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> Imports:
        """Load exports; what is already known is not added twice. The arguments are those of `dwell import`."""
        from dwell.workspace.imports import import_files

        hints = _hints(format=format, as_of=as_of, columns=columns, creator=creator, niche=niche, dates=dates, tz=tz)
        return import_files(self.store, map(Path, paths), hints, dry_run=dry_run, progress=progress)

    def explain_import(
        self, paths: Iterable[str | os.PathLike[str]], *, lines: Iterable[int] = (), **options: Any
    ) -> Explanations:
        """Show what each step of an import makes of rows; nothing is stored. Options are those of `import_files`."""
        from dwell.workspace.explanations import explain_files

        return explain_files(self.store, map(Path, paths), _hints(**options), lines)

    def export(
        self,
        table: str,
        *,
        path: str | os.PathLike[str] | None = None,
        format: Literal["parquet", "csv", "jsonl"] = "parquet",
    ) -> Result:
        """Write a table, or `all` of them into a folder, to files that import again to the same tables.

        Returns:
            A row a file: table, path, rows.
        """
        from dwell.warehouse.export import export

        if table != "all" and table not in TABLES:
            raise NoDataError(f"There is no table {table!r}; choose from {', '.join(TABLES)}, or all.")
        stored = self.store.rows()
        names = [name for name in TABLES if stored[name]] if table == "all" else [table]
        folder = Path(path or "dwell-export") if table == "all" else None
        rows = []
        for name in names:
            target = folder / f"{name}.{format}" if folder else Path(path or f"{name}.{format}")
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"Cannot write to {target.parent}: {error.strerror}; choose another -o.") from error
            rows.append((name, str(target), export(self.store, name, target, format)))
        return Result(("table", "path", "rows"), rows)

    def seal(self) -> int:
        """Move the journal's rows to the lake now; imports do it by themselves when enough have gathered."""
        return self.store.seal()

    # --- questions -----------------------------------------------------------------------------------------------

    def status(self) -> Result:
        """What is stored: a row a creator; tables, sources, time span and unknown shares in `meta`."""
        from dwell.workspace.status import status

        return status(self)

    def benchmarks(
        self,
        *,
        creator: str | None = None,
        by: str = "bucket",
        scheme: str = "proxy",
        platform: str | None = None,
        include: tuple[str, ...] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Median and p90 of each public ratio per duration bucket, over eligible posts.

        Platforms are not mixed: TikTok unless `platform` or a creator says otherwise.
        """
        options = {"scheme": scheme, "include": include, "min_age_h": min_age_h, **self._whose(creator, platform)}
        found = self.ask("benchmarks", by=by, **options)
        left_out = next(iter(self.ask("exclusions", **options)))
        reasons = {name: count for name, count in left_out.items() if name not in {"total", "eligible"}}
        counts = {name: left_out[name] for name in ("total", "eligible")}
        meta = {"scheme": scheme, "by": by, "platform": options["platform"], **counts, "excluded": reasons}
        return Result(found.columns, found.rows, meta)

    def posts(
        self,
        *,
        creator: str | None = None,
        sort: str = "engagement_rate",
        above_p90: bool = False,
        limit: int | None = None,
        scheme: str = "proxy",
        platform: str | None = None,
        include: tuple[str, ...] = (),
        min_age_h: float = 72.0,
    ) -> Result:
        """Posts with every ratio, bucket, percentile and multiple, highest `sort` first and unknown last."""
        whose = self._whose(creator, platform)
        found = self.ask("posts", scheme=scheme, include=include, min_age_h=min_age_h, **whose)
        if sort not in found.columns:
            raise NoDataError(f"Posts have no column {sort!r}; sort by one of {', '.join(found.columns)}.")
        chosen = found.where("above_p90") if above_p90 else found
        return chosen.sorted_by(sort).head(limit)

    def tiers(self, *, creator: str, tz: str = "UTC", include: tuple[str, ...] = (), min_age_h: float = 72.0) -> Result:
        """What the top quarter of the account's posts has that the bottom quarter has not."""
        from dwell.models.tiers import tiers

        return tiers(self._rows(creator, include=include, min_age_h=min_age_h), tz)

    def trend(
        self, *, creator: str, every: str = "week", include: tuple[str, ...] = (), min_age_h: float = 72.0
    ) -> Result:
        """Per period: posts, median rates, change on the period before, views per hour."""
        options: dict[str, Any] = {"handle": self._known(creator), "include": include, "min_age_h": min_age_h}
        return replace(self.ask("trend", every=every, **options), meta={"every": every})

    def growth(self, *, creator: str) -> Result:
        """Views per hour between consecutive snapshots of each post."""
        return self.ask("growth", handle=self._known(creator))

    def posting_times(
        self, *, creator: str, tz: str = "UTC", include: tuple[str, ...] = (), min_age_h: float = 72.0
    ) -> Result:
        """Median engagement rate by weekday and hour of posting, with n."""
        options: dict[str, Any] = {"handle": self._known(creator), "include": include, "min_age_h": min_age_h}
        return replace(self.ask("posting_times", tz=tz, **options), meta={"tz": tz})

    def vet(self, *, creator: str, niche: str | None = None, posts: int = 20) -> Result:
        """The account's latest posts against norms, peers and themselves; verdict and reasons in `meta`."""
        from dwell.workspace.studies import vet

        return vet(self, self._known(creator), niche=niche, posts=posts)

    def topic(self, kind: str, name: str, *, days: int = 14) -> Result:
        """Posts of a hashtag, sound or search by share momentum; its day series and stage in `meta`."""
        from dwell.workspace.studies import topic

        return topic(self, kind, name, days=days)

    # --- watch time ----------------------------------------------------------------------------------------------

    def audit(self, *, creator: str) -> Result:
        """Which public ratio follows the account's measured watch time, or "cannot tell"."""
        from dwell.models.audit import audit

        return audit(self._rows(creator))

    def fit(self, *, creator: str | Sequence[str], target: str = "watch_ratio") -> dict[str, Any]:
        """Fit and store a model; the report says how well it does on posts that it did not see, or why it abstains.

        Several creators give a pooled model, whose transfer is tested by leaving out one at a time.
        """
        from dwell.models.artifact import save
        from dwell.models.fitting import fit
        from dwell.workspace.studies import with_topics

        creators = [creator] if isinstance(creator, str) else creator
        report, model = fit(with_topics(self, [row for name in creators for row in self._rows(name)]), target)
        if model is not None:
            save(model, self.store.root / "models")
        return report

    def score(self, *, creator: str, model: str | None = None, limit: int | None = None) -> Result:
        """Rank the account's posts by predicted watch time, with intervals; a level only where transfer was shown."""
        from dwell.workspace.scores import score

        return score(self, self._known(creator), model).head(limit)

    def report(self, *, creator: str, path: str | os.PathLike[str], tz: str = "UTC") -> Result:
        """Write the self-contained HTML page on one account."""
        from dwell.workspace.page import write_report

        return write_report(self, self._known(creator), Path(path), tz)

    # --- shared --------------------------------------------------------------------------------------------------

    def ask(self, metric: str, **parameters: Any) -> Result:
        """Run one metric of the catalogue (`dwell.metrics.catalog.METRICS`) over the stored tables."""
        from dwell.metrics.catalog import METRICS
        from dwell.metrics.compile import sql
        from dwell.settings.cache import private_cache

        return self.store.query(sql(metric, cache=private_cache("queries"), **parameters), METRICS[metric].tables)

    def _rows(self, creator: str, **options: Any) -> list[dict[str, Any]]:
        return list(self.posts(creator=creator, **options))

    def _whose(self, creator: str | None, platform: str | None) -> dict[str, str | None]:
        """Which posts are meant: an account's, a platform's, or TikTok's where neither is named."""
        handle = None if creator is None else self._known(creator)
        return {"handle": handle, "platform": platform or (None if handle else "tiktok")}

    def _known(self, creator: str) -> str:
        """The handle, if posts of it are stored; an account may also be named by its numeric id."""
        handle = handle_of(creator)
        if handle.isdigit() and len(handle) >= _SHORTEST_ID:
            named = self.store.query("SELECT handle FROM creators WHERE creator_id = ?", ["creators"], [handle])
            handle = next((row["handle"] for row in named), handle)
        stored = self.ask("creators_stored").column("handle")
        if handle not in stored:
            shown = ", ".join(f"@{name}" for name in stored[:5]) + (" …" if len(stored) > 5 else "")
            raise NoDataError(
                f"No posts of @{handle} are stored ({shown or 'nothing is'}); import an export of that account first."
            )
        return handle


def handle_of(creator: str) -> str:
    """`@Name`, `Name`, a profile link or the link of a post as a lower-case handle."""
    if "tiktok.com/" in creator.lower():
        from dwell.live.target import parse_account

        return parse_account(creator).name
    text = creator.strip().split("?")[0].rstrip("/")
    handle = text.rsplit("/", 1)[-1].lstrip("@").lower()
    if not handle:
        raise NoDataError(f"{creator!r} names no account; write it as @handle or as a profile link.")
    return handle


def _hints(*, columns: Mapping[str, str] | None = None, creator: str | None = None, **others: Any) -> Hints:
    return Hints(columns=columns or {}, handle=None if creator is None else handle_of(creator), **others)
