"""Watch time as an owner copies it by hand from each video's analytics into dwell's template."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from dwell_sandbox.exports.damage import UNDEFINED, to_scientific
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_time import WatchTruth
from dwell_sandbox.world import World

HEADER = (
    "video_link_or_id", "captured_on", "views", "avg_watch_time_s", "watched_full_video_pct", "total_play_time_s",
    "reach", "new_followers", "saves",
)  # fmt: skip
_UNDEFINED_ROW = 40
_DAMAGED_ROW = 90


def captured_at(at: datetime) -> datetime:
    """The instant of the template's date: the start of that day, UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def template_text(world: World, handle: str, since: datetime, at: datetime) -> str:
    """The template for all videos published from `since` on that were visible when it was filled in.

    It looks typed by a person: links and ids, seconds with and without `s`, clock times, some percent signs. One row
    has no average, and a spreadsheet destroyed the id of another (`DAMAGE`).
    """
    captured = captured_at(at)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    index = 0
    for post in world.posts(handle, since=since, at=captured):
        true = world.truth(post.post_id)
        if true is not None:
            writer.writerow(_row(world, post, true, captured, index))
            index += 1
    return out.getvalue()


def _row(world: World, post: Post, true: WatchTruth, captured: datetime, index: int) -> list[str]:
    rng = SeededRandom(world.seed, "typed", post.post_id)
    counters = world.counters(post.post_id, captured)
    average = _format_average(rng, true.avg_watch_s)
    total = _format_total(rng, round(true.avg_watch_s * counters.views))
    link = post.post_id if rng.chance("id", 0.15) else post.url
    if index == _UNDEFINED_ROW:
        average, total = UNDEFINED, "-"
    if index == _DAMAGED_ROW:
        link = to_scientific(post.post_id)
    reach = int(counters.views * rng.uniform("reach", 0.78, 0.93))
    followers = int(counters.views * 0.0016 * (0.4 + true.full_watch_rate))
    percent = f"{100 * true.full_watch_rate:.2f}" + ("%" if rng.chance("sign", 0.7) else "")
    return [
        link, captured.date().isoformat(), str(counters.views), average, percent, total, str(reach), str(followers),
        str(counters.saves),
    ]  # fmt: skip


def _format_average(rng: SeededRandom, seconds: float) -> str:
    """Mostly `10.3s`, sometimes `10.3`, and `0:12` for some longer ones."""
    form = rng.uniform("average")
    if form < 0.08 and seconds >= 12:
        return f"{round(seconds) // 60}:{round(seconds) % 60:02}"
    return f"{seconds:.1f}" + ("s" if form < 0.8 else "")


def _format_total(rng: SeededRandom, seconds: int) -> str:
    """Mostly `133h:48m:23s`, else `133:48:23`."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if rng.chance("clock", 0.6):
        return f"{hours}h:{minutes}m:{rest}s"
    return f"{hours}:{minutes:02}:{rest:02}"
