"""One data folder, and every query on it."""

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
from dwell.text.names import normalize_handle

if TYPE_CHECKING:
    from dwell.warehouse.store import Store
    from dwell.workspace.charts import Charts
    from dwell.workspace.explanations import Explanations
    from dwell.workspace.imports import Imports, Progress
    from dwell.workspace.live import Live

_MIN_ID_DIGITS = 15  # a handle that consists of digits is shorter


class Workspace:
    """Queries on one data folder; results are the same in shell, notebook and report.

    Args:
        settings: The settings, including the data folder.
        create: Create the folder if it does not exist.
    """

    def __init__(self, settings: Settings, *, create: bool = False) -> None:
        from dwell.warehouse.store import Store

        if settings.data.exists() and not settings.data.is_dir():
            raise StorageError(f"{settings.data} is a file; name a folder with --data or DWELL_DATA.")
        self.settings = settings
        self.store: Store = Store.open(settings, create=create)

    @cached_property
    def charts(self) -> Charts:
        """Charts: `ws.charts.benchmarks(creator="@h")` is an Altair chart."""
        from dwell.workspace.charts import Charts

        return Charts(self)

    @cached_property
    def live(self) -> Live:
        """Providers: `ws.live.sweep(SweepRequest(("@a", "@b")))` reads posts, `ws.live.cost()` shows what they cost."""
        from dwell.workspace.live import Live

        return Live(self)

    # --- data in and out ---------------------------------------------------------------------------------------------

    @staticmethod
    def formats() -> Result:
        """The file formats that `import_files` recognises."""
        from dwell.providers.format_registry import FORMATS

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
        """Load exports; rows that are already stored are not added twice. Takes the arguments of `dwell import`."""
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
        """Write a table, or `all` tables into a folder, as files that can be imported again.

        Returns:
            One row per file: table, path, rows.
        """
        from dwell.warehouse.export import export

        if table != "all" and table not in TABLES:
            raise NoDataError(f"Unknown table {table!r}; choose from {', '.join(TABLES)}, or all.")
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
        """Move the journal's rows to the lake now; imports do this themselves once there are enough rows."""
        return self.store.seal()

    # --- queries -----------------------------------------------------------------------------------------------------

    def status(self) -> Result:
        """What is stored: one row per creator; tables, sources, time span and unknown shares in `meta`."""
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

        Platforms are not mixed: TikTok, unless `platform` or a creator is given.
        """
        options = {"scheme": scheme, "include": include, "min_age_h": min_age_h, **self._post_filter(creator, platform)}
        result = self.ask("benchmarks", by=by, **options)
        left_out = next(iter(self.ask("exclusions", **options)))
        reasons = {name: count for name, count in left_out.items() if name not in {"total", "eligible"}}
        counts = {name: left_out[name] for name in ("total", "eligible")}
        meta = {"scheme": scheme, "by": by, "platform": options["platform"], **counts, "excluded": reasons}
        return Result(result.columns, result.rows, meta)

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
        """Posts with every ratio, bucket, percentile and multiple, by `sort`: highest first, unknown last."""
        filters = self._post_filter(creator, platform)
        result = self.ask("posts", scheme=scheme, include=include, min_age_h=min_age_h, **filters)
        if sort not in result.columns:
            raise NoDataError(f"Unknown column {sort!r}; sort by one of {', '.join(result.columns)}.")
        chosen = result.where("above_p90") if above_p90 else result
        return chosen.sorted_by(sort).head(limit)

    def tiers(self, *, creator: str, tz: str = "UTC", include: tuple[str, ...] = (), min_age_h: float = 72.0) -> Result:
        """What the best quarter of the account's posts has in common that the weakest lacks."""
        from dwell.models.tiers import tiers

        return tiers(self._post_rows(creator, include=include, min_age_h=min_age_h), tz)

    def trend(
        self, *, creator: str, every: str = "week", include: tuple[str, ...] = (), min_age_h: float = 72.0
    ) -> Result:
        """Per period: posts, median rates, change from the previous period, views per hour."""
        options: dict[str, Any] = {"handle": self._require_creator(creator), "include": include, "min_age_h": min_age_h}
        return replace(self.ask("trend", every=every, **options), meta={"every": every})

    def growth(self, *, creator: str) -> Result:
        """Views per hour between consecutive snapshots of each post."""
        return self.ask("growth", handle=self._require_creator(creator))

    def posting_times(
        self, *, creator: str, tz: str = "UTC", include: tuple[str, ...] = (), min_age_h: float = 72.0
    ) -> Result:
        """Median engagement rate by weekday and hour of posting, with n."""
        options: dict[str, Any] = {"handle": self._require_creator(creator), "include": include, "min_age_h": min_age_h}
        return replace(self.ask("posting_times", tz=tz, **options), meta={"tz": tz})

    def vet(self, *, creator: str, niche: str | None = None, posts: int = 20) -> Result:
        """Check the account's latest posts against norms, peers and each other; verdict and reasons in `meta`."""
        from dwell.workspace.studies import vet

        return vet(self, self._require_creator(creator), niche=niche, posts=posts)

    def topic(self, kind: str, name: str, *, days: int = 14) -> Result:
        """Posts of a hashtag, sound or search by share momentum; its daily series and stage in `meta`."""
        from dwell.workspace.studies import topic

        return topic(self, kind, name, days=days)

    # --- watch time --------------------------------------------------------------------------------------------------

    def audit(self, *, creator: str) -> Result:
        """Which public ratio follows the account's measured watch time, or "cannot tell"."""
        from dwell.models.audit import audit

        return audit(self._post_rows(creator))

    def fit(self, *, creator: str | Sequence[str], target: str = "watch_ratio") -> dict[str, Any]:
        """Fit and store a model; the report gives its skill on unseen posts, or why it abstains.

        Several creators give a pooled model, whose transfer is tested by leaving out one creator at a time.
        """
        from dwell.models.artifact import save
        from dwell.models.fitting import fit
        from dwell.workspace.studies import with_topics

        creators = [creator] if isinstance(creator, str) else creator
        report, model = fit(with_topics(self, [row for name in creators for row in self._post_rows(name)]), target)
        if model is not None:
            save(model, self.store.root / "models")
        return report

    def score(self, *, creator: str, model: str | None = None, limit: int | None = None) -> Result:
        """Rank the account's posts by predicted watch time, with intervals; a level only where transfer was shown."""
        from dwell.workspace.scores import score

        return score(self, self._require_creator(creator), model).head(limit)

    def report(self, *, creator: str, path: str | os.PathLike[str], tz: str = "UTC") -> Result:
        """Write the self-contained HTML page about one account."""
        from dwell.workspace.page import write_report

        return write_report(self, self._require_creator(creator), Path(path), tz)

    # --- shared ------------------------------------------------------------------------------------------------------

    def ask(self, metric: str, **parameters: Any) -> Result:
        """Run one metric of the catalogue (`dwell.metrics.catalog.METRICS`) over the stored tables."""
        from dwell.metrics.catalog import METRICS
        from dwell.metrics.compile import sql
        from dwell.settings.cache import private_cache

        rolled_up = self.store.has_rollup()
        query = sql(metric, cache=private_cache("queries"), rolled_up=rolled_up, **parameters)
        return self.store.query(query, METRICS[metric].reads(rolled_up=rolled_up))

    def _post_rows(self, creator: str, **options: Any) -> list[dict[str, Any]]:
        return list(self.posts(creator=creator, **options))

    def _post_filter(self, creator: str | None, platform: str | None) -> dict[str, str | None]:
        """Select posts: of an account, of a platform, or of TikTok if neither is given."""
        handle = None if creator is None else self._require_creator(creator)
        return {"handle": handle, "platform": platform or (None if handle else "tiktok")}

    def _require_creator(self, creator: str) -> str:
        """The handle of an account with stored posts, given by handle or numeric id."""
        handle = parse_handle(creator)
        if handle.isdigit() and len(handle) >= _MIN_ID_DIGITS:
            rows = self.store.query("SELECT handle FROM creators WHERE creator_id = ?", ["creators"], [handle])
            handle = next((row["handle"] for row in rows), handle)
        stored = self.ask("creators_stored").column("handle")
        if handle not in stored:
            examples = ", ".join(f"@{name}" for name in stored[:5]) + (" …" if len(stored) > 5 else "")
            known = f" (stored: {examples})" if examples else ""
            raise NoDataError(f"No posts of @{handle} are stored{known}; import an export of that account first.")
        return handle


def parse_handle(creator: str) -> str:
    """Parse `@Name`, `Name`, a profile link or the link of a post to a lower-case handle."""
    if "tiktok.com/" in creator.lower():
        from dwell.live.target import parse_account

        return parse_account(creator).name
    text = creator.strip().split("?")[0].rstrip("/")
    handle = normalize_handle(text.rsplit("/", 1)[-1])
    if not handle:
        raise NoDataError(f"{creator!r} isn't an account; write it as @handle or as a profile link.")
    return handle


def _hints(*, columns: Mapping[str, str] | None = None, creator: str | None = None, **others: Any) -> Hints:
    return Hints(columns=columns or {}, handle=None if creator is None else parse_handle(creator), **others)
