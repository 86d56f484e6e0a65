"""Every chart: valid by the schema, drawn without a browser, honest about what it leaves out."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dwell import charts
from dwell.charts import render
from dwell.charts.band_lines import Line
from dwell.charts.context import add_context, context_line
from dwell.charts.theme import NARROW, WIDE
from dwell.models.account import findings
from dwell.models.comparison import Account, compare
from dwell.models.coverage_shares import coverage_shares
from dwell.results import Result


def lengths(found: Result) -> list[dict[str, Any]]:
    return list(findings(found).meta["lengths"])


def drawings(account: Any) -> dict[str, Callable[[int], Any]]:
    found = account.posts()
    return {
        "benchmarks": lambda width: charts.benchmarks(found, account.benchmarks(found), width=width),
        "watch_time": lambda width: charts.watch_time(found, lengths(found), width=width),
        "tiers": lambda width: charts.tiers(account.tiers(), width=width),
        "comparison": lambda width: charts.comparison(compared(), width=width),
        "posting_times": lambda width: charts.posting_times(account.posting_times(found), width=width),
        "trend": lambda width: charts.trend(account.trend(found), width=width),
        "growth": lambda width: charts.growth(account.growth(found), found, width=width),
        "audience_hours": lambda width: charts.audience_hours(active_hours(), tz="Asia/Kathmandu", width=width),
        "audit": lambda width: charts.audit(account.audit(), width=width),
        "skill": lambda width: charts.skill(account.fit(), width=width),
        "coverage": lambda width: charts.coverage(account.fit(), coverage_shares(account.fit()), width=width),
        "retention_band": lambda width: charts.retention_band([line("best"), line("weakest", 0.7)], width=width),
        "retention_heat": lambda width: charts.retention_heat(*catalogue(), total=90, width=width),
        "retention_quartiles": lambda width: charts.retention_quartiles(quarters(), width=width),
        "scores": lambda width: charts.scores(account.score(found), found, width=width),
        "traffic_sources": lambda width: charts.traffic_sources(traffic(), width=width),
        "topic_days": lambda width: charts.topic_days(topic(), lifecycle=RISING, width=width),
        "vetting": lambda width: charts.vetting(vetted(), width=width),
        "views_per_hour": lambda width: charts.views_per_hour(*tracked(), width=width),
    }


def compared():
    dice = random.Random(4)
    posts = {
        name: [
            {"bucket": "<=20", "excluded": None, "posted_at": None, "observed_at": None, "is_pinned": False}
            | {"save_rate": factor * dice.random(), "duration_s": 15.0 + dice.random(), "age_h": 90.0}
            for _ in range(40)
        ]
        for name, factor in (("you", 0.01), ("rival", 0.03))
    }
    return compare([Account(name, rows) for name, rows in posts.items()])


def active_hours():
    return [
        {"weekday": day, "hour": hour, "n": 4, "active_followers": 100.5 * hour * day}
        for day in range(1, 8)
        for hour in range(24)
    ]


def traffic(months=14):
    names = ("For You", "Follow", "Search", "Others", "'; </script>", "Sound", "Hashtag", "Direct Message", "Profile")
    return [
        {"month": date(2025 + month // 12, month % 12 + 1, 1), "traffic_source": name, "share": 1 / len(names)}
        | {"videos": month + 1, "views": 1_000 * month}
        for month in range(months)
        for name in names
    ]


def line(name="this post", level=1.0, last=40, gap=()):
    curve = [level ** (second > 0) * (1 - 0.015 * second) for second in range(last)]
    points = [
        {"second": float(second), "retention_rate": None if second in gap else rate, "size": 0.1, "n": 12}
        | {"event": {9: "cliff", 20: "bump"}.get(second), "p10": rate * 0.6, "median": rate * 0.8, "p90": min(1, rate)}
        for second, rate in enumerate(curve)
    ]
    return Line(name, "“One-pan pasta”, 1,200 views", points)


def catalogue(posts=50):
    rows = [
        {"post_id": str(number), "views": 1_000 * number, "duration_s": 20.0 + 3 * number}
        | {"caption": "It's \\ “good” </script> ' + alert(1) + '"}
        for number in range(posts)
    ]
    points = [
        {"post_id": str(number), "second": float(second), "retention_rate": 1.2 - 0.01 * second}
        | {"event": {7: "bump", 11: "cliff"}.get(second + number % 5)}
        for number in range(posts)
        for second in range(20 + 3 * number)
    ]
    return points, rows


def quarters(top=12):
    return [
        {"group": group, "fraction": place / 20, "n": top, "q25": level - 0.2, "median": level, "q75": level + 0.1}
        for group, start in (("top", 1.0), ("bottom", 0.8))
        for place in range(21)
        for level in [start - 0.02 * place]
    ]


RISING = {
    "stage": "rising",
    "reason": "Posts added per day changed by +20 % a day (95 % interval +16 % to +24 %, 7 days).",
}


RATES = ("views_per_hour", "views_per_hour_low", "views_per_hour_high")


def tracked(gaps=("missed", "missed", "provider")):
    start = datetime(2026, 2, 1, 9, 20, tzinfo=UTC)
    rows = [
        {"slot": slot, "at": start + timedelta(hours=slot), "views": 1000 * slot, "gap": None}
        | dict.fromkeys(RATES, 1000.0 if slot else None)
        | {"hours": 1.0}
        for slot in range(20)
    ]
    for slot, reason in enumerate(gaps, start=7):
        rows[slot] |= {"gap": reason, "views": None, **dict.fromkeys(RATES)}
    video = {
        "id": "vid_1",
        "creator": "demo",
        "title": "One-pan pasta",
        "slots": 24,
        "slot_s": 3600.0,
        "views_rounded_to": 100,
    }
    return rows, {**video, "snapshots": 20 - len(gaps), "gaps": dict(Counter(gaps))}


def topic(added=(100, 120, None, 180, 90)):
    return [
        {"topic_kind": "hashtag", "topic": "slowfood", "day": f"2026-02-{number:02d}", "posts_added": count}
        | {"posts_published": number, "share_rate_median": 0.004}
        for number, count in enumerate(added, start=25 - len(added))
    ]


def vetted(**changed):
    rates = {"like_rate": 0.025, "comment_rate": 0.002, "share_rate": 0.03, "save_rate": 0.004, "engagement_rate": None}
    columns = ("check", "value", "low", "high", "norm", "reads_as", "n", "evidence")
    rows = []
    for rate, value in {**rates, **changed}.items():
        ends = (None, None) if value is None else (value * 0.8, value * 1.3)
        rows.append((f"{rate}_median", value, *ends, None, None if rate == "save_rate" else "healthy", 20, ""))
        rows.append((f"{rate}_mean", None if value is None else value * 1.1, *ends, None, None, 20, ""))
    return Result(columns, rows, {"verdict": "mixed", "handle": "made_up", "reasons": ["likes per view: low."]})


def texts(chart: Any) -> str:
    title = chart.to_dict()["title"]
    return " ".join([title["text"], *title["subtitle"]])


@pytest.mark.parametrize("name", charts.__all__)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_each_is_valid_and_fits_its_width(account, name, width):
    chart = drawings(account)[name](width)
    spec = chart.to_dict()
    assert spec["title"]["text"]
    figure = render.figure(chart, name)
    drawn = float(figure.svg.split('width="')[1].split('"')[0])
    assert drawn <= width + 6, drawn
    assert "vega-datasets" not in figure.svg
    assert "undefined" not in figure.svg
    assert "NaN" not in figure.svg


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.benchmarks([], []),
        lambda: charts.watch_time([], []),
        lambda: charts.tiers([]),
        lambda: charts.comparison([]),
        lambda: charts.retention_band([]),
        lambda: charts.retention_band([Line("this post", "", [{"second": 0.0, "retention_rate": None}])]),
        lambda: charts.retention_heat([], [], total=0),
        lambda: charts.retention_quartiles([]),
        lambda: charts.posting_times([]),
        lambda: charts.trend([]),
        lambda: charts.growth([]),
        lambda: charts.audit([]),
        lambda: charts.skill({}),
        lambda: charts.coverage({}, []),
        lambda: charts.scores({"rows": [], "reasons": ["no views"]}),
        lambda: charts.vetting([]),
    ],
)
def test_without_rows_a_chart_says_why(draw):
    picture = render.svg(draw())
    assert any(word in picture for word in ("No ", "Too few", "Nothing"))


def test_titles_state_units_and_n(account):
    drawn = drawings(account)
    for name, words in {
        "benchmarks": ("share of views", "146 eligible posts"),
        "watch_time": ("average watch time ÷ length", "eligible posts"),
        "tiers": ("36 top and 36 bottom posts", "95% interval"),
        "comparison": ("@you 40 eligible posts", "95% interval", "against @you"),
        "trend": ("146 posts", "share of views"),
        "audit": ("129 posts", "Spearman"),
        "skill": ("129 posts", "R²"),
        "coverage": ("nominal: 90%",),
        "scores": ("A rank only",),
        "topic_days": ("#slowfood: rising", "4 days", "95 % interval"),
        "vetting": ("@made_up: mixed", "latest 20 posts", "Likes per view: low."),
    }.items():
        shown = texts(drawn[name](WIDE))
        assert all(word in shown for word in words), (name, shown)


def test_the_time_zone_is_named(account):
    times = account.posting_times(account.posts())
    assert "UTC time" in texts(charts.posting_times(times))
    named = Result(times.columns, times.rows, {"tz": "Europe/Berlin"})
    assert "Europe/Berlin time" in texts(charts.posting_times(named))


def rows_of(chart: Any, key: str) -> list[dict[str, Any]]:
    datasets = chart.to_dict()["datasets"].values()
    return [row for rows in datasets for row in rows if key in row]


def test_posts_above_p90_stand_out_and_excluded_posts_are_not_drawn():
    posts = [{"post_id": str(i), "bucket": "<=10", "engagement_rate": i / 100, "excluded": None} for i in range(1, 11)]
    posts.append({"post_id": "ad", "bucket": "<=10", "engagement_rate": 0.9, "excluded": "ads"})
    posts.append({"post_id": "none", "bucket": "<=10", "engagement_rate": None, "excluded": None})
    marks = [{"bucket": "<=10", "n": 10, "engagement_rate_median": 0.055, "engagement_rate_p90": 0.091}]
    dots = rows_of(charts.benchmarks(posts, marks), "high")
    assert len(dots) == 10
    assert [dot["value"] for dot in dots if dot["high"]] == [0.1]


def test_a_handful_of_posts_gets_no_90th_percentile():
    marks = [{"bucket": "<=10", "n": 4, "engagement_rate_median": 0.05, "engagement_rate_p90": 0.05}]
    posts = [{"post_id": "1", "bucket": "<=10", "engagement_rate": 0.06, "excluded": None}]
    chart = charts.benchmarks(posts, marks)
    assert "fewer than 5 posts" in texts(chart)
    assert not any(dot["high"] for dot in rows_of(chart, "high"))


def test_grouped_benchmarks_get_a_line_each_and_no_dots(account):
    marks = [
        {"bucket": "<=10", "group": group, "n": 9, "engagement_rate_median": 0.05, "engagement_rate_p90": 0.08}
        for group in ("food", "travel")
    ]
    chart = charts.benchmarks(account.posts(), marks)
    assert [mark["label"] for mark in rows_of(chart, "label")[:2]] == ["up to 10 s · food", "up to 10 s · travel"]
    assert not rows_of(chart, "high")


def test_many_posts_are_thinned_and_the_chart_says_so():
    posts = [{"post_id": str(i), "bucket": "<=10", "engagement_rate": i / 1e5, "excluded": None} for i in range(4000)]
    marks = [{"bucket": "<=10", "n": 4000, "engagement_rate_median": 0.02, "engagement_rate_p90": 0.036}]
    chart = charts.benchmarks(posts, marks)
    dots = rows_of(chart, "high")
    high = sum(dot["high"] for dot in dots)
    assert f"{len(dots):,} of 4,000 dots are drawn, {high} of 399 above the 90th percentile." in texts(chart)
    assert len(dots) <= 1500
    assert high / len(dots) == pytest.approx(0.1, abs=0.005)  # the colours keep their share


def periods(every, *starts):
    rows = [{"period_start": start, "posts": 5, "engagement_rate_median": 0.05} for start in starts]
    return charts.trend(rows, every=every)


@pytest.mark.parametrize(
    ("every", "starts", "segments"),
    [
        ("week", ("2026-02-02", "2026-02-09", "2026-02-23", "2026-03-02"), [0, 0, 1, 1]),
        ("month", ("2019-07-01", "2020-11-01", "2022-12-01", "2023-01-01", "2023-02-01"), [0, 1, 2, 2, 2]),
        ("day", ("2026-02-28", "2026-03-01", "2026-03-03"), [0, 0, 1]),
    ],
)
def test_a_line_breaks_where_no_posts_are(every, starts, segments):
    chart = periods(every, *starts)
    assert [row["segment"] for row in rows_of(chart, "median")] == segments
    assert chart.to_dict()["vconcat"][0]["layer"][0]["encoding"]["detail"]["field"] == "segment"
    assert f"No line over a {every} without posts." in texts(chart)
    assert "No line over" not in texts(periods("week", "2026-02-02", "2026-02-09"))


def test_weekly_ticks_are_mondays_and_each_is_the_start_of_a_period():
    mondays = [date(2025, 10, 27) + timedelta(weeks=n) for n in (0, 3, 5, 6, 7, 8, 30)]
    for width in (WIDE, NARROW):
        rows = [{"period_start": day, "posts": 3, "engagement_rate_median": 0.05} for day in mondays]
        ticks = charts.trend(rows, width=width).to_dict()["vconcat"][1]["encoding"]["x"]["axis"]["values"]
        days = [datetime.fromtimestamp(tick / 1000, UTC) for tick in ticks]
        assert {day.isoweekday() for day in days} == {1}
        assert len(days) >= 2
        assert days[0].date() == mondays[0]


def test_bars_over_a_long_time_do_not_overlap():
    rows = [{"period_start": date(2019, 7, 1), "posts": 1, "engagement_rate_median": 0.05}]
    rows += [
        {"period_start": date(2023, 1, 2) + timedelta(weeks=n), "posts": 3, "engagement_rate_median": 0.05}
        for n in range(52)
    ]
    bars = charts.trend(rows).to_dict()["vconcat"][1]
    weeks = (date(2023, 1, 2) - date(2019, 7, 1)).days // 7 + 52
    assert bars["mark"]["size"] <= bars["width"] / weeks


def test_days_without_a_count_are_marked_and_are_no_bars():
    chart = charts.topic_days(topic(), lifecycle=RISING)
    assert [row["tip"] for row in rows_of(chart, "from")] == ["22 Feb 2026: not counted"]
    assert len(rows_of(chart, "posts")) == 4
    assert "Shaded: not counted on that day" in texts(chart)
    whole = charts.topic_days(topic((100, 120, 180)))
    assert not rows_of(whole, "from")
    assert "Shaded" not in texts(whole)


@pytest.mark.parametrize("top", [0.0009, 0.0021, 0.004, 0.0113, 0.04, 0.09, 0.3, 1.2])
def test_no_axis_of_percentages_repeats_a_label(top):
    marks = [{"bucket": "<=10", "n": 9, "engagement_rate_median": top / 3, "engagement_rate_p90": top}]
    rows = [{"period_start": date(2026, 2, 2), "posts": 4, "engagement_rate_median": top}]
    for chart in (
        charts.benchmarks([], marks),
        charts.trend(rows),
        charts.vetting(vetted(save_rate=top, like_rate=None, comment_rate=None, share_rate=None)),
    ):
        labels = [label for label in re.findall(r">([\d.]+%)</text>", render.svg(chart)) if label]
        on_axes = [label for label in labels if label not in {f"{top:.1%}", f"{top / 3:.1%}"}]
        assert len(on_axes) >= 3
        assert len(on_axes) == len(set(on_axes)), on_axes


def test_a_topic_of_few_posts_has_whole_numbers_on_its_axis():
    drawn = render.svg(charts.topic_days(topic((1, 1, 1))))
    assert "200m" not in drawn


def test_every_picture_can_carry_account_dates_and_source(account):
    line = context_line(
        "@made_up", "2026-11-18", "2026-11-26", ["apify", "studio", "web-items", "table", "scavio", "open"]
    )
    assert (
        line
        == "@made_up · observed 18 Nov 2026 to 26 Nov 2026 · source: apify, studio, web-items, table, scavio and 1 more"
    )
    assert context_line("@a", "2026-11-18", "2026-11-18", []) == "@a · observed on 18 Nov 2026"
    assert context_line("@a", None, None, []) == "@a"
    for draw in drawings(account).values():
        assert line in texts(add_context(draw(WIDE), line))
    assert line in " ".join(texts(add_context(charts.trend([]), line)).split())


def test_legends_have_room_for_wider_fonts(account):
    for name in ("skill", "posting_times"):
        assert drawings(account)[name](WIDE).to_dict()["config"]["legend"]["columnPadding"] >= 30


def test_what_cannot_be_told_is_grey(account):
    from dwell.charts.theme import colour

    lines = {row["label"]: row["ink"] for row in rows_of(charts.tiers(account.tiers()), "shade")}
    assert lines["Length"] == colour("accent")
    assert lines["Caption length"] == colour("unsure")


def test_an_hour_with_few_posts_is_a_small_square():
    rows = [
        {"weekday": 1, "hour": 9, "n": 1, "engagement_rate_median": 0.05},
        {"weekday": 2, "hour": 9, "n": 8, "engagement_rate_median": 0.06},
    ]
    small, full = (row["size"] for row in rows_of(charts.posting_times(rows), "size"))
    assert small < full / 2


def test_a_skill_far_below_zero_stands_at_the_edge_with_its_number(account):
    rows = rows_of(charts.skill(account.fit()), "r2")
    worst = min(rows, key=lambda row: row["r2"])
    assert (worst["at"], worst["text"]) == (-0.5, "◂ −3.40")


def test_scores_take_a_result_as_well_as_json(account):
    found = account.posts()
    score = account.score(found, level_shown=True)
    columns = tuple(score["rows"][0])
    meta = {key: value for key, value in score.items() if key != "rows"}
    result = Result(columns, [tuple(row.values()) for row in score["rows"]], meta)
    assert charts.scores(result, found).to_dict() == charts.scores(score, found).to_dict()
    assert "predicted watch ratio" in texts(charts.scores(result, found))


def test_levels_and_attributes_of_tiers_read_well():
    from dwell.charts.tier_forest import dimension_label

    labels = {
        ("weekday", "2"): "Posted on Tue",
        ("hour", "7"): "Posted 07:00–07:59",
        ("hashtag", "recipe"): "#recipe",
        ("sound_original", "original"): "Original sound",
        ("sound_original", "taken over"): "Sound: taken over",
        ("media_type", "video"): "Media type: video",
        ("duration_s", None): "Length",
        ("hashtag_count", None): "Hashtags per post",
    }
    assert {key: dimension_label({"dimension": key[0], "level": key[1]}) for key in labels} == labels


def test_growth_draws_the_latest_pair_of_a_post():
    pairs = [
        {
            "post_id": "1",
            "to_at": f"2026-01-0{day}",
            "hours": 24,
            "views_from": 0,
            "views_to": 24 * day,
            "views_per_hour": float(day),
        }
        for day in (3, 2)
    ]
    assert [row["value"] for row in rows_of(charts.growth(pairs), "label")] == [3.0]


def test_a_topic_without_counts_is_drawn_provisionally_or_says_why():
    grey = charts.topic_days(topic((None, None)))
    assert "Grey: 47 sampled posts" in texts(grey)
    assert [row["posts"] for row in rows_of(grey, "posts")] == [23, 24]
    assert "once a day" in render.svg(charts.topic_days([]))
    assert texts(charts.topic_days(topic(), lifecycle={"stage": "cannot tell"})).startswith(
        "#slowfood: stage not known"
    )


def test_rates_are_drawn_over_their_norms_and_unknown_ones_are_left_out():
    drawn = [row["label"] for row in rows_of(charts.vetting(vetted()), "value")]
    assert drawn == [
        "Like rate, 2.50%: healthy",
        "Comment rate, 0.20%: healthy",
        "Share rate, 3.00%: healthy",
        "Save rate, 0.40%, no norm",
    ]
    bands = [row["band"] for row in rows_of(charts.vetting(vetted()), "band")]
    assert "healthy (3.0% to 8.0%)" in bands
    assert "highly engaged (10.0% to 11.2%)" in bands


def test_a_key_names_every_mark_and_colour_of_a_vetting_and_no_other():
    def names(findings):
        return {row["name"] for row in rows_of(charts.vetting(findings), "name")}

    marks, bands = {"Median", "Its 95% interval", "Mean"}, {"Below the norm", "Healthy, or viral potential"}
    assert names(vetted()) == marks | bands | {"Above healthy"}
    swatches_and_words = Counter(row["name"] for row in rows_of(charts.vetting(vetted()), "name"))
    assert set(swatches_and_words.values()) == {2}
    drawn = {row["ink"] for row in rows_of(charts.vetting(vetted()), "band")}
    assert {row["ink"] for row in rows_of(charts.vetting(vetted()), "name") if "ink" in row} == drawn
    assert names(vetted(like_rate=None, comment_rate=None)) == marks | bands
    alone = vetted(like_rate=None, comment_rate=None, share_rate=None)
    bare = [(check, value, None, None, *rest) for check, value, _, _, *rest in alone.rows if check.endswith("median")]
    assert names(Result(alone.columns, bare, alone.meta)) == {"Median"}


def test_importing_the_package_does_not_import_altair():
    code = "import sys, dwell.charts; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_chart_is_an_attribute_error():
    with pytest.raises(AttributeError, match="pie"):
        getattr(charts, "pie".lower())


def test_a_curve_is_not_joined_over_a_gap():
    spec = charts.retention_band([line(gap=(12, 13, 14))]).to_dict()
    (name,) = [layer["data"]["name"] for layer in spec["layer"] if "detail" in layer["encoding"]]
    rows = spec["datasets"][name]
    segments = {row["second"]: row["segment"] for row in rows}
    assert 13 not in segments
    assert segments[11] != segments[15]
    assert segments[10] == segments[11]


def test_the_catalogue_says_what_it_leaves_out():
    chart = charts.retention_heat(*catalogue(), total=90)
    assert "The 40 of 90 posts with the most views" in texts(chart)
    assert "Only the first 60 seconds" in texts(chart)
    whole = charts.retention_heat(*catalogue(5), total=5)
    assert "All posts" in texts(whole)
    assert "Only the first" not in texts(whole)
