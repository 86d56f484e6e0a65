"""One spelling of a term, whatever reader it is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    *(path for folder in ("src", "docs", "benchmarks") for ending in ("py", "md", "html") for path in
      (ROOT / folder).rglob(f"*.{ending}")),
    *ROOT.glob("*.md"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", [r"\bR2\b", r"R\^2", "r²"])
def test_the_share_of_variation_is_written_r_squared_with_its_sign(wrong: str):
    found = [path.relative_to(ROOT) for path in FILES if re.search(wrong, path.read_text(encoding="utf-8"))]
    assert found == []
