"""What a failure tells of its case."""

from __future__ import annotations

import hypothesis


def note(text: str) -> None:
    """A note of hypothesis, where it draws the case."""
    if hypothesis.currently_in_test_context():
        hypothesis.note(text)
