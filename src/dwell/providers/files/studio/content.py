"""Content: up to 15 posts with lifetime counters on the day of the export. A snapshot, never a list of all posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dwell.errors import BadFileError
from dwell.providers.files.aliases import WATCHED
from dwell.providers.files.studio.csv_rows import content_rows
from dwell.providers.files.studio.dates import drop_late_years, latest_date, published_date
from dwell.providers.files.studio.headers import field_positions, watch_positions
from dwell.providers.files.studio.series import ExportDates
from dwell.providers.links import Link, LinkError, parse_link
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.text.days import MonthDay, has_year, parse_days, possible_orders
from dwell.text.hashtags import extract_hashtags
from dwell.text.words import is_unknown, known

COUNTERS = ("views", "likes", "comments", "shares", "saves")


@dataclass(frozen=True)
class ContentRow:
    """One row of a Content file: its cells by field, and its link where it has a valid one."""

    line: int
    text: str
    cells: Mapping[str, str]
    link: Link | None
    reason: str = ""


def read_rows(part: Part) -> list[ContentRow]:
    """The rows, with the reason where one cannot be read."""
    places = watch_positions(part.header) | field_positions(part.header)
    result = []
    for line, cells, text in content_rows(part, places["link"]):
        if cells is None:
            result.append(
                ContentRow(
                    line, text, {}, None, "its cells do not fit the header, and there is no link to read it from"
                )
            )
            continue
        values = {field: cells[index] for field, index in places.items()}
        if "date" in values:  # beside `Post time` it is the day of the reading
            values.setdefault("time", values["date"])
        link, reason = _parse_link(values["link"])
        result.append(ContentRow(line, text, values, link, reason))
    return result


def write(part: Part, rows: list[ContentRow], writer: Rewriter, dates: ExportDates) -> date | None:
    """Write posts and snapshots; years that the file leaves out are inferred from the latest time it can be of.

    Returns:
        The latest observation day that was inferred for a row without a written year.
    """
    latest_day: date | None = None
    anchor, as_of = dates.anchor, dates.exported
    texts = [text for row in rows for field in ("time", "post_time") if (text := row.cells.get(field))]
    orders = possible_orders(texts)
    days = parse_days(texts, orders[0] if len(orders) == 1 else dates.order)
    for row in rows:
        if row.link is None:
            writer.reject(row.line, row.reason, row.text)
            continue
        try:
            values = _values(row, row.link, days, anchor, as_of)
            writer.add(row.line, values)
            observed_at = values["observed_at"]
            if isinstance(observed_at, datetime) and "time" in row.cells and not has_year(row.cells["time"]):
                latest_day = max(latest_day or observed_at.date(), observed_at.date())
        except ValueError as error:
            writer.reject(row.line, str(error), row.text)
        except BadFileError as error:
            raise BadFileError(f"{part.name} line {row.line}: {error}") from error
    return latest_day


def _parse_link(text: str) -> tuple[Link | None, str]:
    if is_unknown(text):
        return None, "no link: the post was deleted"
    try:
        link = parse_link(text)
    except LinkError as error:
        return None, str(error)
    return (link, "") if link.post_id else (None, "a short link contains no id")


def _values(
    row: ContentRow, link: Link, days: Mapping[str, MonthDay], anchor: datetime, as_of: datetime | None
) -> dict[str, Any]:
    observed_at, posted = _observed_at(row, days, anchor, as_of), row.cells["post_time"]
    caption = row.cells.get("title", "").strip() or None
    snapshot = (observed_at if isinstance(observed_at, datetime) else anchor).date()
    # A clock time is the loader's, which knows every spelling and the time in the id; so is what cannot be read.
    is_day = posted in days and ":" not in posted
    return {
        "post_id": link.post_id,
        "handle": link.handle,
        "url": link.url,
        "media_type": "photo" if link.media == "photo" else "video",
        "caption": caption,
        "hashtags": extract_hashtags(caption),
        "posted_at": published_date(days[posted], snapshot, link.post_id) if is_day else known(posted),
        "observed_at": observed_at,
        **{name: known(row.cells.get(name)) for name in (*COUNTERS, *WATCHED)},
    }


def _observed_at(
    row: ContentRow, days: Mapping[str, MonthDay], anchor: datetime, as_of: datetime | None
) -> datetime | str | None:
    """When the row was observed: `Time` gives the day, and `--as-of` the hour where it falls on that day."""
    text = row.cells.get("time")
    if text is None or is_unknown(text):
        return as_of
    if text not in days:
        return text
    # The file has the account's day, which may be tomorrow in UTC.
    latest = anchor.date() + timedelta(days=1)
    (plain,), _ = drop_late_years([days[text]], anchor.date())
    day: date = latest_date(plain, latest)
    if as_of is not None and abs((as_of.date() - day).days) <= 1:
        return as_of
    return min(datetime.combine(day, time(), UTC), anchor)
