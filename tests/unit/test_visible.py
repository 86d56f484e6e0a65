from __future__ import annotations

import json
import re
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
        ("a\ufe0fb", r"a\ufe0fb"),
        ("a\u180b", r"a\u180b"),
        ("\u1820\u180b", "\u1820\u180b"),
        ("\U00013000\U00013430\U00013000", "\U00013000\\U00013430\U00013000"),
        ("caf\udce9", r"caf\udce9"),  # a file name that is no UTF-8
    ],
)
def test_a_mark_says_which_sign_it_is(text, shown):
    assert mark_line(text) == shown


# Properties of Unicode's PropList.txt that Python does not have: of Default_Ignorable_Code_Point, and an exception.
OTHER_DEFAULT_IGNORABLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000\U000e0002-\U000e001f"
    "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
VARIATION_SELECTOR = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
IGNORABLE = re.compile(f"[{OTHER_DEFAULT_IGNORABLE}{VARIATION_SELECTOR}]")
PREPENDED_CONCATENATION_MARK = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")


def test_every_sign_of_unicode_that_nobody_sees_is_marked():
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        category = unicodedata.category(sign)
        if PREPENDED_CONCATENATION_MARK.match(sign):
            assert not has_hidden(sign), hex(code)
        elif category in {"Cc", "Cf", "Cs", "Zl", "Zp"} or IGNORABLE.match(sign):
            assert has_hidden(sign), hex(code)
            assert has_hidden(f"a{sign}b"), hex(code)
        elif category != "Cn":
            assert not has_hidden(sign), hex(code)


def test_a_flood_of_marks_is_cut_and_json_is_exact():
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in {"Mn", "Me"} and not IGNORABLE.match(chr(code)):
            shown = f"a{chr(code) * 8}"
            assert mark_line(shown) == shown
            assert mark(f"{shown}{chr(code) * 292}b") == f"{shown}[+292 marks]b", hex(code)
    joined = "\u0628" + ("\u064b" * 8 + "\u200d") * 40
    assert mark(joined).count("\u064b") == 8
    emoji = "\u2764\ufe0f" * 40
    assert mark(emoji) == emoji
    for text in ("a" + "\u0301" * 300, joined):
        assert mark(mark(text)) == mark(text)
        written = escape_json(json.dumps(text, ensure_ascii=False))
        assert json.loads(written) == text
        assert written.count("\u0301") + written.count("\u064b") == 8


def test_json_means_the_same_and_is_safe_to_print(hostile):
    for text in (*hostile.CAPTIONS, "half \ud800"):
        written = escape_json(json.dumps({text: [text]}, ensure_ascii=False, indent=1))
        assert json.loads(written) == {text: [text]}
        assert not hostile.find_hidden(written)
        written.encode()
