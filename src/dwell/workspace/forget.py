"""Erasing what is stored about a person: planned, done to its end also after kill -9, and receipted.

The request is on the disk before anything is changed. Each step finds by itself what is left to do, so the same command
does the rest after it was killed. The state comes first: a response that is kept would bring rows back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dwell import clock, logs
from dwell.connections.disconnect import disconnect
from dwell.disk.errors import is_in_use
from dwell.disk.lock import try_exclusive
from dwell.disk.temporary import temporary_folder
from dwell.disk.unwritable import takes_files
from dwell.errors import StorageError
from dwell.models.named_models import list_named
from dwell.records.personal import Kind, Subject
from dwell.results import Result
from dwell.settings import Settings
from dwell.settings.cache import private_cache
from dwell.state import connections, reclaim
from dwell.state import erasure as state_erasure
from dwell.state.backup import copy_state
from dwell.state.database import NAME as STATE
from dwell.state.database import READY, StateDatabase
from dwell.text.mentions import Mentions
from dwell.warehouse import Store, erasure, journal
from dwell.warehouse.destinations.address import without_password
from dwell.warehouse.erased_files import count_files, erase_files
from dwell.workspace import erasure_reach
from dwell.workspace.creators import parse_handle
from dwell.workspace.erasure_reach import NotReached
from dwell.workspace.erasure_records import (
    ERASURE_LOCK,
    Request,
    can_be_mentioned,
    find_receipts,
    new_request,
    nothing_stored,
    read_request,
    remove_request,
    write_receipt,
    write_request,
)
from dwell.workspace.state import open_state

COLUMNS = ("place", "table", "rows", "at")
_TABLES, _STATE, _FILES, _MODELS, _CACHE = "tables", "state", "files", "models", "query cache"
_PASSES = 3
_LEAST_ID = 15  # digits of an account's id; a handle of digits alone is shorter

log = logs.get_logger(__name__)


@dataclass
class _Work:
    """An erasure, as it is planned or done.

    Attributes:
        store: The tables.
        database: The state; None where the folder has none, or none of the chosen platform.
        request: What is to be erased.
        missed: What was not reached.
    """

    store: Store
    database: StateDatabase | None
    request: Request
    missed: list[NotReached] = field(default_factory=list)

    @property
    def root(self) -> Path:
        """The data folder."""
        return self.store.root

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        return self.request.subject

    @property
    def mentions(self) -> Mentions:
        """How texts name them."""
        return erasure.mentions_of(self.subject)


def forget(
    store: Store,
    kind: Kind,
    name: str,
    *,
    platform: str | None = None,
    destinations: Sequence[str] = (),
    schema: str | None = None,
    dry_run: bool = False,
) -> Result:
    """Erase what is stored about an account, or about the writer of comments.

    Args:
        store: The tables.
        kind: `account` or `person`.
        name: The handle.
        platform: Only what is of this platform.
        destinations: Addresses that tables were loaded to, besides those that the folder knows.
        schema: Schema of the tables there.
        dry_run: Only plan it.

    Returns:
        One row per place and table: `rows` that are erased (null where that is not known yet), and when (`at`). In
        `meta` what was `asked`, the `names` and the `platform`, `done`, `not_reached` (place, detail, cure), `receipt`
        (its path) and `earlier` receipts of the same name.

    Raises:
        NoDataError: Nothing is stored about them.
        StorageError: The folder is in use, another erasure has not ended, or something cannot be written; the same
            command does the rest.
    """
    handle = parse_handle(name)
    is_id = kind == "account" and handle.isdigit() and len(handle) >= _LEAST_ID
    subject = Subject(kind, platform, **{"account_ids" if is_id else "names": {handle}})
    asked = f"@{handle}" if kind == "account" else f"--person {handle}"
    asked += f" --platform {platform}" if platform else ""
    named = [(without_password(each), schema) for each in destinations]
    request = new_request(asked, subject, named, clock.now())
    if dry_run:
        with _opened(store, _continued(store.root, request), only_plans=True) as work:
            return _plan(work, handle)
    with try_exclusive(store.root / ERASURE_LOCK) as alone:
        if not alone:
            raise StorageError("Another dwell forget is running in this folder: wait until it has ended.")
        continued = _continued(store.root, request)
        _require_unused(store)
        with _opened(store, continued) as work:
            if work.database is not None and not reclaim.is_unused(work.database):
                raise _in_use(work.database.name)
            return _do(work, handle)


def _continued(root: Path, request: Request) -> Request:
    """The request, or the same one that was stopped.

    Raises:
        StorageError: Another one was stopped.
    """
    before = read_request(root)
    if before is None:
        return request
    if before.asked != request.asked:
        raise StorageError(f"An erasure has not ended: run dwell forget {before.asked} first.")
    before.destinations += [each for each in request.destinations if each not in before.destinations]
    return before


@contextmanager
def _opened(store: Store, request: Request, *, only_plans: bool = False) -> Iterator[_Work]:
    has_state = store.settings.database is not None or (store.root / STATE).exists()
    # Providers and connections are of TikTok alone.
    if not has_state or request.subject.platform not in {None, "tiktok"}:
        yield _Work(store, None, request)
        return
    with closing(open_state(store)) as database:
        if not only_plans or database.path is None or takes_files(store.root):
            yield _Work(store, database, request)
            return
        # A plan counts what a transaction removes, and takes it back: where nothing can be written, that of a copy.
        with temporary_folder("dwell-read-") as folder:
            copy_state(database, folder / STATE)
            with closing(StateDatabase(folder / STATE)) as copy:
                yield _Work(store, copy, request)


def _require_unused(store: Store) -> None:
    for name in (journal.NAME, STATE):
        if is_in_use(store.root / name):
            raise _in_use(str(store.root))


def _in_use(name: str) -> StorageError:
    return StorageError(
        f"{name} is in use: stop every `dwell serve`, worker, `dwell run`, sweep and notebook that uses it, then run "
        "the same command again."
    )


def _complete(work: _Work) -> None:
    """Finds everything by which rows are recognised."""
    before = -1
    while before != work.subject.size():
        erasure.find_subject(work.store, work.subject)  # all that the tables know
        before = work.subject.size()
        if work.database is not None:
            state_erasure.find_subject(work.database, work.subject, erasure.mentions_of)


def _count(work: _Work) -> bool:
    """Notes what is there; says whether that is anything beside files that would go in any case."""
    in_tables = erasure.find_rows(work.store, work.subject)
    work.request.imports = sorted({*work.request.imports, *in_tables.imports})
    found = [(_TABLES, *item) for item in in_tables.rows.items()]
    by_mention = bool(found) or can_be_mentioned(work.subject)
    if work.database is not None:
        responses = state_erasure.find_responses(work.database, work.mentions) if by_mention else []
        counts = state_erasure.count(work.database, work.subject, work.mentions, responses)
        found += [(_STATE, name, number) for name, number in counts.items() if number]
    if not found and not by_mention:
        return False
    found += [(_MODELS, path.name, 1) for path in _models(work)]
    files = count_files(work.root, work.store.settings, work.subject, work.mentions, work.request.imports)
    of_person = {name: number for name, number in files.items() if name not in {"damaged", "replaced"}}
    if not found and not of_person:
        return False
    found += [(_FILES, name, number) for name, number in files.items()]
    if queries := len(list(_cached_queries(work))):
        found.append((_CACHE, "queries", queries))
    for place, table, number in found:
        work.request.count(place, table, number)
    return True


def _models(work: _Work) -> list[Path]:
    return list(list_named(work.root / "models", work.mentions, work.subject.platform))


def _cached_queries(work: _Work) -> Iterator[Path]:
    """Compiled queries of this user that have the name in them; other folders' questions compile theirs again."""
    folder, words = private_cache("queries"), work.mentions.of_words()
    for path in folder.glob("*.sql") if folder is not None else ():
        if words.occur_in(path.read_text("utf-8", "replace")):
            yield path


def _plan(work: _Work, handle: str) -> Result:
    _complete(work)
    if not _count(work) and read_request(work.root) is None:
        raise nothing_stored(work.root, work.subject, handle)
    places = erasure_reach.list_destinations(work.store, work.database, work.request)
    rows = [(*row, None) for row in work.request.rows]
    rows += [(f"destination {address}", "all tables", None, None) for address, _ in places]
    return Result(COLUMNS, rows, _describe(work, handle, done=False, receipt=None, missed=_limits(work)))


def _do(work: _Work, handle: str) -> Result:
    _complete(work)
    is_resumed = read_request(work.root) is not None
    if not _count(work) and not is_resumed:
        raise nothing_stored(work.root, work.subject, handle)
    write_request(work.root, work.request)
    limits = _limits(work)
    # A schedule that names a destination may go with the account.
    places = erasure_reach.list_destinations(work.store, work.database, work.request)
    work.request.destinations = [[*place] for place in places]
    write_request(work.root, work.request)
    for _ in range(_PASSES):
        _erase(work)
        _complete(work)
        if not _count(work):
            break
        write_request(work.root, work.request)  # rows came meanwhile
    else:
        cure = f"Stop what reads the account, then run dwell forget {work.request.asked} again."
        work.missed.append(NotReached(_TABLES, "Rows came while others were erased.", cure))
    work.missed += erasure_reach.erase_there(work.store, places, work.request)
    write_request(work.root, work.request)
    work.store.purge()
    if work.database is not None:
        reclaim.reclaim(work.database)
    return _finish(work, handle, limits)


def _erase(work: _Work) -> None:
    """One pass over everything in the folder; each step is done whole, or is done again."""
    if work.database is not None:
        _disconnect(work, work.store.settings, work.database)
        responses = state_erasure.find_responses(work.database, work.mentions)
        state_erasure.erase(work.database, work.subject, work.mentions, responses)
    work.store.erase(work.subject, clock.now())
    erase_files(work.root, work.store.settings, work.subject, work.mentions, work.request.imports)
    unfinished = work.root / f"{STATE}{READY}"  # of a repair that was killed: the state as it was
    for path in (*_models(work), *_cached_queries(work), unfinished):
        path.unlink(missing_ok=True)


def _disconnect(work: _Work, settings: Settings, database: StateDatabase) -> None:
    """Ends the access to the account before its row goes: TikTok is told."""
    for row in connections.list_all(database) if work.subject.kind == "account" else ():
        is_theirs = row.open_id in work.subject.open_ids or (row.username or "").lower() in work.subject.names
        if is_theirs and row.disconnected_at is None:
            problem = disconnect(settings, database, row)
            if problem is not None:
                cure = "Remove the app in the TikTok app, at Settings, Security, App permissions."
                work.missed.append(NotReached("TikTok", f"It was not told that the access ends: {problem}", cure))


def _limits(work: _Work) -> list[NotReached]:
    """What cannot be reached whatever happens."""
    on_server = work.store.settings.database is not None
    missed = erasure_reach.always(work.request.asked, on_server=on_server)
    missed += erasure_reach.of_mentions(erasure.count_mentions(work.store, work.subject))
    if work.database is not None:
        missed += erasure_reach.of_schemas(work.database)
    if work.subject.kind == "person":
        account = Subject("account", work.subject.platform, names=set(work.subject.names))
        counts = erasure.find_rows(work.store, account).rows
        if counts.keys() - {"comments", "owned_comments"}:
            (name,) = account.names
            detail = f"@{name} is also an account here, with rows in {', '.join(counts)}."
            missed.append(NotReached(f"@{name}", detail, f"Run dwell forget @{name}"))
    return missed


def _finish(work: _Work, handle: str, limits: Sequence[NotReached]) -> Result:
    now = clock.now()
    missed = [*work.missed, *limits]
    rows = [(*row, now) for row in work.request.rows]
    shown = [{"place": place, "table": table, "rows": number} for place, table, number in work.request.rows]
    content = {"erased_at": now.isoformat(), "rows": shown, "not_reached": erasure_reach.to_json(missed)}
    path = write_receipt(work.root, work.request, work.mentions.in_files().redact(content))
    remove_request(work.root)
    log.info("an erasure has ended: %(receipt)s", {"receipt": path.name})
    return Result(COLUMNS, rows, _describe(work, handle, done=True, receipt=str(path), missed=missed))


def _describe(
    work: _Work, handle: str, *, done: bool, receipt: str | None, missed: Sequence[NotReached]
) -> dict[str, Any]:
    earlier = [each for each in find_receipts(work.root, handle) if each["path"] != receipt]
    return {
        "asked": work.request.asked,
        "names": sorted(work.subject.names),
        "platform": work.subject.platform,
        "done": done,
        "not_reached": erasure_reach.to_json(missed),
        "receipt": receipt,
        "earlier": earlier,
    }
