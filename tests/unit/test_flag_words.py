"""Every flag of an import has its words."""

from __future__ import annotations

import re
from pathlib import Path

import dwell
from dwell.records import plausibility
from dwell.warehouse.load.loaded import ROUNDED_IDS

SOURCES = ("warehouse/load/summary.py", "warehouse/append/appender.py")


def test_no_flag_is_shown_by_its_name() -> None:
    named = {*ROUNDED_IDS.values()}
    for source in SOURCES:
        code = (Path(dwell.__file__).parent / source).read_text("utf-8")
        named |= set(re.findall(r'(?:tests|flagged)\["(\w+)"\]', code))
        for block in re.findall(r"tests \|?= \{(.*?)\}", code, re.DOTALL):
            named |= set(re.findall(r'"(\w+)": "', block))
        named |= {getattr(plausibility, name) for name in re.findall(r"limits\.([A-Z_]+)\] =", code)}
    assert {"no_duration", "likes_over_views", "views_zero"} <= named
    assert named <= plausibility.FLAG_WORDS.keys()
