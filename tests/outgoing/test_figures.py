"""Charts and pages are well-formed, and say of captions and links what they are."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import altair as alt
import pytest

import dwell
from dwell import charts
from dwell.charts import render
from dwell.charts.formatting import link
from dwell.cli.main import main
from dwell.connections.result_page import render_page
from dwell.results import Result

CREATOR = "@chef1.2024"
SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def strip(hostile):
    """A chart with every text as a caption and in a link."""
    posts = [
        {"post_id": str(number), "caption": text, "bucket": "<=10", "engagement_rate": number / 1000, "excluded": None}
        | {"url": f"https://www.tiktok.com/@{hostile.HANDLE}/video/{number}?x=3.14159265"}
        for number, text in enumerate(hostile.CAPTIONS)
    ]
    marks = [{"bucket": "<=10", "n": 90, "engagement_rate_median": 0.04, "engagement_rate_p90": 0.07}]
    return charts.benchmarks(posts, marks)


@pytest.fixture(scope="module")
def labels(hostile):
    """A chart that writes each text, whole, as the label of an axis, the title and a tooltip."""
    rows = [{"text": text, "value": number} for number, text in enumerate(hostile.CAPTIONS)]
    chart = alt.Chart(alt.Data(values=rows)).mark_bar().encode(y=alt.Y("text:N", axis=alt.Axis(labelLimit=9_000)))
    chart = chart.encode(x="value:Q", description="text:N", href="text:N")
    return chart.properties(title={"text": hostile.EVERYTHING, "subtitle": list(hostile.CONTROLS)}).configure(
        background="#ffffff"
    )


def shown(text):
    """What is seen of a text in a picture, where runs of blanks are one."""
    return " ".join(text.split())


def texts(root):
    return {shown(element.text) for element in root.iter() if element.text}


def test_every_text_is_written_and_well_formed(labels, hostile):
    root = ET.fromstring(render.svg(labels))
    written = texts(root)
    for text in (*hostile.MARKUP, *hostile.NUMBERS, *hostile.ORDINARY):
        assert shown(text) in written, text
    for text in written:
        assert not hostile.find_hidden(text)
    assert any(r"\x1b]0;owned\x07" in text for text in written)
    assert render.png(labels)[:4] == b"\x89PNG"


def test_a_figure_of_a_page_keeps_captions_and_links_as_they_are(strip, labels, hostile):
    root = ET.fromstring(render.figure(strip, "a").svg)
    links = [element.get(HREF) for element in root.iter(f"{SVG}a")]
    assert len(links) == len(hostile.CAPTIONS)
    assert all(re.fullmatch(rf"https://www.tiktok.com/@{hostile.HANDLE}/video/\d+\?x=3.14159265", url) for url in links)
    titles = " | ".join(element.text for element in root.iter(f"{SVG}title"))
    for text in hostile.NUMBERS:
        assert text in titles
    whole = texts(ET.fromstring(render.figure(labels, "b").svg))
    for text in (*hostile.MARKUP, *hostile.NUMBERS, *hostile.ORDINARY):
        assert shown(text) in whole


def test_a_figure_has_no_number_with_more_digits_than_are_seen(strip):
    root = ET.fromstring(render.figure(strip, "a").svg)
    for element in root.iter():
        for name in ("d", "transform", "x", "y", "width", "height"):
            assert not re.search(r"\d+\.\d{3,}", element.get(name, "")), element.get(name)


def test_ids_in_captions_are_not_renamed(labels):
    figure = render.figure(labels, "key").svg
    assert html.unescape(figure).count('id="gradient_0" url(#clip0)') >= 1


@pytest.mark.parametrize(
    "address", ["https://a.example/\u202egnp", "https://a.example/\x1b[2J", "https://a.example/x\n"]
)
def test_an_address_with_hidden_signs_is_no_link(address):
    assert link(address) is None
    assert link("https://a.example/ü?a=1&b=2") is not None


class Reader(HTMLParser):
    """Collects the text, the attributes and the names of the elements of a page."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags, self.values = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.values += [value or "" for _, value in attrs]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def page(folder):
    path = folder.parent / "report.html"
    assert main(["report", "--creator", CREATOR, "-o", str(path), "--data", str(folder)]) == 0
    return path.read_text(encoding="utf-8")


def test_a_report_has_no_hidden_sign_and_no_element_of_a_caption(page, hostile):
    reader = Reader()
    reader.feed(page)
    assert not hostile.find_hidden(page)
    assert reader.tags.count("script") == 1
    assert "b" not in reader.tags
    links = {value for value in reader.values if "tiktok.com/@" in value}
    assert links
    assert all(value.startswith(f"https://www.tiktok.com/@{hostile.HANDLE}/video/") for value in links)


def test_every_figure_of_a_report_is_well_formed(page, hostile):
    figures = re.findall(r"<svg .*?</svg>(?=</div>)", page, re.DOTALL)
    assert len(figures) > 4
    for figure in figures:
        for element in ET.fromstring(figure).iter():
            assert not hostile.find_hidden("".join([element.text or "", *element.attrib.values()]))
    assert hostile.NUMBERS[0] in page
    assert hostile.NUMBERS[1] in page


def test_a_chart_of_an_account_is_well_formed(folder, hostile):
    drawing = render.svg(dwell.open(folder).charts.growth(creator=CREATOR))
    root = ET.fromstring(drawing)
    assert not hostile.find_hidden(drawing)
    links = [element.get(HREF) for element in root.iter(f"{SVG}a")]
    assert links
    assert all(url.startswith(f"https://www.tiktok.com/@{hostile.HANDLE}/video/") for url in links)


def test_an_interactive_chart_has_its_texts_as_data_alone(labels, hostile):
    page = render.html(labels)
    reader = Reader()
    reader.feed(page)
    assert reader.tags.count("script") == 2
    assert "b" not in reader.tags
    data = json.loads(re.search(r'id="spec">(.*?)</script>', page, re.DOTALL)[1])
    values = {row["text"] for row in data["data"]["values"]} if "values" in data["data"] else set()
    values |= {row["text"] for rows in data.get("datasets", {}).values() for row in rows}
    assert set(hostile.MARKUP) <= values
    assert not hostile.find_hidden("".join(values).replace("\n", ""))


def test_notebooks_and_the_page_after_a_consent_show_texts_as_they_are_written(hostile):
    result = Result(("caption",), [(text,) for text in hostile.CONTROLS], {"warnings": list(hostile.CONTROLS)})
    page = render_page("The account was not connected", hostile.EVERYTHING).decode()
    for text in (result._repr_html_(), repr(result), page):
        assert not hostile.find_hidden(text)
        assert r"\x1b]0;owned" in text
    assert not [line for line in repr(result).split("\n") if line.startswith(hostile.FORGED)]
    assert "<b>" not in page
