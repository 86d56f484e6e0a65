"""Options that commands share, declared once so that they are the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dwell.cli.output_files import PICTURES, TABLES, check_output
from dwell.errors import DwellError
from dwell.text.nearest import did_you_mean

if TYPE_CHECKING:
    from dwell.workspace.period import PeriodOptions

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="DWELL_DATA", help="Data folder.", show_default="./dwell-data", metavar="DIR"),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        envvar="DWELL_ENGINE",
        help="What computes the answer: duckdb, or a Spark Connect server, e.g. sc://127.0.0.1:15002.",
        show_default="duckdb",
        metavar="ENGINE",
    ),
]


def _check_format(context: typer.Context, *, value: bool) -> bool:
    """Refuse two formats before the command does anything."""
    if value and (context.params.get("as_json") or context.params.get("as_csv")):
        raise typer.BadParameter("choose either --json or --csv.")
    return value


def _check_table(path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before the command does anything."""
    return check_output(path, TABLES)


def _check_chart(path: Path | None) -> Path | None:
    return check_output(path, (*TABLES, *PICTURES))


def check_zone(name: str | None) -> str | None:
    """Refuse a time zone that there is not, before the command does anything.

    Raises:
        typer.BadParameter: The message names the nearest.
    """
    from zoneinfo import available_timezones

    from dwell.text.time_zones import find_zone

    try:
        if name is not None:
            find_zone(name)
    except DwellError:
        zones = sorted(available_timezones())
        ends = [zone for zone in zones if zone.rpartition("/")[2].lower() == str(name).lower()]
        hint = f" Did you mean {ends[0]}?" if ends else did_you_mean(str(name), zones)
        raise typer.BadParameter(f"{name!r} isn't a time zone; write one as Europe/Berlin.{hint}") from None
    return name


Json = Annotated[bool, typer.Option("--json", help="Print JSON in the documented format.", callback=_check_format)]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.", callback=_check_format)]
Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Write to this file; its extension selects the format: .json, .csv, .xlsx, .txt.",
        metavar="FILE",
        callback=_check_table,
    ),
]
ChartOut = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="Write to this file; its extension selects the format: .json, .csv, .xlsx, .txt, "
        "or a chart: .png, .svg, .html.",
        metavar="FILE",
        callback=_check_chart,
    ),
]
AllRows = Annotated[bool, typer.Option("--all", help="Print every row instead of the first ten.")]
Creator = Annotated[str, typer.Option("--creator", help="The account: @handle or profile link.", metavar="@HANDLE")]
AnyCreator = Annotated[
    str | None, typer.Option("--creator", help="Only this account: @handle or profile link.", metavar="@HANDLE")
]
Niche = Annotated[
    str | None, typer.Option("--niche", help="Only the accounts of this niche, as imports named it.", metavar="NAME")
]
Watchlist = Annotated[
    str | None, typer.Option("--watchlist", help="Only the accounts of this watchlist.", metavar="NAME")
]
TimeZone = Annotated[
    str,
    typer.Option(
        "--tz", help="Time zone for weekdays and hours, e.g. Europe/Berlin.", metavar="ZONE", callback=check_zone
    ),
]
FitNow = Annotated[
    bool, typer.Option("--fit", help="Fit a model of the account's watch time for this answer; nothing is stored.")
]


Since = Annotated[
    str | None,
    typer.Option(
        "--since", help="Only posts published since this day or instant, e.g. 2026-01-31, in --tz.", metavar="TIME"
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        help="Only posts published until this day, which is part of it, or before this instant, in --tz.",
        metavar="TIME",
    ),
]
Last = Annotated[
    str | None, typer.Option("--last", help="Only posts of the last 90d, 12w or 24h, for example.", metavar="LENGTH")
]


def parse_period(since: str | None, until: str | None, last: str | None, tz: str = "UTC") -> PeriodOptions:
    """The period of `--since`, `--until` and `--last`, refused before the command does anything.

    Raises:
        SettingsError: One of them cannot be read, or they contradict each other.
    """
    if since is until is last is None:
        return {}
    from dwell.workspace.period import parse_period as parse

    return parse(since, until, last, tz).options


def _check_age(text: str) -> str:
    parse_age(text)
    return text


def _check_include(text: str) -> str:
    parse_include(text)
    return text


MinAge = Annotated[
    str,
    typer.Option(
        "--min-age",
        help="Leave out posts observed less than this long after posting, e.g. 72h or 3d.",
        metavar="AGE",
        callback=_check_age,
    ),
]
Include = Annotated[
    str,
    typer.Option(
        "--include",
        help="Include posts that are left out by default: any of ads,pinned,young,photos.",
        metavar="LIST",
        callback=_check_include,
    ),
]


class Scheme(StrEnum):
    """How durations are grouped."""

    PROXY = "proxy"
    SWEET_SPOT = "sweet-spot"


Buckets = Annotated[
    Scheme,
    typer.Option(
        "--scheme", help="Duration buckets: proxy (<=10, 20, 35, 60 s) or sweet-spot (15, 30, 60, 120, 300 s)."
    ),
]


class PostMetric(StrEnum):
    """What posts are compared by."""

    WATCH_RATIO = "watch_ratio"
    FULL_WATCH_RATE = "full_watch_rate"
    ENGAGEMENT_RATE = "engagement_rate"
    SAVE_RATE = "save_rate"
    SHARE_RATE = "share_rate"
    LIKE_RATE = "like_rate"
    VIEWS_PER_HOUR = "views_per_hour"


ByMetric = Annotated[
    PostMetric | None,
    typer.Option(
        "--metric",
        help="What posts are compared by; else watch ratio, if it is measured for 30 posts and half of them, else "
        "engagement rate, or like rate where shares are unknown.",
        show_default="the best that is known",
    ),
]


class Platform(StrEnum):
    """Where posts were published."""

    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    FACEBOOK = "facebook"


OnePlatform = Annotated[
    Platform | None,
    typer.Option("--platform", help="Only posts of this platform; needed where an account has posts of several."),
]


class Inputs(StrEnum):
    """What a model reads."""

    COUNTERS = "counters"
    LENGTH = "length"
    BUCKET = "bucket"


class Target(StrEnum):
    """What a model predicts."""

    WATCH_RATIO = "watch_ratio"
    FULL_WATCH_RATE = "full_watch_rate"
    RETENTION_1S = "retention_1s"
    RETENTION_3S = "retention_3s"


def check_accounts(creator: str | None, niche: str | None, watchlist: str | None) -> None:
    """Refuse more than one choice of accounts, before any work.

    Raises:
        typer.BadParameter: Two are given.
    """
    if sum(name is not None for name in (creator, niche, watchlist)) > 1:
        raise typer.BadParameter("choose one of --creator, --niche and --watchlist.")


def parse_age(text: str) -> float:
    """Parse `72h`, `3d` or `72` to hours.

    Raises:
        typer.BadParameter: It is none of these.
    """
    units = {"h": 1.0, "d": 24.0}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1.0)
    try:
        value = float(number) * unit
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise typer.BadParameter(f"{text!r} isn't an age; write 72h or 3d, for example.", param_hint="--min-age")
    return value


def parse_include(text: str) -> tuple[str, ...]:
    """Parse `--include`; the result is sorted.

    Raises:
        typer.BadParameter: One of the names is unknown.
    """
    names = tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))
    unknown = [name for name in names if name not in {"ads", "pinned", "young", "photos"}]
    if unknown:
        raise typer.BadParameter(
            f"unknown value {unknown[0]!r}; choose from ads, pinned, young, photos.", param_hint="--include"
        )
    return names
