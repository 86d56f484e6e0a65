"""TikTok post ids: the upper 32 of their 63 bits are the Unix second at which they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FIRST_POST = datetime(2014, 9, 1, tzinfo=UTC)
OLDEST_ID = int(FIRST_POST.timestamp()) << 32

SCIENTIFIC_ID = r"\d+([.,]\d+)?[eE]\+?\d+"
"""What a spreadsheet leaves of an id; a pattern that Python and RE2 read alike, as the next one."""
FLOAT_ID = r"\d{15,}\.0+"
"""What a float leaves of an id."""

POST_ID = "[0-9]{17,20}"
"""What an id of TikTok looks like."""
ROW_NUMBER = "[A-Za-z]{0,3}[-_#]?[0-9]{1,12}"
"""What databases and spreadsheets number their rows with; no platform's id looks so."""


def minted_at(post_id: str) -> datetime:
    """When a post id was minted, UTC.

    That is 0-45 s before the post was published, or days before it for a scheduled post: a lower bound.
    """
    return datetime.fromtimestamp(int(post_id) >> 32, tz=UTC)


def latest_id(moment: datetime) -> int:
    """The highest id that a post made up to a day after this instant can have."""
    return (int((moment + timedelta(days=1)).timestamp()) + 1 << 32) - 1


def is_post_id(text: str, latest: int) -> bool:
    """An id from the first post on up to `latest` (see `latest_id`); every such id has 19 digits."""
    return len(text) == 19 and text.isascii() and text.isdigit() and OLDEST_ID <= int(text) <= latest
