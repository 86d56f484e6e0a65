"""Every table has a rule, and texts name a person in whatever form."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from dwell.records import TABLES
from dwell.records.column import Meaning
from dwell.records.personal import ABOUT_NOBODY, Subject, matching_columns
from dwell.records.tables import Table
from dwell.state import erasure
from dwell.state.layout import load_metadata
from dwell.text.mentions import Mentions


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_whose_its_rows_are(name: str) -> None:
    rule = list(matching_columns(TABLES[name], Subject("account")))
    assert bool(rule) != (name in ABOUT_NOBODY)


def test_a_table_without_a_rule_is_refused() -> None:
    class Fan(msgspec.Struct, kw_only=True):
        fan_name: Annotated[str, Meaning("A name that no rule knows")]

    with pytest.raises(LookupError, match="fans has no column that says whose a row is"):
        list(matching_columns(Table("fans", Fan, ("fan_name",), "every"), Subject("account")))


def test_every_table_of_the_state_has_a_rule() -> None:
    assert erasure.tables_with_rules() == set(load_metadata().tables)


def test_a_person_is_looked_for_in_comments_alone() -> None:
    found = {name: [column for column, _ in matching_columns(TABLES[name], Subject("person"))] for name in TABLES}
    assert {name: columns for name, columns in found.items() if columns}["comments"] == ["handle", "comment_id"]
    assert found["posts"] == []


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("@al.ice", True), ("see @Al.Ice.", True), ("with al.ice today", True), ("tiktok.com/@al.ice/video/1", True),
        ("al.ice.b", False), ("al.ices", False), ("b.al.ice", False), ("al.ice_2", False), ("food", True),
        ("@food", True), ("https://www.tiktok.com/@Food?x", True), ("good food", False), ('{"a": "food"}', True),
        ('{"food": 1}', False), ("#food", False), ("account:food", True), ("search:food", False),
        ("a 7311111111111111100", True), ("17311111111111111100", False), ("", False), (None, False),
        ("x -000open-id y", True), ("5", False),
    ],
)  # fmt: skip
def test_a_text_names_a_person(text: str | None, is_named: bool) -> None:
    """A name that is also a word counts where it is marked as a name, or is the whole text."""
    mentions = Mentions.of({"al.ice", "food"}, {"7311111111111111100", "-000open-id", "5"})
    assert mentions.occur_in(text) is is_named


@pytest.mark.parametrize(("text", "is_named"), [("good food", True), ("foods", False), ("my_food.csv", False)])
def test_a_word_is_a_name_where_that_does_no_harm(text: str, is_named: bool) -> None:
    mentions = Mentions.of({"food"}, ())
    assert mentions.of_words().occur_in(text) is is_named
    assert mentions.in_files().occur_in(text)


@pytest.mark.parametrize("text", ['{"a": "", "b": "/x/"}', 'it\'s a "b". Or @b, /c', "a", '"', "/a", "@a"])
def test_a_sign_is_no_name_in_a_text(text: str) -> None:
    of_sign, of_letter = Mentions.of({'"'}, ()), Mentions.of({"a"}, ())
    for sign, letter in ((of_sign, of_letter), (of_sign.of_words(), of_letter.of_words())):
        assert sign.occur_in(text) is (text == '"')
        assert letter.occur_in(text) is (text in {"a", "/a", "@a"})


def test_a_body_may_have_escaped_signs() -> None:
    assert Mentions.of({"jürgen"}, ()).occur_in_body(b'{"a": "j\\u00fcrgen"}')
    assert Mentions.of({"al.ice"}, ()).occur_in_body(b'{"a": "x\\nal.ice\\n"}')
    assert Mentions.of({"alice"}, ()).occur_in_body(b'{"a": "https:\\/\\/x.com\\/@alice\\/"}')


def test_documents_lose_the_texts_that_name_a_person() -> None:
    mentions = Mentions.of({"alice"}, {"7311111111111111100"})
    document = {"alice": [1, "bob", "@alice is private"], "id": 7311111111111111100, "n": None}
    assert mentions.scrub(document) == {"alice": [1, "bob", "erased"], "id": "erased", "n": None}
    assert mentions.in_files().redact({"path": "of_alice_7311111111111111100.csv"}) == {"path": "of_erased_erased.csv"}
