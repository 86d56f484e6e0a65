"""Whose posts a question is about: one account, those of a niche or a watchlist, or all of a platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError, SettingsError
from dwell.results import Result
from dwell.text.nearest import did_you_mean
from dwell.workspace.creators import find_account

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant

_PLATFORM = "tiktok"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """The accounts whose posts are chosen.

    Attributes:
        filters: The parameters of metrics that choose their posts: handle (one, several as a tuple, or None), platform.
        words: What to call them: `niche cooking`; None for one account, or all.
        meta: What results say of them: the niche or watchlist, and the number of `accounts` with stored posts.
        warnings: What a reader must know of them.
    """

    filters: Mapping[str, Any]
    words: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    def describe(self, result: Result) -> Result:
        """The result with what it must say of the accounts."""
        if self.words is None:
            return result
        warnings = [*result.meta.get("warnings", ()), *self.warnings]
        return replace(result, meta={**result.meta, **self.meta, **({"warnings": warnings} if warnings else {})})


def find_group(
    snapshot: Instant, creator: str | None, platform: str | None, niche: str | None, watchlist: str | None
) -> AccountGroup:
    """The accounts that the user named; all of a platform where none is named.

    Raises:
        SettingsError: More than one of account, niche and watchlist is named.
        NoDataError: There is no such one, or none of its posts is stored.
    """
    if sum(name is not None for name in (creator, niche, watchlist)) > 1:
        raise SettingsError("Name one of these only: an account, a niche, a watchlist.")
    if creator is not None:
        return AccountGroup({"platform": None, **find_account(snapshot, creator, platform)})
    platform = platform or _PLATFORM
    if niche is not None:
        return _find_niche(snapshot, niche.strip(), platform)
    if watchlist is not None:
        return _find_watchlist(snapshot, watchlist.strip(), platform)
    return AccountGroup({"handle": None, "platform": platform})


def _find_niche(snapshot: Instant, niche: str, platform: str) -> AccountGroup:
    rows = [row for row in snapshot.ask("creators") if row["platform"] == platform and row["posts"]]
    handles = tuple(sorted(row["handle"] for row in rows if row["niche"] == niche))
    if not handles:
        known = sorted({row["niche"] for row in rows if row["niche"]})
        raise NoDataError(
            f"No account of the niche {niche!r} on {platform} has stored posts.{did_you_mean(niche, known)}"
            f" Niches: {', '.join(known) or 'none'}; an import with --niche gives one."
        )
    filters = {"handle": handles, "platform": platform}
    return AccountGroup(filters, f"niche {niche}", {"niche": niche, "accounts": len(handles)})


def _find_watchlist(snapshot: Instant, watchlist: str, platform: str) -> AccountGroup:
    names = _read_watchlist(snapshot, watchlist)
    ids = {row["creator_id"]: row["handle"] for row in snapshot.ask("creator_ids") if row["platform"] == platform}
    stored = {row["handle"] for row in snapshot.ask("handles") if row["platform"] == platform}
    handles = {name: ids.get(name, name) for name in names}
    found = tuple(sorted({handle for handle in handles.values() if handle in stored}))
    lacking = [f"@{name}" for name, handle in handles.items() if handle not in stored]
    listed = ", ".join(lacking[:_NAMED]) + (" …" if len(lacking) > _NAMED else "")
    if not found:
        raise NoDataError(
            f"No posts of the accounts of watchlist {watchlist!r} on {platform} are stored ({listed}); read them with "
            f"dwell sweep --watchlist {watchlist}."
        )
    verb = "has" if len(lacking) == 1 else "have"
    some = f"{len(lacking):,} of {len(names):,} accounts of watchlist {watchlist} {verb} no stored posts: {listed}."
    meta = {"watchlist": watchlist, "accounts": len(found), "accounts_listed": len(names)}
    filters = {"handle": found, "platform": platform}
    return AccountGroup(filters, f"watchlist {watchlist}", meta, [some] if lacking else [])


def _read_watchlist(snapshot: Instant, watchlist: str) -> list[str]:
    """The accounts on a list. The state is opened for this question only, and not made where there is none."""
    from dwell.state import watchlists
    from dwell.state.database import NAME
    from dwell.warehouse.store import Store
    from dwell.workspace.state import open_state

    settings, known = snapshot.settings, list[str]()
    if settings.database is not None or (snapshot.root / NAME).exists():
        database = open_state(Store.open(settings))
        try:
            members = watchlists.members(database, watchlist)
            known = sorted(set(watchlists.list_all(database).column("watchlist")))
        finally:
            database.close()
        if accounts := [name for kind, name in members if kind == "account"]:
            return accounts
        if members:
            raise NoDataError(f"Watchlist {watchlist!r} has no accounts, only topics.")
    raise NoDataError(
        f"Watchlist {watchlist!r} not found (watchlists: {', '.join(known) or 'none'}).{did_you_mean(watchlist, known)}"
        f" Create it with dwell watchlist add {watchlist or 'NAME'} @name."
    )
