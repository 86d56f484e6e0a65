from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dwell.metrics.metric_choice import DEFAULTS, choose_metric
from dwell.models import tiers
from dwell.models.account import findings
from dwell.report.answer import answer
from dwell.report.content import ReportContent
from dwell.report.next_steps import next_steps
from dwell.report.statements import statements
from dwell.results import Result

NOW = datetime(2026, 11, 20, tzinfo=UTC)
# What a statement about an association must not say.
CAUSAL = re.compile(
    r"\b(because|causes?|caused|leads? to|makes? (?:viewers|people)|boosts?|increases?|drives?|thanks to|due to"
    r"|results? in|improves?)\b",
    re.IGNORECASE,
)


def say(content, *, start=""):
    return [statement for statement in statements(content.findings) if statement.text.startswith(start)]


def test_no_sentence_claims_a_cause_and_each_carries_its_uncertainty(account):
    for content in (
        account.content(),
        account.content(3),
        account.content(watch_time=False, audit=None, fit=None),
        account.content(fit=account.fit("abstain")),
    ):
        for finding in statements(content.findings):
            assert not CAUSAL.search(finding.text + finding.detail), finding
            if finding.answer == "found" and "above the 90th percentile" not in finding.text:
                assert re.search(r"interval|R²", finding.detail), finding
                assert re.search(r"n[ \u00a0]=|\d+ (?:top|bottom)", finding.detail), finding


def test_measured_watch_time_comes_first(account):
    first = statements(account.content().findings)[0]
    assert (first.kind, first.answer) == ("measured", "found")
    assert re.fullmatch(r"Half of the posts hold their average viewer for at least \d+% of the video\.", first.text)


def test_without_watch_time_it_says_so_and_speaks_of_proxies(account):
    found = statements(account.content(watch_time=False, audit=None, fit=None).findings)
    assert found[0].answer == "unknown"
    assert "not known" in found[0].text
    assert {finding.kind for finding in found[1:]} == {"public"}


def test_an_empty_account_has_answers_that_say_what_is_missing(account):
    assert {finding.answer for finding in statements(account.content(0).findings)} == {"unknown"}


def posts(groups, *, excluded=None):
    rows = []
    for bucket, values in groups.items():
        rows += [{"bucket": bucket, "watch_ratio": value, "excluded": excluded} for value in values]
    return [{"post_id": str(i), **row} for i, row in enumerate(rows)]


def content(posts=(), metric=None, **parts):
    measured = any("watch_ratio" in post for post in posts)
    n = sum(post["excluded"] is None for post in posts)
    if measured and metric is None:
        metric = {"name": "watch_ratio", "reason": "", "n": n, "eligible": n}
    return SimpleNamespace(findings=findings(posts, metric=metric, **parts))


def test_lengths_apart_are_found_and_named():
    found = say(content(posts=posts({"<=10": [0.9] * 12, ">60": [0.3] * 12})), start="Videos of up to 10 s")
    assert found[0].answer == "found"
    assert "90%, against 30% for videos of over 60 s" in found[0].text


def test_lengths_that_overlap_are_alike_only_where_the_posts_are_many():
    values = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    few = posts({"<=10": values, ">60": [v - 0.02 for v in values]})
    assert say(content(posts=few), start="Whether length matters for watch ratio is not known.")[0].answer == "unknown"
    many = posts({"<=10": values * 15, ">60": [v - 0.02 for v in values] * 15})
    found = say(content(posts=many), start="No large difference in watch ratio between lengths.")
    assert found[0].answer == "nothing"
    assert "an effect of 0.5 or more is excluded" in found[0].detail


def test_excluded_posts_do_not_speak():
    rows = posts({"<=10": [0.9] * 12, ">60": [0.3] * 12}, excluded="ads")
    assert not say(content(posts=rows), start="Videos")


def test_on_noise_a_length_rarely_stands_out():
    dice = random.Random(17)
    false = 0
    for _ in range(300):
        groups = {bucket: [dice.random() for _ in range(20)] for bucket in ("<=10", "<=20", "<=35", "<=60", ">60")}
        false += bool(say(content(posts=posts(groups)), start="Videos"))
    assert false / 300 <= 0.05


def test_nothing_separates_is_an_answer():
    rows = [("duration_s", None, 20.0, 21.0, -0.05, "cliffs_delta", -0.3, 0.2, 0.7, 0.7, False)]
    found = say(content(tiers=Result(tiers.COLUMNS, rows, {"n_top": 30, "n_bottom": 30})), start="Nothing separates")
    assert found[0].answer == "nothing"
    assert "30 top and 30 bottom posts" in found[0].detail
    wide = [(*rows[0][:6], -0.6, 0.5, *rows[0][8:])]
    found = say(content(tiers=Result(tiers.COLUMNS, wide, {"n_top": 8, "n_bottom": 8})), start="What separates")
    assert found[0].answer == "unknown"


def test_a_difference_names_both_sides_effect_and_interval():
    rows = [
        ("duration_s", None, 17.2, 33.5, -0.43, "cliffs_delta", -0.62, -0.21, 0.001, 0.006, True),
        ("hashtag", "recipe", 0.78, 0.44, 0.34, "difference", 0.12, 0.53, 0.003, 0.024, True),
    ]
    shorter, tag = (f for f in statements(content(tiers=Result(tiers.COLUMNS, rows)).findings) if f.answer == "found")
    assert shorter.text.startswith(
        "The best quarter of posts by engagement rate is shorter: median 17.2 s, against 33.5 s"
    )
    assert "Cliff's delta −0.43 (95% interval −0.62 to −0.21, q = 0.006)" in shorter.detail
    assert tag.text.startswith("#recipe: 78% of the best quarter")


def test_too_few_posts_for_quarters_gives_the_verdict():
    empty = Result(tiers.COLUMNS, [], {"verdict": "7 eligible posts; quarters need at least 16."})
    assert (
        say(content(tiers=empty), start="What the best posts have in common")[0].detail
        == "7 eligible posts; quarters need at least 16."
    )


AUDIT = ("target", "proxy", "n", "spearman", "low", "high", "verdict")


@pytest.mark.parametrize(
    ("rows", "verdict", "text"),
    [
        (
            [
                ("watch_ratio", "save_rate", 90, 0.6, 0.5, 0.7, "follows"),
                ("watch_ratio", "like_rate", 90, 0.1, -0.1, 0.3, "cannot tell"),
            ],
            "found",
            "Save rate follows measured watch ratio on this account; no other public ratio is shown to.",
        ),
        (
            [
                ("watch_ratio", "save_rate", 90, 0.6, 0.5, 0.7, "follows"),
                ("watch_ratio", "share_rate", 90, 0.5, 0.4, 0.6, "follows"),
            ],
            "found",
            "Save rate and share rate follow measured watch ratio; which of them most closely is not known.",
        ),
        (
            [
                ("watch_ratio", "save_rate", 90, 0.8, 0.7, 0.9, "follows"),
                ("watch_ratio", "share_rate", 90, 0.4, 0.3, 0.5, "follows"),
            ],
            "found",
            "Of the public ratios, save rate follows measured watch ratio most closely.",
        ),
        (
            [("watch_ratio", "like_rate", 90, -0.4, -0.6, -0.2, "against")],
            "found",
            "Like rate runs against measured watch ratio on this account; no other public ratio is shown to.",
        ),
        (
            [("watch_ratio", "like_rate", 90, 0.1, -0.1, 0.3, "cannot tell")],
            "nothing",
            "No public ratio is shown to follow watch ratio here: do not use any of them in place of watch time.",
        ),
    ],
)
def test_audit(rows, verdict, text):
    found = say(content(posts=rated([0.05] * 90), audit=Result(AUDIT, rows)), start=text)
    assert [finding.answer for finding in found] == [verdict]


def test_a_model_that_abstains_is_not_praised(account):
    found = say(account.content(fit=account.fit("abstain")), start="Watch ratio cannot be predicted reliably")
    assert found[0].answer == "unknown"
    assert "its interval of skill includes 0" in found[0].detail


def test_a_usable_model_is_shown_beside_its_best_baseline(account):
    found = [finding for finding in statements(account.content().findings) if finding.kind == "predicted"]
    assert (
        "R² 0.81 on posts left out, 0.83 on the newest posts; the best simple baseline reaches 0.52; n = 129."
        in found[0].detail
    )


@pytest.mark.parametrize(
    ("low", "added"), [(0.2, "the counters add 29 points"), (-0.01, "it is not shown that the counters add anything")]
)
def test_what_the_counters_add_to_length_stands_beside_the_whole(account, low, added):
    fit = account.fit() | {"gain": {"duration_only": {"over": "duration_only", "r2": 0.29, "low": low, "high": 0.4}}}
    found = [finding for finding in statements(account.content(fit=fit).findings) if finding.kind == "predicted"]
    assert found[0].text == (
        "Length and public counters predict watch ratio of unseen posts: 81% of its variation; length alone predicts"
        f" 50%, and {added}."
    )
    assert "The counters add 0.29 (" in found[0].detail


def rated(rates):
    return [
        {"post_id": str(i), "engagement_rate": rate, "posted_at": NOW + timedelta(days=i), "excluded": None}
        for i, rate in enumerate(rates)
    ]


def test_change_over_time_is_said_only_where_it_is_tested():
    assert say(content(posts=rated([0.05] * 15 + [0.08] * 15)), start="Engagement is higher")
    assert say(content(posts=rated([0.05, 0.09] * 15)), start="No large change")
    assert say(content(posts=rated([0.05] * 10)), start="Whether engagement changes")


def test_each_sentence_names_its_own_number_of_posts():
    """600 posts with public counters, of which 9 and then 400 have a watch time."""
    rows = [{**post, "watch_ratio": 0.95 if n < 9 else None} for n, post in enumerate(rated([0.05, 0.09] * 300))]
    few = content(posts=rows, metric=choose_metric({"eligible": 600, **counted(rows)}).to_dict())
    (level,) = say(few, start="How long viewers stay")
    assert (level.answer, level.kind) == ("unknown", "measured")
    assert "only 9 of 600 eligible posts (30 and half of all are needed)" in level.text
    assert level.detail.startswith("Half of the 9 posts (of 600) whose watch time is measured hold")
    assert answer(few.findings).startswith("How long viewers stay was measured for too few posts (9 of 600")
    rows = [{**post, "watch_ratio": 0.95 if n < 400 else None} for n, post in enumerate(rows)]
    audit = Result(AUDIT, [("watch_ratio", "save_rate", 400, 0.6, 0.5, 0.7, "follows")])
    public = {"name": "engagement_rate", "reason": "", "n": 600, "eligible": 600}
    chosen = content(posts=rows, metric=public, audit=audit)
    assert answer(chosen.findings).startswith("Half of the 400 posts (of 600) whose watch time is measured hold their")
    assert say(chosen, start="Save rate follows")[0].text.endswith(" shown to (400 of 600 eligible posts).")


def counted(rows):
    return {name: sum(row.get(name) is not None for row in rows) for name in DEFAULTS}


def test_a_small_account_is_not_spoken_of_by_a_few_watch_times():
    few = content(posts=posts({"<=10": [0.5] * 10}))
    assert say(few)[0].answer == "unknown"
    assert "too few posts" in answer(few.findings)


def test_nothing_measured_has_no_kind(account):
    unknown = content(posts=rated([0.05]), no_fit="No model is stored.")
    kinds = {statement.text: statement.kind for statement in say(unknown)}
    nothing = ("How long viewers stay is not known", "Whether watch ratio can be predicted was not tested")
    assert [kind for text, kind in kinds.items() if text.startswith(nothing)] == [None, None]


def test_a_length_is_not_praised_without_the_seconds():
    rows = [
        {**post, "avg_watch_s": 5.4 if post["bucket"] == "<=10" else 21.0}
        for post in posts({"<=10": [0.9] * 12, ">60": [0.3] * 12})
    ]
    (found,) = say(content(posts=rows), start="Videos of up to 10 s")
    assert "Median seconds watched: 5.4 s for up to 10 s, 21 s for over 60 s." in found.detail
    (step,) = decide(rows)
    assert step.startswith("Decide what counts for you: videos of up to 10 s are watched for a larger part, ")
    assert step.endswith("those of over 60 s for more seconds (median 21 s, against 5.4 s).")
    assert decide([{**row, "avg_watch_s": 5.0} for row in rows]) == []
    assert decide([{**row, "avg_watch_s": None} for row in rows]) == []


def decide(rows):
    page = ReportContent(handle="a", generated_at=datetime(2026, 11, 20, tzinfo=UTC), findings=content(rows).findings)
    return [step for step in next_steps(page) if step.startswith("Decide")]


def test_a_model_of_all_times_says_so_in_an_answer_about_a_period(account):
    made = account.content().findings
    of_period = replace(made, meta={**made.meta, "fit_of_all_times": True})
    (model,) = [one for one in statements(of_period) if one.kind == "predicted"]
    assert model.text.startswith("In posts of all times, length and public counters predict")


def test_the_posts_above_p90_are_listed_by_a_command(account):
    made = account.content().findings
    named = {"handle": "demo", "platform": None, "since": "2026-08-29T07:28:19Z"}
    high = statements(replace(made, meta={**made.meta, **named}))
    command = "dwell posts --creator @demo --metric watch_ratio --since 2026-08-29T07:28:19Z --above-p90"
    assert [one for one in high if one.detail.endswith(f"This lists them: {command}")]
