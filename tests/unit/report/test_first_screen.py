"""The first screen of the page: the answer, three cards, the best posts, what to do next; and what is folded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from dwell.models.account import findings
from dwell.models.tiers import COLUMNS as TIER_COLUMNS
from dwell.report.answer import answer
from dwell.report.audit_sentences import audit_sentences
from dwell.report.best_posts import best_posts, top_table
from dwell.report.cards import cards
from dwell.report.content import ReportContent
from dwell.report.model_notes import fit_note, score_note
from dwell.report.next_steps import next_steps
from dwell.report.page import render
from dwell.results import Result

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NO_TIERS = Result(
    TIER_COLUMNS,
    [("hashtag", "onepan", 0.3, 0.2, 0.1, "difference", -0.1, 0.3, 0.5, 0.9, False)],
    {"n_top": 36, "n_bottom": 36},
)


@pytest.fixture(scope="module")
def content(account: Any) -> Any:
    return account.content()


@pytest.fixture(scope="module")
def html(content: Any) -> str:
    return render(content)


def part(html: str, start: str, end: str) -> str:
    return html[html.index(start) : html.index(end, html.index(start))]


def words(html: str) -> str:
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def test_the_answer_is_one_sentence_of_the_level_and_the_largest_difference(content: Any, html: str) -> None:
    text = answer(content.findings)
    assert re.match(
        r"Half of the posts hold their average viewer for at least \d+% of the video; videos of .*\.$", text
    )
    assert text in words(html)


def test_without_watch_time_the_answer_says_so_and_says_what_public_counters_show(account: Any) -> None:
    text = answer(account.content(watch_time=False, audit=None, fit=None).findings)
    assert text.startswith("How long viewers stay was not measured; ")
    assert answer(account.content(0).findings) == "No post can be compared yet, so what holds viewers is not known."


def test_posts_of_which_nothing_is_known_are_not_compared(account: Any) -> None:
    rows = [{**post, "engagement_rate": None, "save_rate": None, "percentile": None} for post in account.posts(40)]
    made = replace(account.content(0), findings=findings([{**row, "watch_ratio": None} for row in rows]))
    assert "0 of 40 posts compared" in words(render(made))
    assert answer(made.findings).startswith("No post can be compared yet")


def test_three_cards_have_two_numbers_each_and_what_is_found_first(content: Any, html: str) -> None:
    shown = cards(content)
    assert len(shown) == 3
    assert shown[0].answer == "found"
    assert all(re.search(r"\d", side.value) for card in shown for side in (card.first, card.second))
    assert not [card for card in shown if card.title.startswith("Length of the best")]  # the card of lengths has it
    assert html.count('class="card ') == 3


def test_only_what_is_found_has_a_best_and_a_weakest(account: Any, html: str) -> None:
    public = account.content(watch_time=False, audit=None, fit=None, tiers=NO_TIERS)
    shown = cards(public)
    assert shown
    assert all(card.answer != "found" for card in shown)
    screen = words(part(render(public), '<ul class="cards">', "</ul>"))
    assert not re.search(r"best|weakest", screen)
    assert re.search(r"cannot tell|no large difference", screen)
    assert "weakest" in words(part(html, '<ul class="cards">', "</ul>"))
    assert not [card for card in shown if card.title == "#onepan"]  # one of many that found nothing


def test_a_card_has_the_higher_value_first_and_digits_enough_to_differ() -> None:
    lengths = {"<=20": [0.0096] * 4 + [0.2] * 3, "<=35": [0.0104] * 7}  # most of the second are higher, one median too
    rows = [
        {"bucket": bucket, "engagement_rate": rate, "excluded": None}
        for bucket, rates in lengths.items()
        for rate in rates
    ]
    (card,) = cards(ReportContent(handle="a", generated_at=NOW, findings=findings(rows)))
    assert [(side.value, side.label) for side in (card.first, card.second)] == [
        ("1.04%", "20–35 s"),
        ("0.96%", "10–20 s"),
    ]


def test_a_change_is_shown_from_the_higher_half_to_the_lower() -> None:
    rates = [0.05, 0.0904] * 8 + [0.05, 0.09] * 8
    rows = [
        {"engagement_rate": rate, "posted_at": NOW + timedelta(days=day), "excluded": None}
        for day, rate in enumerate(rates)
    ]
    (card,) = cards(ReportContent(handle="a", generated_at=NOW, findings=findings(rows)))
    assert card.answer != "found"
    assert [(side.value, side.label) for side in (card.first, card.second)] == [
        ("7.02%", "older half of posts"),
        ("7.00%", "newer half of posts"),
    ]


def test_posts_that_are_all_equal_have_no_best_one(account: Any) -> None:
    same = [{**post, "engagement_rate": 0.115, "percentile": 0.0, "watch_ratio": None} for post in account.posts()]
    equal = account.content(posts=account.to_result(same), tiers=NO_TIERS, audit=None, fit=None)
    assert not cards(equal)
    assert not best_posts(equal.posts, equal.metric)
    assert not top_table(equal.posts, equal.metric).rows


def test_the_best_posts_are_linked(content: Any, html: str) -> None:
    listed = best_posts(content.posts, content.metric)
    assert len(listed) == 5
    first = part(html, '<ol class="posts">', "</ol>")
    assert [first.count(str(post.post.url)) for post in listed] == [1] * 5


def test_the_list_shows_the_percentile_that_orders_it(content: Any) -> None:
    ranks = [100, 100, 97, 90, 80]
    eligible = [post for post in content.posts if post["excluded"] is None][:5]
    posts = [{**post, "percentile": rank / 100} for post, rank in zip(eligible, reversed(ranks), strict=True)]
    shown = [post.detail.split(" · ")[0] for post in best_posts(posts, content.metric)]
    assert shown == [
        *("the best of its length",) * 2,
        *(f"above {rank}% of the others of its length" for rank in ranks[2:]),
    ]


def test_only_the_best_is_above_all_others_in_list_and_table(content: Any) -> None:
    eligible = [post for post in content.posts if post["excluded"] is None][:2]
    posts = [{**post, "percentile": place} for post, place in zip(eligible, (1.0, 0.997), strict=True)]
    assert [post.detail.split(" · ")[0] for post in best_posts(posts, content.metric)] == [
        *("the best of its length", "above 99% of the others of its length"),
    ]
    cells = [[str(cell) for cell in row] for row in top_table(posts, content.metric).rows]
    assert [sum("100%" in cell for cell in row) for row in cells] == [1, 0]


def test_what_to_do_next_is_a_trial_and_no_promise(content: Any) -> None:
    trial, *_ = next_steps(content)
    assert re.match(r"Try more posts with #recipe\. This is an association, not a cause", trial)


def test_no_length_is_advised_for_a_share_of_it(account: Any) -> None:
    """A short video is easier to watch to its end."""
    row = ("duration_s", None, 17.0, 33.0, -0.4, "cliffs_delta", -0.6, -0.2, 0.001, 0.01, True)
    tiers = Result(TIER_COLUMNS, [row], {"n_top": 20, "n_bottom": 20})
    made = account.content(tiers=tiers)
    assert {row["finding"] for row in made.findings if row["verdict"] == "found"} >= {"length", "best_posts"}
    assert not [step for step in next_steps(made) if "Try" in step]


@pytest.mark.parametrize(
    ("row", "tried"),
    [
        (("duration_s", None, 17.0, 33.0, -0.4), "Try shorter videos."),
        (("hashtag_count", None, 6.0, 3.0, 0.4), "Try more hashtags."),
        (("hashtag", "onepan", 0.5, 0.1, 0.4), "Try more posts with #onepan."),
        (("hour", "17", 0.1, 0.5, -0.4), "Try fewer posts 17:00–17:59 (Europe/Berlin)."),
        (("weekday", "2", 0.5, 0.1, 0.4), "Try more posts on Tue."),
        (("sound_original", "original", 0.9, 0.1, 0.8), "Try more posts with original sound."),
    ],
)
def test_each_difference_has_its_trial(account: Any, row: tuple[Any, ...], tried: str) -> None:
    tiers = Result(TIER_COLUMNS, [(*row, "difference", 0.2, 0.6, 0.001, 0.01, True)], {"n_top": 20, "n_bottom": 20})
    found = replace(account.content(0), findings=findings(account.posts(0) or [{"excluded": None}], tiers=tiers))
    assert next_steps(found)[0].startswith(tried)


def test_nobody_who_is_connected_is_told_to_connect(account: Any) -> None:
    public = account.content(3, watch_time=False)
    assert any("dwell connect tiktok" in step for step in next_steps(public))
    connected = render(replace(public, connected=True))
    assert "connect" not in words(connected).lower().replace("connected", "")
    assert "dwell sync" in connected


def test_without_findings_it_says_which_data_would_tell_more(account: Any) -> None:
    steps = " ".join(next_steps(account.content(3)))
    assert "dwell sweep @saltandspoon" in steps
    assert "No difference was found in 3 posts" in steps
    assert "Store more posts" in " ".join(next_steps(account.content(0)))


def test_advice_for_tiktok_alone_is_not_given_elsewhere(account: Any) -> None:
    public = account.content(3, watch_time=False)
    elsewhere = replace(public, posts=[{**post, "platform": "youtube"} for post in public.posts])
    steps = " ".join(next_steps(elsewhere))
    assert "dwell import" in steps
    assert "sweep" not in steps
    assert "connect" not in steps


def test_only_what_is_found_is_open(html: str) -> None:
    section = part(html, '<section id="findings"', "</section>")
    shown, *folded = section.split("<details")
    assert 'class="found"' in shown
    assert not re.search(r'class="(nothing|unknown)"', shown)
    assert folded
    assert all("<summary>" in fold and not re.search(r'class="found"', fold) for fold in folded)


def test_no_id_and_no_name_of_a_column_stands_in_the_text(account: Any, content: Any) -> None:
    rows = [{**post, "caption": None} for post in content.posts]
    model = {**account.fit(), "warnings": ["x-20261120-0123abcd.json is not readable.", "save_rate is unknown."]}
    score = account.score(content.posts)
    made = account.content(posts=rows, fit=model, score=score, status={"sources": ["apify"]})
    page = words(render(made))
    text, method = page.split("Method and data health", 2)[-2:]
    assert not re.search(r"\b\d{15,}\b", page)
    assert not re.findall(r"(?<![@#/\w])[a-z]+_[a-z_0-9]+", re.sub(r"--metric \w+", "", text))  # as a command has it
    assert "save rate is unknown." in page
    assert "A stored model cannot be read" in page
    assert "watch-ratio-saltandspoon" not in text
    assert "watch-ratio-saltandspoon" in method
    assert "post of " in page


def test_the_audit_is_worded(account: Any) -> None:
    gain = {"r2": 0.1, "low": 0.02, "high": 0.2}
    meta = {"ratios_gain": {"watch_ratio": gain, "full_watch_rate": {**gain, "low": -0.1}}, "verdict": "?"}
    audit = Result(
        account.audit().columns, account.audit().rows, {**meta, "base_r2": dict.fromkeys(meta["ratios_gain"], 0.5)}
    )
    first, second = audit_sentences(audit)
    assert first.startswith(
        "Watch ratio: save rate and share rate rise with it. Length and views alone reach R² 0.50; "
    )
    assert first.endswith("the ratios add 0.10 (0.02 to 0.20).")
    assert second.startswith("Full-watch rate: save rate rises with it; like rate falls with it. ")
    assert second.endswith("it is not shown that the ratios add to it (0.10 (−0.10 to 0.20)).")
    assert audit_sentences(Result(audit.columns, [], {"verdict": "Cannot tell."})) == ["Cannot tell."]


def test_every_cell_of_a_table_names_its_column_for_narrow_screens(html: str) -> None:
    cells = re.findall(r"<(?:td|th) [^>]*role=\"(?:cell|rowheader)\"[^>]*>|<th scope=\"row\"[^>]*>", html)
    assert cells
    assert all("data-label=" in cell for cell in cells)


def test_the_model_is_named_by_its_date(account: Any) -> None:
    made = account.content()
    stored = replace(
        made.findings, meta={**made.findings.meta, "fit_stored": True, "fitted_at": "2026-11-19T08:00:00Z"}
    )
    assert fit_note(replace(made, findings=stored)) == ["The model of this account is of 19 Nov 2026 (dwell fit)."]
    assert fit_note(made) == ["This model was fitted for this page and is not stored (dwell fit stores one)."]
    named = {"trained_at": "2026-11-19T08:00:00Z", "trained_on": ["a", "b", "c", "d"]}
    assert score_note(named) == [
        "The order is predicted by a model of @a, @b, @c and 1 more, of 19 Nov 2026 (dwell fit)."
    ]


def test_text_by_strangers_stays_text() -> None:
    bad = SimpleNamespace(posts=[{"percentile": 1.0, "excluded": None, "caption": "<b>x\u202e", "url": "javascript:1"}])
    (only,) = best_posts(bad.posts, "watch_ratio")
    assert only.post.url is None
    assert "\u202e" not in only.post.text
