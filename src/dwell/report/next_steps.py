"""What to do next: what is worth a trial, and which data would tell more. Associations only, and no cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dwell.charts.formatting import bucket_label, column_label, number, pluralize
from dwell.charts.tier_words import dimension_label
from dwell.metrics.metric_choice import MEASURED
from dwell.report.answer import differences
from dwell.report.best_posts import rank_posts
from dwell.report.content import ReportContent

MOST = 3
_MORE = {
    "duration_s": ("longer videos", "shorter videos"),
    "caption_length": ("longer captions", "shorter captions"),
    "hashtag_count": ("more hashtags", "fewer hashtags"),
}
_AND_SEE = "This is an association, not a cause: change one thing at a time, and compare the new posts with these."


def next_steps(content: ReportContent) -> list[str]:
    """At most three pieces of advice, those from findings first; a page without findings says what data is missing."""
    return [*_trial(content), *_part_or_seconds(content), *_missing_data(content), *_watch_again(content)][:MOST]


def _trial(content: ReportContent) -> Iterator[str]:
    """The largest difference that was found and that the next post can have."""
    found = [row for row, statement in differences(content.findings) if statement.answer == "found"]
    if content.metric in MEASURED:  # a short video is easier to watch to its end, which is no reason to make it short
        found = [row for row in found if row["finding"] != "length" and row["metric"] != "duration_s"]
    elif any(row["finding"] == "length" for row in found):  # it names the lengths
        found = [row for row in found if row["metric"] != "duration_s"]
    tried = next((text for row in found if (text := _what_to_try(row, content.tz))), None)
    if tried is not None:
        yield f"Try {tried}. {_AND_SEE}"


def _what_to_try(row: Mapping[str, Any], tz: str) -> str | None:
    if row["finding"] == "length":
        return f"more videos of {bucket_label(row['group'])}, on topics that you also film at other lengths"
    if row["finding"] != "best_posts":
        return None
    more = row["effect"] > 0
    if row["level"] in (None, ""):
        pair = _MORE.get(str(row["metric"]))
        return None if pair is None else pair[0 if more else 1]
    label = dimension_label({"dimension": row["metric"], "level": row["level"]})
    if row["metric"] in {"hour", "weekday"}:
        when = f"{label[:1].lower()}{label[1:]}{f' ({tz})' if row['metric'] == 'hour' else ''}"
        return f"{'more' if more else 'fewer'} posts {when.removeprefix('posted ')}"
    return f"{'more' if more else 'fewer'} posts with {label if row['metric'] == 'hashtag' else label.lower()}"


def _part_or_seconds(content: ReportContent) -> Iterator[str]:
    """Where one length is watched for a larger part and another for more seconds, which of them counts."""
    row = next((row for row in content.findings if row["finding"] == "length" and row["verdict"] == "found"), None)
    if row is None or content.metric != "watch_ratio":
        return
    known = {one["bucket"]: one["watch_s_median"] for one in content.findings.meta["lengths"] if one["compared"]}
    watched = {bucket: seconds for bucket, seconds in known.items() if seconds is not None}
    longest = max(watched, key=lambda bucket: watched[bucket], default=row["group"])
    if row["group"] in watched and watched[longest] > watched[row["group"]]:
        most, best = (f"{number(watched[bucket], 1)} s" for bucket in (longest, row["group"]))
        yield (
            f"Decide what counts for you: videos of {bucket_label(row['group'])} are watched for a larger part, "
            f"those of {bucket_label(longest)} for more seconds (median {most}, against {best})."
        )


def _missing_data(content: ReportContent) -> Iterator[str]:
    name, on_tiktok = f"@{content.handle}", _on_tiktok(content)
    more = f"dwell sweep {name}" if on_tiktok else "dwell import"
    verdicts = {row["finding"]: row for row in content.findings}
    compared = content.findings.meta["metric"]["n"]
    if not compared:
        yield f"Store more posts of {name} ({more}): none can be compared yet."
        return
    if verdicts["watch_ratio"]["value"] is None:
        yield _how_to_measure(content)
    if not any(statement.answer == "found" for _, statement in differences(content.findings)):
        posts = pluralize(compared, "post")
        yield f"No difference was found in {posts}: more posts can show smaller differences ({more})."
    model = verdicts.get("model")
    if model is not None and model["verdict"] == "unknown" and model["n"] is None:
        yield f"Run dwell fit --creator {name}: it tests how well public figures predict {_target(model)}."
    if on_tiktok and not any(row.get("views_per_hour") is not None for row in content.growth):
        yield f"Read the account a second time (dwell sweep {name}), an hour later or more: growth needs two readings."


def _on_tiktok(content: ReportContent) -> bool:
    """Only TikTok's accounts can be read and connected, and only their counters are totals."""
    return all(post.get("platform") in (None, "tiktok") for post in content.posts)


def _target(row: Mapping[str, Any]) -> str:
    return column_label(str(row["target"]))


def _how_to_measure(content: ReportContent) -> str:
    """Whoever has connected the account is not told to connect it."""
    if content.connected:
        return "Run dwell sync: it reads how long viewers stay from TikTok, as soon as TikTok shows it to the owner."
    if not _on_tiktok(content):
        return "Import watch times (dwell import): then this page shows how long viewers stay."
    ways = "connect it (dwell connect tiktok) or import its watch times (dwell import)"
    return f"If @{content.handle} is yours, {ways}: then this page shows how long viewers stay."


def _watch_again(content: ReportContent) -> Iterator[str]:
    if rank_posts(content.posts):
        yield "Watch the best posts again: what they show and say is in none of these numbers."
