"""What a reader must know beside a growth: of how many posts it is known, and why not of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def describe_growth(snapshot: Instant, account: dict[str, str]) -> dict[str, Any]:
    """Of how many posts of an account the growth is known, and a warning where it is not known of all."""
    from dwell.metrics.growth_note import DELAYED, growth_note

    counts = next(iter(snapshot.ask("growth_known", **account)))
    chosen = account.get("platform")
    platforms = [chosen] if chosen else snapshot.ask("handles", handle=account["handle"]).column("platform")
    sources = [] if counts["posts"] else snapshot.ask("sources", **account).column("source")
    note = growth_note(counts, platforms, late=any(source.startswith(DELAYED) for source in sources))
    return {"growth": dict(counts), "warnings": [note] if note else []}
