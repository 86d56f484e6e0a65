"""One data folder, and every query on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Concatenate, Literal, ParamSpec, TypeVar

from dwell.disk.paths import require_reachable
from dwell.errors import NoDataError, SettingsError, StorageError
from dwell.records import TABLES, Hints
from dwell.results import Result
from dwell.settings import Settings
from dwell.workspace.creators import parse_handle
from dwell.workspace.result_cache import ResultCache
from dwell.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from dwell.warehouse.store import Store
    from dwell.workspace.charts import Charts
    from dwell.workspace.connections import Connections
    from dwell.workspace.explanations import Explanations
    from dwell.workspace.imports import Imports, Progress
    from dwell.workspace.live import Live
    from dwell.workspace.loads import LoadRequest
    from dwell.workspace.models import Models
    from dwell.workspace.syncs import Syncs

Answer = TypeVar("Answer")
Options = ParamSpec("Options")


def _in_one_snapshot(
    question: Callable[Concatenate[Snapshot, Options], Answer],
) -> Callable[Concatenate[Workspace, Options], Answer]:
    """A question of `Snapshot` as one of `Workspace`, which opens a snapshot for it alone."""

    @wraps(question)
    def ask(workspace: Workspace, /, *words: Options.args, **options: Options.kwargs) -> Answer:
        with workspace.snapshot() as snapshot:
            return question(snapshot, *words, **options)

    return ask


class Workspace:
    """Queries on one data folder; results are the same in shell, notebook and report.

    Args:
        settings: The settings, including the data folder.
        create: Create the folder if it does not exist.
    """

    def __init__(self, settings: Settings, *, create: bool = False) -> None:
        from dwell.warehouse.store import Store

        require_reachable(settings.data)
        if settings.data.exists() and not settings.data.is_dir():
            raise StorageError(f"{settings.data} is a file; name a folder with --data or DWELL_DATA.")
        self.settings = settings
        self.store: Store = Store.open(settings, create=create)
        self._results = ResultCache()

    def __repr__(self) -> str:
        from dwell.workspace.overview import to_text

        return to_text(type(self).__name__, self.store.root, self.store.rows())

    def _repr_html_(self) -> str:
        """What a notebook shows: the folder, and the rows of its tables."""
        from dwell.workspace.overview import to_html

        return to_html(self.store.root, self.store.rows())

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One instant of the data, for a `with` block: `with ws.snapshot() as s: s.posts(creator="@h")`.

        Every question inside sees the same rows, whatever is imported or sealed meanwhile, and all share one
        connection. Use it in one thread, and for less than a day.
        """
        return closing(Snapshot(self.store, self._results))

    @cached_property
    def charts(self) -> Charts:
        """Charts: `ws.charts.benchmarks(creator="@h")` is an Altair chart."""
        from dwell.workspace.charts import Charts

        return Charts(self.snapshot)

    @cached_property
    def live(self) -> Live:
        """Providers: `ws.live.sweep(["@a", "@b"], posts=200)` reads posts, `ws.live.cost()` shows what they cost."""
        from dwell.workspace.live import Live

        return Live(self)

    @cached_property
    def connections(self) -> Connections:
        """Connected accounts: `ws.connections.list_all()` says what each may read and what it lacks."""
        from dwell.workspace.connections import Connections

        return Connections(self)

    @cached_property
    def syncs(self) -> Syncs:
        """Reading connected accounts: `ws.syncs.run()` stores what TikTok shows of them."""
        from dwell.workspace.syncs import Syncs

        return Syncs(self)

    @cached_property
    def models(self) -> Models:
        """Stored models: `ws.models.list_all()`, `show`, `delete`, `set_default`."""
        from dwell.workspace.models import Models

        return Models(self)

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
        decimal: Literal[".", ","] | None = None,
        percent: bool | None = None,
        suffixes: Mapping[str, int] | None = None,
        dry_run: bool = False,
        max_rejects: int | None = None,
        progress: Progress | None = None,
    ) -> Imports:
        """Load exports; rows that are already stored are not added twice. Takes the arguments of `dwell import`.

        With `max_rejects`, nothing is stored of a file with more rejects: it is one of the `failures`.
        """
        from dwell.workspace.imports import import_files

        hints = _hints(
            format=format, as_of=as_of, columns=columns, creator=creator, niche=niche, dates=dates, tz=tz,
            decimal=decimal, percent=percent, suffixes=suffixes,
        )  # fmt: skip
        return import_files(self.store, paths, hints, dry_run=dry_run, max_rejects=max_rejects, progress=progress)

    def explain_import(
        self, paths: Iterable[str | os.PathLike[str]], *, lines: Iterable[int] = (), **options: Any
    ) -> Explanations:
        """Show what each step of an import makes of rows; nothing is stored. Options are those of `import_files`."""
        from dwell.workspace.explanations import explain_files

        return explain_files(self.store, paths, _hints(**options), lines)

    def export(
        self,
        table: str,
        *,
        path: str | os.PathLike[str] | BinaryIO | None = None,
        format: Literal["parquet", "csv", "jsonl"] = "parquet",
    ) -> Result:
        """Write a table, or `all` stored tables into a folder, as files that can be imported again.

        A single table can be written to an open binary stream as well.

        A derived table (`tiktok_organic_videos`) is written, too; its rows come from stored ones, so it is not part of
        `all`, and no import.

        Returns:
            One row per file: table, path, rows.
        """
        from dwell.disk.permissions import shared_files
        from dwell.warehouse.export import export_tables
        from dwell.workspace.derived import derived_tables

        derived = derived_tables()
        if table != "all" and table not in TABLES and table not in derived:
            raise NoDataError(f"Unknown table {table!r}; choose from {', '.join([*TABLES, *derived])}, or all.")
        if path is not None and not isinstance(path, (str, os.PathLike)):
            rows = export_tables(self.store, {table: path}, format, derived)
            return Result(("table", "path", "rows"), [(table, "-", rows[table])])
        if table == "all":
            folder, stored = Path(path or "dwell-export"), self.store.rows()
            targets = {name: folder / f"{name}.{format}" for name in TABLES if stored[name]}
        else:
            targets = {table: Path(path or f"{table}.{format}")}
        with shared_files():
            for folder in {target.parent for target in targets.values()}:
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise StorageError(f"Cannot write to {folder}: {error.strerror}; choose another -o.") from error
            rows = export_tables(self.store, targets, format, derived)
        return Result(("table", "path", "rows"), [(name, str(target), rows[name]) for name, target in targets.items()])

    def load(
        self, request: LoadRequest, *, full: bool = False, on_table: Callable[[str], None] | None = None
    ) -> Result:
        """Load tables into a database or a folder: `ws.load(LoadRequest("duckdb:analytics.duckdb"))`.

        Only what changed since the last load is written, all tables in one transaction.

        Args:
            request: Where to, and which tables.
            full: Write the tables anew.
            on_table: Is told each table before it is loaded.

        Returns:
            A row a table: `loaded` rows, `rows` at the destination, and `how`: `unchanged`, `new rows`, `all rows`.
        """
        from dwell.workspace.loads import load

        return load(self.store, request, full=full, on_table=on_table)

    def forget(
        self,
        account: str | None = None,
        *,
        person: str | None = None,
        platform: str | None = None,
        destinations: Iterable[str] = (),
        schema: str | None = None,
        dry_run: bool = False,
    ) -> Result:
        """Erase what is stored about an account (`ws.forget("@h")`) or a writer of comments (`person="h"`).

        Asks nothing: look at `dry_run=True` first. Killed at any moment, the same call does the rest.

        Args:
            account: The account, with its posts and everything about them; or its numeric id.
            person: Who wrote comments. Either this or an account.
            platform: Only what is of this platform.
            destinations: Addresses that tables were loaded to, besides those that the folder knows.
            schema: Schema of the tables there.
            dry_run: Change nothing.

        Returns:
            One row per place and table, see `dwell.workspace.forget.forget`; `meta["not_reached"]` says what is left.
        """
        from dwell.workspace.forget import forget

        if (account is None) == (person is None):
            raise SettingsError("Name either an account or a person.")
        if not dry_run and (live := self.__dict__.pop("live", None)) is not None:
            live.close()  # nobody may use the state meanwhile, this workspace neither
        result = forget(
            self.store, "person" if account is None else "account", account or person or "", platform=platform,
            destinations=tuple(destinations), schema=schema, dry_run=dry_run,
        )  # fmt: skip
        if not dry_run:
            self._results = ResultCache()
        return result

    def imports(self) -> Result:
        """What changed the tables, newest first: imports of files, what sweeps and syncs loaded, what removed rows.

        Returns:
            One row each: its id (`import`), `kind`, `file`, `format`, `as_of` as it was given, `imported_at`,
            `rows_read`, `rejected`, `rows_new`, `rows_updated` and `rows_removed` by table, `undone_at`, and whether it
            can be undone (`undoable`).
        """
        from dwell.workspace.import_log import list_imports

        return list_imports(self.store)

    def undo(self, name: str, *, dry_run: bool = False) -> Result:
        """Take an import back: the tables then have exactly what the other imports would have given without it.

        Asks nothing: look at `dry_run=True` first. Killed at any moment, it is undone or not.

        Args:
            name: The id of the import, or how it begins; see `imports`.
            dry_run: Change nothing.

        Returns:
            One row per table: rows that go (`rows_removed`), and rows that get back what other imports gave
            (`rows_restored`). In `meta` the `import`, its `file`, `as_of` and `imported_at`, and `done`.

        Raises:
            NoDataError: There is no such import.
            UndoError: It cannot be undone exactly; the message says what stands in the way. Nothing was changed.
        """
        from dwell.workspace.import_log import undo_import

        result = undo_import(self.store, name, dry_run=dry_run)
        if not dry_run:
            self._results = ResultCache()
        return result

    def seal(self) -> int:
        """Move the journal's rows to the lake now; imports do this themselves once there are enough rows."""
        return self.store.seal()

    # --- questions, each in a snapshot of its own --------------------------------------------------------------------

    def status(self, *, creator: str | None = None) -> Result:
        """What is stored, see `Snapshot.status`; `connections` in `meta` lists connected accounts that will end."""
        from dwell.workspace.status import with_connections, with_erasure

        with self.snapshot() as snapshot:
            return with_erasure(self, with_connections(self, snapshot.status(creator=creator)))

    ask = _in_one_snapshot(Snapshot.ask)
    table = _in_one_snapshot(Snapshot.table)
    sql = _in_one_snapshot(Snapshot.sql)
    findings = _in_one_snapshot(Snapshot.findings)
    benchmarks = _in_one_snapshot(Snapshot.benchmarks)
    posts = _in_one_snapshot(Snapshot.posts)
    tiers = _in_one_snapshot(Snapshot.tiers)
    trend = _in_one_snapshot(Snapshot.trend)
    compare = _in_one_snapshot(Snapshot.compare)
    growth = _in_one_snapshot(Snapshot.growth)
    posting_times = _in_one_snapshot(Snapshot.posting_times)
    audience_hours = _in_one_snapshot(Snapshot.audience_hours)
    traffic_sources = _in_one_snapshot(Snapshot.traffic_sources)
    reconcile = _in_one_snapshot(Snapshot.reconcile)
    vet = _in_one_snapshot(Snapshot.vet)
    topic = _in_one_snapshot(Snapshot.topic)
    audit = _in_one_snapshot(Snapshot.audit)
    retention = _in_one_snapshot(Snapshot.retention)
    retention_points = _in_one_snapshot(Snapshot.retention_points)
    fit = _in_one_snapshot(Snapshot.fit)
    score = _in_one_snapshot(Snapshot.score)
    report = _in_one_snapshot(Snapshot.report)


def _hints(
    *, columns: Mapping[str, str] | None = None, creator: str | None = None,
    suffixes: Mapping[str, int] | None = None, **others: Any,
) -> Hints:  # fmt: skip
    lowered = {text.lower(): factor for text, factor in (suffixes or {}).items()}
    return Hints(
        columns=columns or {}, suffixes=lowered, handle=None if creator is None else parse_handle(creator), **others
    )
