"""TikTok Studio's own exports: one zip file per tab, dates without a year, no watch metrics."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from dwell_sandbox.exports import analytics
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.world import World

_BOM = "\ufeff"
_CONTENT_ROWS = 15
_CONTENT_HEADER = (
    "Time", "Video title", "Video link", "Post time", "Total likes", "Total comments", "Total shares", "Total views",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def write_overview(folder: Path, world: World, handle: str, at: datetime) -> Path:
    """The Overview tab of the 365 days that end the day before `at`; the file name has the first day and the end."""
    end = analytics.last_covered_instant(at)
    days = analytics.daily_analytics(world, handle, at)
    header = ("Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares")
    rows = [
        (_format_day(each.day), each.views, each.profile_views, each.likes, each.comments, each.shares) for each in days
    ]
    name = f"Overview_{days[0].day.isoformat()}_{int(end.timestamp())}_{handle}.zip"
    return _zip(folder / name, {"Overview.csv": _csv(header, rows)}, at)


def write_content(folder: Path, world: World, handle: str, at: datetime) -> Path:
    """The Content tab: exactly 15 posts in no order, one or more with unescaped quotes in the title."""
    tz = world.creator(handle).tz
    rows = []
    for post in _choose_posts(world, world.posts(handle, since=analytics.covered_window(world, handle, at)[0], at=at)):
        counters = world.counters(post.post_id, at)
        posted = _format_day(post.posted_at.astimezone(tz).date())
        totals = (counters.likes, counters.comments, counters.shares, counters.views)
        rows.append((_format_day(at.astimezone(tz).date()), post.caption, post.url, posted, *totals))
    return _zip(folder / f"Content_{handle}.zip", {"Content.csv": _csv(_CONTENT_HEADER, rows)}, at)


def write_viewers(folder: Path, world: World, handle: str, at: datetime) -> Path:
    """The Viewers tab; the first day is `undefined`, and every row is about the day before its date."""
    header = ("Date", "Total Viewers", "New Viewers", "Returning Viewers")
    rows = [
        (_format_day(each.day), each.viewers, each.new_viewers, each.returning_viewers)
        for each in analytics.daily_analytics(world, handle, at)
    ]
    return _zip(folder / f"Viewers_{handle}.zip", {"Viewers.csv": _csv(header, rows)}, at)


def write_followers(folder: Path, world: World, handle: str, at: datetime) -> Path:
    """The Followers tab: history, the last eight days by hour, gender, territories."""
    history = analytics.follower_history(world, handle, at)
    files = {
        "FollowerHistory.csv": _csv(
            ("Date", "Followers", "Difference in followers from previous day"),
            [(_format_day(day), followers, change) for day, followers, change in history],
        ),
        "FollowerActivity.csv": _csv(
            ("Date", "Hour", "Active followers"),
            [(_format_day(day), hour, active) for day, hour, active in analytics.hourly_activity(world, handle, at)],
        ),
        "FollowerGender.csv": _csv(("Gender", "Distribution"), analytics.genders(world, handle)),
        "FollowerTopTerritories.csv": _csv(("Top territories", "Distribution"), analytics.territories(world, handle)),
    }
    return _zip(folder / f"Followers_{handle}.zip", files, at)


def _choose_posts(world: World, posts: Iterable[Post]) -> list[Post]:
    """The 15 posts that Studio shows; they are sorted neither by date nor by views."""
    order = sorted(posts, key=lambda post: SeededRandom(world.seed, "featured", post.post_id).uniform("rank"))
    shown = order[:_CONTENT_ROWS]
    quoted = next((post for post in order if '"' in post.caption), None)
    if quoted is not None and quoted not in shown:
        shown[_CONTENT_ROWS // 2] = quoted
    return shown


def _format_day(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}"


def _csv(header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> bytes:
    """BOM, every field quoted, inner quotes unescaped, LF, no newline at the end."""
    lines = (",".join(f'"{value}"' for value in row) for row in (header, *rows))
    return (_BOM + "\n".join(lines)).encode()


def _zip(path: Path, files: Mapping[str, bytes], at: datetime) -> Path:
    """Uncompressed, entries at the root, dated by the export, so that the same content gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
    return path
