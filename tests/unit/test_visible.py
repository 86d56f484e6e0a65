from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from dwell.visible import escape_json, has_hidden, mark, mark_line


def test_strangers_texts_have_visible_signs_only(hostile):
    for text in hostile.CAPTIONS:
        assert not hostile.find_hidden(mark_line(text)), ascii(text)
        assert "\n" not in mark_line(text)
        assert mark(text).count("\n") == text.count("\n")
        assert not hostile.find_hidden(mark(text)), ascii(text)
    assert not any("\ufe0f\ufe0f" in mark(text) for text in hostile.CONTROLS)


def test_ordinary_texts_stay_as_they_are(hostile):
    for text in (*hostile.ORDINARY, *hostile.MARKUP, *hostile.NUMBERS, *hostile.NOT_FORMULAS):
        assert mark_line(text) == text
        assert not has_hidden(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x7f\x9b", r"\x7f\x9b"),
        ("\u202egnp", r"\u202egnp"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u200bb", r"a\u200bb"),
        ("x\u200dy", r"x\u200dy"),
        ("🍝\u200d", "🍝\\u200d"),
        ("\ufe0fx", r"\ufe0fx"),
        ("caf\udce9", r"caf\udce9"),  # a file name that is no UTF-8
    ],
)
def test_a_mark_says_which_sign_it_is(text, shown):
    assert mark_line(text) == shown


def test_every_sign_of_unicode_that_nobody_sees_is_marked():
    seen = {
        "\u0600",
        "\u0601",
        "\u0602",
        "\u0603",
        "\u0604",
        "\u0605",
        "\u06dd",
        "\u070f",
        "\u0890",
        "\u0891",
        "\u08e2",
    }
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        category = unicodedata.category(sign)
        if category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and code < 0x11000 and sign not in seen):
            assert has_hidden(sign), hex(code)
        elif category[0] in "LNPS" and sign not in "\u115f\u1160\u3164\uffa0":
            assert not has_hidden(sign), hex(code)


def test_json_means_the_same_and_is_safe_to_print(hostile):
    for text in (*hostile.CAPTIONS, "half \ud800"):
        written = escape_json(json.dumps({text: [text]}, ensure_ascii=False, indent=1))
        assert json.loads(written) == {text: [text]}
        assert not hostile.find_hidden(written)
        written.encode()
