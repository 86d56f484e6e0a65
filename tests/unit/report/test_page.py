from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from dwell.metrics.eligible import REASONS
from dwell.report import method
from dwell.report.page import render
from dwell.results import Result

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"q\" 'a' {{ 7*7 }} &amp;"
VOID = {"meta", "link", "br", "img", "hr", "input", "path", "line", "rect"}


class Page(HTMLParser):
    """What a browser would see: tags in order, attributes, visible text; complains when a tag is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def html(account):
    return render(account.content())


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_all_ten_sections_are_there_and_reachable(page):
    ids = [attributes["id"] for attributes in page.all("section")]
    assert ids[:2] == ["answer", "findings"]
    assert ids[2:] == ["benchmarks", "tiers", "posting-times", "trend", "audit", "model", "top-posts", "method"]
    targets = {attributes.get("href") for attributes in page.all("a")}
    assert {f"#{key}" for key in ids} <= targets


def test_other_accounts_are_a_section_where_they_are_asked_for(account):
    row = {"metric": "save_rate", "handle": "rival<b>", "value": 0.02, "own_value": 0.01, "difference": 0.01}
    row |= {"difference_low": 0.005, "difference_high": 0.015, "verdict": "higher", "n": 40, "reason": None}
    row |= {"effect": 0.4, "effect_low": 0.2, "effect_high": 0.6}
    meta = {"reference": "made_up", "accounts": [], "verdict": "@rival<b> is higher in save_rate than @made_up."}
    shown = Page(
        render(
            replace(
                account.content(),
                comparison=Result(tuple(row), [tuple(row.values())], meta),
                comparison_accounts="@made_up, @rival · source: apify",
            )
        )
    )
    assert "comparison" in [attributes["id"] for attributes in shown.all("section")]
    assert not [attributes for attributes in shown.all("b") if attributes]
    assert "@rival<b> is higher in save rate than @made_up." in " ".join(shown.text.split())
    assert "+1.00 points (0.50 to 1.50 points)" in shown.text
    beside = shown.text[shown.text.index("Beside other accounts") :]
    assert "@made_up, @rival · source: apify" in beside[: beside.index("What the best posts have in common")]


def test_headings_nest(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_picture_has_a_name_and_a_table_beside_it(page):
    pictures = page.all("svg")
    assert len(pictures) == 18
    assert all(picture["role"] == "img" and picture["aria-label"] for picture in pictures)
    assert len(page.all("table")) >= 11
    assert len(page.all("caption")) == len(page.all("table"))


def test_ids_are_unique(page):
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_and_only_its_own_script_may_run(html, page):
    assert not [attributes for _, attributes in page.tags if attributes.get("src")]
    assert [attributes["href"] for attributes in page.all("link")] == ["data:,"]
    assert "@import" not in html
    assert "url(http" not in html
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not [
        attributes
        for _, attributes in page.tags
        if "style" in attributes or any(key.startswith("on") for key in attributes)
    ]


def test_links_lead_to_posts_safely(page):
    outside = [attributes for attributes in page.all("a") if not (attributes.get("href") or "#").startswith("#")]
    assert outside
    assert all(attributes["href"].startswith("https://www.tiktok.com/") for attributes in outside)
    assert all("noopener" in attributes["rel"] for attributes in outside)


def test_every_kind_of_number_is_labelled(page):
    badges = {
        attributes["class"].split()[1]
        for attributes in page.all("span")
        if (attributes.get("class") or "").startswith("badge")
    }
    assert badges == {"measured", "public", "counter", "predicted"}


def test_the_banner_stands_only_over_simulated_data(account):
    assert "Simulated data." in Page(render(account.content(0, simulated=True))).text
    assert "Simulated data." not in Page(render(account.content(0, simulated=False))).text


def test_the_same_content_gives_the_same_bytes(account):
    assert render(account.content(3)) == render(account.content(3))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_new_account_gets_a_page_that_says_what_is_missing(account, n):
    page = Page(render(account.content(n)))
    assert len([a for a in page.all("p") if a.get("class") == "empty"]) >= 3
    assert "NaN" not in page.text
    assert "None" not in page.text
    assert f"{n} eligible posts; quarters need at least 16." in page.text


def test_nothing_is_shown_as_none_or_nan(page):
    assert not re.search(r"\bNone\b|\bnan\b|\bNaN\b|\bundefined\b", page.text)


def test_captions_and_handles_cannot_inject(account):
    content = account.content(3)
    rows = [{**post, "caption": NASTY, "url": "javascript:alert(3)"} for post in content.posts]
    html = render(replace(content, handle=NASTY, posts=rows, status={"sources": [NASTY]}, versions={"dwell": NASTY}))
    page = Page(html)
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert "javascript:" not in html
    assert "{{ 7*7 }}" in page.text
    assert "49" not in page.all("title")


def test_hostile_rows_in_every_table_stay_text(account):
    content = account.content()
    columns = content.tiers.columns
    row = ("hashtag", NASTY, 0.5, 0.4, 0.1, NASTY, -0.1, 0.3, 0.5, 0.5, False)
    audit = Result(
        content.audit.columns, [("watch_ratio", NASTY, 9, 0.1, -0.1, 0.3, 0.0, 0.0, 0.0, NASTY)], {"verdict": NASTY}
    )
    changed = account.content(
        tiers=Result(columns, [row]),
        audit=audit,
        fit={**account.fit("abstain"), "reasons": [NASTY], "warnings": [NASTY]},
        benchmarks=(),
        posting_times=(),
        trend=(),
        growth=(),
    )
    page = Page(render(changed))
    assert len(page.all("script")) == 1
    assert page.all("img") == []


def test_an_account_without_watch_time_gets_ranks_and_why_no_level(account):
    found = account.posts(watch_time=False)
    content = account.content(watch_time=False, audit=None, fit=None, score=account.score(found))
    text = Page(render(content)).text
    assert "The level has not been shown to carry over" in text
    assert "How long viewers stay was not measured" in text
    assert "Predicted order of posts" in text


def test_a_level_is_printed_where_transfer_was_shown(account):
    content = account.content(3, score=account.score(account.posts(3), level_shown=True))
    assert "Watch ratio predicted (interval)" in Page(render(content)).text


def test_data_health_says_what_was_left_out(page):
    for words in (
        "Left out: promoted posts 2",
        "Eligible 146",
        "Compared on this page, by watch ratio 129",
        "Downloads 100%",
        "Saves 4%",
        "Rounded at the source",
    ):
        assert words in page.text, words


def test_sources_may_come_with_their_counts(account):
    content = account.content(0, status={"sources": {"apify": 1200}})
    assert "apify (1,200 observations)" in Page(render(content)).text


def test_posts_worth_a_look_are_the_best_of_their_length(account, page):
    best = sorted((post for post in account.posts() if post["excluded"] is None), key=lambda post: -post["percentile"])[
        0
    ]
    assert f"{100 * best['engagement_rate']:.1f}%" in page.text


def test_each_filter_of_the_page_is_one_that_eligibility_knows_and_0_views_are_not_left_out():
    assert set(method._FILTERS) == set(REASONS)
    assert method._FILTERS["unknown_views"] == "posts whose views are unknown"
