"""What the texts of a column prove about how it writes its numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from dwell.text import number_patterns as patterns
from dwell.text.suffixes import AMBIGUOUS, THOUSANDS
from dwell.text.words import clean, is_unknown, lower, plain_digits

Kind = Literal["count", "length", "share"]
MARKS = (".", ",")


@dataclass
class MarkEvidence:
    """What the texts of a column say of the marks: how many prove each reading, and how many leave it open."""

    decimal: Counter[str] = field(default_factory=Counter)
    group: Counter[str] = field(default_factory=Counter)
    telling: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    """More of them, where a file can be asked how it writes them."""

    def add(self, body: str, *, telling: bool) -> None:
        """One number without sign, suffix and unit; `telling`: only grouped it is worth its spelling."""
        for mark in MARKS:
            self.decimal[mark] += bool(re.fullmatch(patterns.DECIMAL_MARK[mark], body))
            self.group[mark] += bool(re.fullmatch(patterns.GROUP_MARK[mark], body))
            if re.fullmatch(patterns.OPEN_MARK[mark], body):
                self.open[mark] += 1
                self.telling[mark] += telling
                self.example[mark] = min(self.example.get(mark, body), body)


@dataclass
class Evidence:
    """What the texts of one column prove.

    Attributes:
        bare: Of numbers without a suffix.
        suffixed: Of counts with one.
        suffixes: The suffixes.
        largest: The largest number before each ambiguous suffix.
        long_plain: A number of four digits or more without a mark stands among them.
        slips: Cells that prove `8:40s` a slip, and cells that prove it a clock time.
        clocks: See `slips`.
    """

    bare: MarkEvidence = field(default_factory=MarkEvidence)
    suffixed: MarkEvidence = field(default_factory=MarkEvidence)
    suffixes: set[str] = field(default_factory=set)
    largest: dict[str, float] = field(default_factory=dict)
    long_plain: bool = False
    slips: int = 0
    clocks: int = 0


def collect_evidence(texts: Iterable[str], kind: Kind) -> Evidence:
    """What texts prove, unusual or plain."""
    evidence = Evidence()
    for text in texts:
        if is_unknown(text):
            continue
        word = lower(plain_digits(clean(text)))
        if kind == "count":
            _add_count(evidence, word)
        else:
            _add_number(evidence, word)
    return evidence


def _add_count(evidence: Evidence, word: str) -> None:
    match = re.fullmatch(patterns.COUNT, word)
    if not match:
        return
    _, body, suffix = match.groups()[:3]
    if not suffix:
        evidence.bare.add(body, telling=not re.fullmatch(patterns.ZEROS, body))
        evidence.long_plain = evidence.long_plain or bool(re.fullmatch("[0-9]{4,}", body))
    else:
        evidence.suffixed.add(body, telling=suffix in THOUSANDS)
        evidence.suffixes.add(suffix)
        if suffix in AMBIGUOUS and re.fullmatch("[0-9]{1,9}([.,][0-9]{1,9})?", body):
            evidence.largest[suffix] = max(evidence.largest.get(suffix, 0.0), float(body.replace(",", ".")))


def _add_number(evidence: Evidence, word: str) -> None:
    if len(word) > patterns.MOST_DIGITS:
        return
    match = re.fullmatch(patterns.NUMBER_BODY, word)
    if match:
        evidence.bare.add(match[1], telling=False)
        evidence.long_plain = evidence.long_plain or bool(re.fullmatch("[0-9]{4,}", match[1]))
    evidence.slips += bool(re.fullmatch(patterns.PROVES_SLIP, word))
    evidence.clocks += bool(re.fullmatch(patterns.PROVES_CLOCK, word))
