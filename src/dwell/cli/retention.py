"""`dwell retention`: how the viewers of an account's videos leave, second by second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from textwrap import wrap
from typing import Annotated, Any

import typer

from dwell.charts.formatting import column_label, sentence_case
from dwell.cli.cells import UNKNOWN
from dwell.cli.options import (
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Json,
    Last,
    OnePlatform,
    Since,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table, table
from dwell.results import Result
from dwell.text.plurals import pluralize

_ROWS = 10
_WIDTH = 79
_EFFECTS = (
    " Effect: Cliff's delta; for bump and cliff the difference of shares.",
    " Low to high: its 95% interval.",
)
_PLACES = {"above": "above", "in": "within", "below": "below"}

_LAYOUT = Layout(
    essential=("post_id", "duration_s", "views", "retention_3s", "end_rate"),
    more=("posted_at", "bump_s", "cliff_s", "avg_watch_s", "full_watch_rate", "shape"),
    rest=(
        *("platform", "handle", "url", "is_ad", "engagement_rate", "excluded", "bucket", "observed_at", "points"),
        *("first_s", "last_s", "start_rate", "retention_1s", "retention_5s", "hook_loss_1s", "hook_loss_3s"),
        *(
            "hook_loss_5s",
            "plateau_s",
            "plateau_from_s",
            "plateau_to_s",
            "bumps",
            "bump_height",
            "cliffs",
            "cliff_drop",
        ),
        *("area_s", "area_difference_s", "flags", *(f"at_{place}" for place in range(0, 101, 5)), "bucket_n"),
        *("retention_3s_p10", "retention_3s_median", "retention_3s_p90", "end_rate_p10", "end_rate_median"),
        *("end_rate_p90", "above_band", "below_band", "like_peak_s", "like_peak_share"),
    ),
    text="caption",
)
_POINTS = Layout(
    ("second", "retention_rate", "change", "event", "median", "p10", "p90", "like_share"),
    rest=("fraction", "size", "n"),
)


class Ranking(StrEnum):
    """What the best quarter of posts is chosen by."""

    VIEWS = "views"
    ENGAGEMENT_RATE = "engagement_rate"


@shows(_LAYOUT, _POINTS)
def retention(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    post: Annotated[
        str | None, typer.Option("--post", help="Only this post, second by second; an id or a link.", metavar="ID")
    ] = None,
    by: Annotated[Ranking, typer.Option("--by", help="What the best quarter of posts is chosen by.")] = Ranking.VIEWS,
    ads: Annotated[bool, typer.Option("--ads", help="With promoted posts, which are left out by default.")] = False,
    heat: Annotated[
        bool, typer.Option("--heat", help="With -o: draw the catalogue, one line per post and one cell per second.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Print every row instead of the first ten.")] = False,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    tz: TimeZone = "UTC",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show how viewers leave an account's videos.

    Each retention curve in figures: what is lost in the first seconds, plateaus, cliffs and rewatch bumps, and where
    the curve lies in the band of the account's videos of like length. Says what the curves of the best quarter have in
    common, which shapes there are, and which curves are odd. Curves come from dwell sync or from Meta's table.

    \b
    Example:
      dwell retention --creator @demo
      dwell retention --creator @demo --post 7640060859301845013 -o curve.png
      dwell retention --creator @demo --heat -o catalogue.png
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    if heat and post is not None:
        raise typer.BadParameter("choose either --post or --heat: one post, or the catalogue.")
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {"platform": platform.value if platform else None, "ads": ads, **period}
    result = workspace.retention(creator, post=post, by=by.value, **options)
    text = _one if post is not None else _all
    Output(as_json, as_csv, output).show(
        result,
        lambda shown: text(shown, None if every else _ROWS),
        lambda: (
            workspace.charts.retention_heat(creator=creator, **options)
            if heat
            else workspace.charts.retention(creator=creator, post=post, by=by.value, **options)
        ),
    )


def _all(result: Result, most: int | None) -> str:
    meta = result.meta
    lines = [*_summary(meta), ""]
    if current_choice().is_made:
        return "\n".join([*lines, result_table(result, _LAYOUT)])
    if not meta["curves"]:
        return "\n".join(lines)
    comparison = meta["comparison"]["rows"]
    if comparison:
        names = ("figure", "top", "rest", "effect", "low", "high", "q_value", "differs")
        lines += [table(names, [_compared(row, names) for row in comparison]), *_EFFECTS, ""]
    lines += _wrap(f"Shapes: {_lower(meta['shapes']['verdict'])}")
    if meta["shapes"]["rows"]:
        shapes = [
            (row["shape"], row["n"], _percent(row["share"]), _percent(row["full_watch_median"]))
            for row in meta["shapes"]["rows"]
        ]
        lines += [table(("shape", "n", "share", "full_watch_median"), shapes)]
    lines.append("")
    lines += [*_posts(list(result), most), *_odd(meta["checks"], most)]
    return "\n".join(lines)


def _summary(meta: Mapping[str, Any]) -> list[str]:
    from dwell.report.retention_sentences import typical_sentence

    where = f" on {meta['platform']}" if meta["platform"] else ""
    left_out = meta["left_out_ads"]
    ads = f", without {pluralize(left_out, 'promoted post')} (see --ads)" if left_out else ""
    lines = _wrap(f"@{meta['handle']}{where}: {pluralize(meta['curves'], 'retention curve')}{ads}.")
    if not meta["curves"]:
        return lines
    return [*lines, *_wrap(typical_sentence(meta)), *_wrap(str(meta["comparison"]["verdict"]))]


def _compared(row: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    share = row["figure"] != "duration_s"
    shown = {name: _percent(row[name]) if share else f"{row[name]:g} s" for name in ("top", "rest")}
    shown["figure"] = sentence_case(column_label(row["figure"]))
    return [shown.get(name, row[name]) for name in names]


def _posts(rows: Sequence[Mapping[str, Any]], most: int | None) -> list[str]:
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: -1 if row["views"] is None else row["views"], reverse=True)
    names = ("post_id", "length", "3 s", "end", "band", "likes", "bump", "cliff")
    cells = [
        (
            row["post_id"],
            UNKNOWN if row["duration_s"] is None else f"{row['duration_s']:g} s",
            _percent(row["retention_3s"]),
            _percent(row["end_rate"]),
            _band(row),
            UNKNOWN if row["like_peak_s"] is None else f"{row['like_peak_s']:g}s",
            _event(row["bumps"], row["bump_s"], row["bump_height"], "+"),
            _event(row["cliffs"], row["cliff_s"], row["cliff_drop"], "−"),
        )
        for row in ordered[:most]
    ]
    shown = f"the {most} of {len(rows)} with the most views; --all shows all" if most and most < len(rows) else "all"
    words = [" likes: the second with the most", ""] if any(row["like_peak_s"] is not None for row in rows) else [""]
    return [f"Posts ({shown}):", table(names, cells), *words]


def _band(row: Mapping[str, Any]) -> str:
    """Where most of the curve lies: above, in or below its band."""
    if row["above_band"] is None:
        return UNKNOWN
    if row["above_band"] >= 0.5:
        return "above"
    return "below" if row["below_band"] >= 0.5 else "in"


def _event(number: int | None, second: float | None, size: float | None, sign: str) -> str:
    """`21s +20%` of the largest; `…` where there are more."""
    if number is None:
        return UNKNOWN
    if not number:
        return "none"
    return f"{second:g}s {sign}{_percent(size)}{' …' if number > 1 else ''}"


def _odd(checks: Sequence[Mapping[str, Any]], most: int | None) -> list[str]:
    if not checks:
        return []
    names = ("post_id", "flag", "area_s", "avg_watch_s")
    cells = [
        (row["post_id"], row["flag"], *(_seconds(row[name], row["flag"]) for name in names[2:]))
        for row in checks[:most]
    ]
    more = f", the first {most} of {len(checks)}" if most and most < len(checks) else ""
    meanings = {row["flag"]: row["meaning"] for row in checks}
    words = [line for flag, meaning in meanings.items() for line in _wrap(f"{flag}: {meaning}")]
    return [f"Curves to check{more}:", table(names, cells), *words]


def _seconds(value: float | None, flag: str) -> str:
    return UNKNOWN if value is None or flag != "area_differs" else f"{value:.1f}"


def _one(result: Result, most: int | None) -> str:
    row = result.meta["post"]
    length = "of unknown length" if row["duration_s"] is None else f"of {row['duration_s']:g} s"
    lines = [f"@{row['handle']}, post {row['post_id']}, {length}; read {row['observed_at']:%Y-%m-%d}."]
    known = row["retention_3s"] is not None and row["end_rate"] is not None
    if known:
        start, end = _percent(row["retention_3s"]), _percent(row["end_rate"])
        kept = f"{start} of the views are left at second 3, {end} at the end"
        bump = _event(row["bumps"], row["bump_s"], row["bump_height"], "+")
        cliff = _event(row["cliffs"], row["cliff_s"], row["cliff_drop"], "−")
        flat = f"from {row['plateau_from_s']:g}s to {row['plateau_to_s']:g}s" if row["plateau_s"] else "none"
        lines += _wrap(f"{kept}; plateau: {flat}, bump: {bump}, cliff: {cliff}.")
    if row["like_peak_s"] is not None:
        lines.append(f"Most likes: second {row['like_peak_s']:g}, {_percent(row['like_peak_share'])} of them.")
    if row["above_band"] is not None:
        of = f"the band of {pluralize(row['bucket_n'], 'curve')} of {row['bucket']} s"
        lines.append(f"Most of it is {_PLACES[_band(row)]} {of}.")
    if current_choice().is_made:
        return "\n".join([*lines, "", result_table(result, _POINTS)])
    names = [name for name in result.columns if any(value is not None for value in result.column(name))]
    names = [name for name in names if name not in {"fraction", "size", "n"}]
    rows = [[_point(name, point[name]) for name in names] for point in result]
    shown = rows if most is None else rows[:most]
    if len(shown) < len(rows):
        lines.append(f"The first {len(shown)} of {len(rows)} seconds; --all shows all.")
    lines += ["", table(names, shown) if rows else "No figures: the curve is odd.", *_odd(result.meta["checks"], most)]
    return "\n".join(lines)


def _point(name: str, value: Any) -> Any:
    if name in {"retention_rate", "p10", "median", "p90", "like_share"}:
        return _percent(value)
    if name == "change":
        return UNKNOWN if value is None else f"{100 * value:+.1f}".replace("-", "−")
    return f"{value:g}" if name == "second" else value


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * value:.0f}%"


def _wrap(text: str) -> list[str]:
    return wrap(text, _WIDTH)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
