"""Counts with their noun, in the singular for one."""

from __future__ import annotations

from collections.abc import Mapping


def pluralize(n: int, noun: str) -> str:
    """`1 post`, `12 posts`, `1,200 posts`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def name_counts(counts: Mapping[str, int]) -> str:
    """`5 ads, 1 photo, 3 pinned`: counts by name, zeros left out; a plural name loses its s where the count is 1.

    Args:
        counts: Name, in the plural where it is a noun, -> count.
    """
    return ", ".join(f"{n:,} {_name(name, n)}" for name, n in counts.items() if n)


def _name(name: str, n: int) -> str:
    text = name.replace("_", " ")
    is_plural = text.endswith("s") and not text.endswith(("ss", " views", "series"))
    return text[:-1] if n == 1 and is_plural else text
