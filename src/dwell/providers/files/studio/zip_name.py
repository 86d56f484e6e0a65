"""The name of a Studio zip, and the account of a file's figures: a guard against another account's export."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dwell.errors import BadFileError, WrongAccountError

_OVERVIEW = re.compile(r"Overview_(\d{4}-\d{2}-\d{2})_(\d{9,11})_([\w.]{2,24}?)(?: ?\(\d+\))?\.zip", re.IGNORECASE)
_OTHER = re.compile(r"(?:Content|Viewers|Followers)_([\w.]{2,24}?)(?: ?\(\d+\))?\.zip", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ZipName:
    """The name of a zip as Studio gives it.

    Attributes:
        handle: The account.
        start: First day of the window (Overview).
        end: When the window ended (Overview).
    """

    handle: str | None = None
    start: date | None = None
    end: datetime | None = None


def parse_zip_name(name: str) -> ZipName:
    """A file name, parsed; empty where it isn't a name that Studio gives."""
    if match := _OVERVIEW.fullmatch(name):
        try:
            start = date.fromisoformat(match[1])
        except ValueError:
            return ZipName(match[3].lower())
        return ZipName(match[3].lower(), start, datetime.fromtimestamp(int(match[2]), tz=UTC))
    match = _OTHER.fullmatch(name)
    return ZipName(match[1].lower()) if match else ZipName()


def resolve_account(named: str | None, packed: str | None, linked: Iterable[str]) -> str | None:
    """The account of the figures: the one that the user named, else that of the posts' links, else that of the zip.

    Raises:
        WrongAccountError: When the zip or a link is of another account than the user named.
    """
    accounts = sorted(set(linked))
    if named is None:
        return accounts[0] if len(accounts) == 1 else packed if not accounts else None
    others = [handle for handle in (*accounts, *([packed] if packed else [])) if handle != named]
    if others:
        raise WrongAccountError(
            f"The export is of @{others[0]}, not of @{named}: name that account with --creator, or another file."
        )
    return named


def require_account(name: str, handle: str | None) -> str:
    """The account, which a series by day does not state.

    Raises:
        BadFileError: The account is unknown.
    """
    if handle is None:
        raise BadFileError(f"{name} does not say which account it belongs to: name it with --creator @handle.")
    return handle
