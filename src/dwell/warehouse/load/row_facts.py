"""What is known of a file before its rows are checked: its shape, its columns, and what the user said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records import TABLES, Shape
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.text import Field

OWN_EXPORT = "dwell"
"""The format of dwell's own exports: what they say was decided when it was stored, and is not decided again."""
OLDEST = "TIMESTAMPTZ '2005-01-01 00:00:00+00'"
"""Nothing was published or observed before."""

_POST_TABLES = frozenset(name for name, table in TABLES.items() if "post_id" in table.key)
# Rows about a post of a provider's: an id that dwell made up would belong to no post.
_PROVIDER_TABLES = frozenset({"post_states", "topic_posts"})


@dataclass(frozen=True)
class LoadOptions:
    """What is decided before a file is read.

    Attributes:
        now: The latest instant that is accepted: the present, or a simulation's.
        as_of: When rows without a time were observed.
        as_of_is_day: Only the day of that is known.
        zone: IANA zone of times without one.
        zone_given: The user named it.
        handle: The account of rows without one.
    """

    now: datetime
    as_of: datetime | None
    zone: str
    zone_given: bool
    handle: str | None
    as_of_is_day: bool = False


def instant(moment: datetime) -> str:
    """An instant as an SQL literal."""
    return f"TIMESTAMPTZ {quote_text(moment.isoformat())}"


class RowFacts:
    """The base of what makes the SQL of a shape's rows."""

    def __init__(self, shape: Shape, fields: dict[str, Field], options: LoadOptions) -> None:
        self.shape = shape
        self.fields = fields
        self.options = options
        self.posts = bool(_POST_TABLES & set(shape.tables))
        own = self.posts and not _PROVIDER_TABLES & set(shape.tables)
        self.is_stored = shape.accounts == "stored"
        self.local_ids = own and "post_id" not in fields and "post_id" not in shape.constants
        # The time in the id stands in for a posting time that is unknown or impossible; dwell's own rows stay as they
        # are, and a comment's id is not its post's.
        about_posts = bool({"posts", "topic_posts"} & set(shape.tables)) and "comments" not in shape.tables
        self.dates_by_id = about_posts and not self.local_ids and shape.name != OWN_EXPORT

    def _has(self, name: str) -> bool:
        if name == "observed_at":
            return True
        if name == "handle":
            return bool({"handle", "url"} & self.fields.keys()) or self.options.handle is not None
        if name == "posted_at":
            return name in self.fields or self.dates_by_id
        return name in self.fields or (name == "post_id" and self.posts)

    def _value(self, name: str) -> str:
        return f"value_{name}" if name in self.fields else "NULL"
