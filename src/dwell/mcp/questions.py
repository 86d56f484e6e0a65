"""The tools that answer from what is stored: the questions of `dwell.Workspace`, read-only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from dwell.mcp import basis, evidence, meanings
from dwell.mcp.arguments import (
    Age,
    AnyCreator,
    Arguments,
    Include,
    InPeriod,
    Metric,
    MinAge,
    OfAccount,
    OfEligible,
    OfGroup,
    OfPeriod,
    Platform,
    Scheme,
    Zone,
)
from dwell.mcp.coverage import cover, period_of
from dwell.mcp.evidence import Evidence
from dwell.mcp.folder import Folder
from dwell.mcp.newest_first import newest_growth, newest_trend
from dwell.mcp.tool import Answered, Tool
from dwell.metrics.catalog import METRICS
from dwell.results import Result
from dwell.workspace.creators import find_account
from dwell.workspace.snapshot import Snapshot

_BY_ROW = "The column kind says of each row whether it is measured, public or predicted."
_PUBLIC = "Counters are what the platform showed. Nothing is predicted."
Words = Annotated[str, Field(min_length=1, max_length=500)]


class Posts(OfGroup):
    """`posts`."""

    sort: Annotated[
        str | None, Field(max_length=500, description="Column to sort by, highest first; null: the metric.")
    ] = None
    above_p90: Annotated[bool, Field(description="Only posts above the 90th percentile of their bucket.")] = False


class Compare(InPeriod):
    """`compare`."""

    creators: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...],
        Field(min_length=2, max_length=10, description="Accounts; all are compared with the first."),
    ]
    at: Age = None
    platform: Platform = None
    scheme: Scheme = "proxy"
    include: Include = ()
    min_age_h: MinAge = 72.0


class Tiers(OfEligible):
    """`tiers` and `posting_times`."""

    tz: Zone = "UTC"


class Findings(OfPeriod):
    """`findings`."""

    metric: Metric = None
    tz: Zone = "UTC"


class Benchmarks(OfGroup):
    """`benchmarks`."""

    by: Annotated[Literal["bucket", "creator-size", "niche"], Field(description="What to split by.")] = "bucket"


class Retention(OfPeriod):
    """`retention`."""

    post: Annotated[str | None, Field(max_length=500, description="Only this post, second by second: id or link.")] = (
        None
    )
    by: Annotated[Literal["views", "engagement_rate"], Field(description="What the best quarter is chosen by.")] = (
        "views"
    )
    ads: Annotated[bool, Field(description="With promoted posts.")] = False


class Trend(OfEligible):
    """`trend`."""

    every: Annotated[Literal["day", "week", "month"], Field(description="Length of a period.")] = "week"


class Score(OfPeriod):
    """`score`."""

    model: Annotated[str | None, Field(max_length=500, description="Id of a stored model; null: the best fit.")] = None


class Vet(OfAccount):
    """`vet`."""

    niche: Annotated[str | None, Field(max_length=500, description="Compare with accounts of this niche.")] = None
    posts: Annotated[int, Field(ge=1, le=1000, description="How many of the latest posts to check.")] = 20


class Topic(Arguments):
    """`topic`."""

    kind: Annotated[Literal["hashtag", "sound", "search"], Field(description="What kind of topic.")]
    name: Annotated[Words, Field(description="Hashtag with or without #, id or link of a sound, or search words.")]
    days: Annotated[int, Field(ge=1, le=366, description="Length of the daily series.")] = 14


class Status(Arguments):
    """`status`."""

    creator: AnyCreator = None


def _of_posts(
    ask: Callable[..., Result], rests_on: Evidence
) -> Callable[[Folder, Arguments, threading.Event], Answered]:
    """A question of `Snapshot` as that of a tool, with the posts that it rests on, as of the same instant."""

    def answer(folder: Folder, arguments: Arguments, _stop: threading.Event) -> Answered:
        question: dict[str, Any] = arguments.question()
        named = [question.get(name) for name in ("creator", "platform", "niche", "watchlist")]
        with folder.workspace.snapshot() as snapshot:
            result = ask(snapshot, **question)
            posts = rests_on(snapshot, question, result)
            return cover(snapshot, result, snapshot.find_group(*named).filters, posts)

    return answer


def _compare(folder: Folder, arguments: Compare, _stop: threading.Event) -> Answered:
    question = arguments.question()
    with folder.workspace.snapshot() as snapshot:
        result = snapshot.compare(**question)
        handles = tuple(account["handle"] for account in result.meta["accounts"])
        chosen = {"handle": handles, "platform": result.meta["platform"]}
        return cover(snapshot, result, chosen, evidence.account_posts(snapshot, question, result))


def _ask_status(folder: Folder, arguments: Status, _stop: threading.Event) -> Answered:
    result = folder.workspace.status(creator=arguments.creator)
    with folder.workspace.snapshot() as snapshot:
        account = {} if arguments.creator is None else find_account(snapshot, arguments.creator, None)
        return cover(snapshot, result, account)


def _answer_topic(folder: Folder, arguments: Topic, _stop: threading.Event) -> Answered:
    with folder.workspace.snapshot() as snapshot:
        result = snapshot.topic(arguments.kind, arguments.name, days=arguments.days)
        posts = evidence.row_posts(snapshot, arguments.question(), result)
    simulated = result.meta["simulated"]
    return Answered(result, period_of(posts), len(posts), simulated, len(posts))


QUESTIONS: tuple[Tool, ...] = (
    Tool(
        "status",
        "What is stored",
        "Which accounts are stored, how many posts and snapshots of each, and how many have a measured watch time."
        " Ask this first.",
        Status,
        _ask_status,
        basis_note="Counts of what is stored.",
        columns=METRICS["creators"].columns,
    ),
    Tool(
        "posts",
        "Posts",
        "The posts of an account, a niche, a watchlist or all accounts, with counters, ratios and watch time, each"
        " compared with posts of its length.",
        Posts,
        _of_posts(Snapshot.posts, evidence.row_posts),
        figures=basis.POSTS,
        columns={**METRICS["posts_at_age"].columns, **METRICS["posts"].columns},
        usual=(
            *("post_id", "handle", "posted_at", "duration_s", "caption", "views", "engagement_rate", "save_rate"),
            *("share_rate", "watch_ratio", "full_watch_rate", "percentile", "above_p90", "views_multiple"),
            *("excluded", "url"),
        ),
    ),
    Tool(
        "findings",
        "What holds the viewers",
        "What holds the viewers of an account: every figure with its uncertainty, and whether it is beyond chance.",
        Findings,
        _of_posts(Snapshot.findings, evidence.eligible_posts()),
        figures=basis.BY_ROW,
        basis_note=_BY_ROW,
        columns=meanings.FINDING,
    ),
    Tool(
        "tiers",
        "Best posts against weakest",
        "What the best quarter of an account's posts has in common that the weakest quarter lacks.",
        Tiers,
        _of_posts(Snapshot.tiers, evidence.eligible_posts()),
        figures=basis.TIERS,
        basis_note="Posts are best or weakest by details.metric; what is compared of them is public.",
        columns=meanings.TIER,
    ),
    Tool(
        "compare",
        "Accounts side by side",
        "How two or more accounts differ at equal length, each against the first, with intervals.",
        Compare,
        _compare,
        figures=basis.BY_ROW,
        basis_note=_BY_ROW,
        columns=meanings.COMPARISON,
    ),
    Tool(
        "benchmarks",
        "Typical and top ratios by length",
        "Median and 90th percentile of each ratio by length of the video, of one account or of all that are stored.",
        Benchmarks,
        _of_posts(Snapshot.benchmarks, evidence.eligible_posts("bucket")),
        figures=basis.BY_METRIC,
        columns={**METRICS["benchmarks_at_age"].columns, **METRICS["benchmarks"].columns},
    ),
    Tool(
        "retention",
        "How viewers leave",
        "The retention curves of an account in figures, newest post first; with post, one of them second by second.",
        Retention,
        _of_posts(lambda snapshot, creator, **others: snapshot.retention(creator, **others), evidence.curve_posts),
        figures=basis.RETENTION,
        columns=meanings.RETENTION,
        usual=(
            *("post_id", "posted_at", "caption", "duration_s", "views", "retention_1s", "retention_3s", "retention_5s"),
            *("hook_loss_3s", "end_rate", "area_s", "avg_watch_s", "full_watch_rate", "shape", "flags", "bucket_n"),
            *("second", "fraction", "retention_rate", "change", "event", "size", "n", "p10", "median", "p90"),
            "like_share",
        ),
    ),
    Tool(
        "trend",
        "An account over time",
        "Posts, median ratios and views per hour of an account by day, week or month, newest first.",
        Trend,
        _of_posts(newest_trend, evidence.eligible_posts("posted_at")),
        figures=basis.BY_METRIC,
        columns=meanings.TREND,
    ),
    Tool(
        "growth",
        "Views gained between readings",
        "How many views an hour each post of an account gained between two readings an hour or more apart, newest"
        " first; pairs of readings without a known growth come last.",
        OfPeriod,
        _of_posts(newest_growth, evidence.growth_posts),
        figures=basis.GROWTH,
        basis_note=_PUBLIC,
        columns=METRICS["growth"].columns,
    ),
    Tool(
        "posting_times",
        "When an account posts",
        "The median of the metric by weekday and hour of posting, with the number of posts.",
        Tiers,
        _of_posts(Snapshot.posting_times, evidence.timed_posts),
        figures=basis.BY_METRIC,
        columns=METRICS["posting_times"].columns,
    ),
    Tool(
        "audit",
        "Which public ratio follows watch time",
        "Which public ratio follows the measured watch time of an account, or that it cannot be told.",
        OfPeriod,
        _of_posts(Snapshot.audit, evidence.watched_posts),
        figures=basis.AUDIT,
        basis_note="Watch time that the platform measured beside public ratios. Nothing is predicted.",
        columns=meanings.AUDIT,
    ),
    Tool(
        "score",
        "Posts by predicted watch time",
        "The posts of an account without a measured watch time, ranked by the one that a stored model predicts.",
        Score,
        _of_posts(Snapshot.score, evidence.scored_posts),
        figures=basis.SCORE,
        basis_note="A stored model predicts these, with intervals. Views are what the platform showed.",
        columns=meanings.SCORE,
    ),
    Tool(
        "vet",
        "Whether an account is worth working with",
        "Checks the latest stored posts of an account against norms, peers and each other. Reads nothing anew.",
        Vet,
        _of_posts(Snapshot.vet, evidence.vetted_posts),
        figures=basis.VETTING,
        basis_note=_PUBLIC,
        columns=meanings.VETTING,
    ),
    Tool(
        "topic",
        "Whether a topic is rising",
        "The stored posts of a hashtag, sound or search, fastest shared first, and the stage that the topic is in.",
        Topic,
        _answer_topic,
        figures=basis.TOPIC,
        basis_note="Counters are what the platform showed; details.lifecycle says what the stage rests on.",
        columns=METRICS["topic_ranking"].columns,
    ),
)
