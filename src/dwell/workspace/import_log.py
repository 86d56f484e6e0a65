"""The log of imports, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.disk.errors import os_error
from dwell.errors import NoDataError
from dwell.models import artifact
from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.warehouse import batches
from dwell.warehouse.batches import Batch
from dwell.warehouse.contributions import read_log
from dwell.warehouse.erased_files import REJECTS
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.store import Store

if TYPE_CHECKING:
    from dwell.warehouse.undo import Undone

COLUMNS = (
    "import", "kind", "file", "format", "as_of", "imported_at", "rows_read", "rejected", "rows_new", "rows_updated",
    "rows_removed", "undone_at", "undoable",
)  # fmt: skip
UNDO_COLUMNS = ("table", "rows_removed", "rows_restored")

FILE = "file"
_REMOVALS = {
    batches.SET_ASIDE: "set aside",
    batches.ERASURE: "erasure",
    batches.DAMAGE: "damage",
    batches.UNDO: "undo",
}
_PROVIDER_KINDS = {"sweep": "sweep or sync", "tracking": "tracking", "states": "sweep or sync"}


def list_imports(store: Store) -> Result:
    """One row per change of the tables, newest first; see `Workspace.imports`."""
    log, since = read_log(store.root)
    undone = {batch.report["undone"]: batch.at for _, batch in log if batch.format == batches.UNDO}
    rows = [_row(seq, batch, undone, since) for seq, batch in reversed(log)]
    return Result(COLUMNS, rows)


def _row(seq: int, batch: Batch, undone: Mapping[str, Any], since: int | None) -> tuple[Any, ...]:
    report, kind = batch.report, _kind(batch)
    is_removal = batch.format in batches.REMOVALS
    undone_at = undone.get(batch.batch_id)
    return (
        import_name(batch.batch_id),
        kind,
        None if is_removal else batch.path,
        batch.format,
        report.get("as_of"),
        batch.at,
        report.get("rows_read"),
        report.get("rejected"),
        _known(report.get("rows_new")),
        _known(report.get("rows_updated")),
        _known(report["rows"]) if is_removal else {},
        undone_at,
        kind == FILE and undone_at is None and since is not None and seq > since,
    )


def _kind(batch: Batch) -> str:
    """`file`, what a provider's rows came by, or how rows were removed."""
    if batch.format in batches.PROVIDER_FORMATS:
        return _PROVIDER_KINDS.get(batch.path.partition("-")[0], "provider")
    return _REMOVALS.get(batch.format, FILE)


def _known(counts: Mapping[str, int] | None) -> dict[str, int]:
    return {name: rows for name, rows in (counts or {}).items() if rows}


def undo_import(store: Store, name: str, *, dry_run: bool) -> Result:
    """Takes an import back; see `Workspace.undo`."""
    from dwell.warehouse.undo import plan_undo, undo  # the list of imports needs no engine

    found = _find(store, name)
    if dry_run:
        undone = plan_undo(store.root, store.settings, found.batch_id)
    else:
        store.require_writable()
        with store.writing():
            undone = undo(store.root, store.settings, found.batch_id, clock.now())
        _remove_rejects(store, found)
    tables = dict.fromkeys([*undone.removed, *undone.changed])
    rows = [(table, undone.removed.get(table, 0), undone.changed.get(table, 0)) for table in tables]
    meta = {
        "import": import_name(found.batch_id),
        "file": found.path,
        "imported_at": found.at.isoformat(),
        "as_of": found.report.get("as_of"),
        "done": not dry_run,
        "warnings": _warnings(store, undone),
    }
    return Result(UNDO_COLUMNS, rows, meta)


def _find(store: Store, name: str) -> Batch:
    """The batch whose id begins so.

    Raises:
        NoDataError: There is none, or several.
    """
    wanted = name.strip().lower()
    found = [batch for batch in store.batches() if wanted and batch.batch_id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(batch.batch_id for batch in found)
        raise NoDataError(f"{name} begins the ids of several imports ({listed}): write more of it.")
    raise NoDataError(f"No import has the id {name}: dwell imports lists them.")


def _remove_rejects(store: Store, batch: Batch) -> None:
    """The file with the rows that the import rejected goes with it."""
    if rejects_file := batch.report.get("rejects_file"):
        path = store.root / REJECTS / rejects_file
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise os_error(path, error) from error


def _warnings(store: Store, undone: Undone) -> list[str]:
    """What has the rows besides the tables, each with its cure."""
    if not undone.removed and not undone.changed:
        return []
    found = []
    at = undone.batch.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    later = [entry["model_id"] for entry in artifact.list_models(store.root / "models") if entry["trained_at"] >= at]
    if later:
        found.append(
            f"{pluralize(len(later), 'model')} fitted after this import may have learnt from its rows "
            f"({', '.join(later[:3])}{' …' if len(later) > 3 else ''}): run dwell fit again, or dwell models delete."
        )
    for address, schema in store.destinations():
        where = f"{address}{f' --schema {schema}' if schema else ''}"
        found.append(f"{address} has its rows until the next dwell load --to {where}.")
    return found
