"""What a reader must know where the growth of some posts is not known: one sentence, for text, JSON and page alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping

MIN_HOURS = 1.0
"""Counters are updated in batches: over a shorter time a change shows the batch, not the speed."""
_WHY = {
    "too_close": "{n} read less than an hour apart",
    "rounding": "{n} with a change that rounding explains",
    "suspect": "{n} with a counter that may be rounded",
}
OF_PERIODS = "those of a period, not totals"
CUMULATIVE = "tiktok"
"""The platform whose growth is counted; YouTube Studio's counters are those of a period."""
AGAIN = "read the account again an hour later or more"


DELAYED = "tiktok-organic"
"""Begins the source of counters that are older than their reading."""

LATE = (
    "TikTok shows the owner's figures one to three days late, so readings of dwell sync are not compared: growth takes "
    "public readings (dwell sweep, dwell track)."
)


def growth_note(counts: Mapping[str, int], platforms: Collection[str], *, late: bool = False) -> str | None:
    """Why no growth is known of some posts; None where it is known of all that were read twice.

    Args:
        counts: The row of `growth_known`.
        platforms: Those of the posts.
        late: Some readings are those that TikTok shows to owners.
    """
    if platforms and CUMULATIVE not in platforms:
        return f"Growth is counted from TikTok's figures only: YouTube's are {OF_PERIODS}."
    posts, known = counts["posts"], counts["known"]
    if not posts and late:
        return LATE
    if not posts:
        return f"No post was read twice, so no growth is known: {AGAIN}."
    if known == posts:
        return None
    why = ", ".join(text.format(n=f"{counts[name]:,}") for name, text in _WHY.items() if counts[name])
    read = f"{posts:,} {'post' if posts == 1 else 'posts'} read twice"
    what = f"Growth is known of {known:,} of {read}; not of" if known else f"No growth is known of {read}:"
    return f"{what} {why}."
