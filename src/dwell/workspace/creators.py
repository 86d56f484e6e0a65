"""The accounts that users name: `@handle`, a profile link, the link of a post, or a numeric id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.errors import NoDataError
from dwell.text.names import normalize_handle
from dwell.text.nearest import did_you_mean

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant

_MIN_ID_DIGITS = 15  # a handle that consists of digits is shorter
_EXAMPLES = 5


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


def find_account(snapshot: Instant, creator: str, platform: str | None) -> dict[str, str]:
    """The account as the parameters of a metric: its handle, and its platform where one was chosen.

    Platforms are never mixed: the same handle on two of them is two accounts.

    Raises:
        NoDataError: No post of it is stored, or none on this platform; or the posts are of several platforms.
    """
    handle = find_creator(snapshot, creator)
    posts = {row["platform"]: row["posts"] for row in snapshot.ask("handles", handle=handle)}
    stored = " and ".join(f"{count:,} on {name}" for name, count in posts.items())
    if platform is not None and platform not in posts:
        raise NoDataError(f"No posts of @{handle} on {platform} are stored (stored: {stored}).")
    if platform is None and len(posts) > 1:
        most = max(posts, key=lambda name: posts[name])
        raise NoDataError(
            f"@{handle} has posts on several platforms ({stored}), which are never mixed: choose one with"
            f" --platform {most}."
        )
    return {"handle": handle, **({"platform": platform} if platform else {})}


def find_creator(snapshot: Instant, creator: str) -> str:
    """The handle of an account with stored posts, given by handle, link or numeric id.

    Raises:
        NoDataError: No post of it is stored.
    """
    handle = parse_handle(creator)
    if handle.isdigit() and len(handle) >= _MIN_ID_DIGITS:
        handle = next(iter(snapshot.ask("creator_ids", creator_id=handle).column("handle")), handle)
    if len(snapshot.ask("handles", handle=handle)):
        return handle
    stored = snapshot.ask("creators_stored").column("handle")
    examples = ", ".join(f"@{name}" for name in stored[:_EXAMPLES]) + (" …" if len(stored) > _EXAMPLES else "")
    known = f" (stored: {examples})" if examples else ""
    if near := did_you_mean(handle, stored, sign="@"):
        raise NoDataError(f"No posts of @{handle} are stored.{near}{known.replace('(stored', '(Stored')}")
    raise NoDataError(f"No posts of @{handle} are stored{known}; import an export of that account first.")
