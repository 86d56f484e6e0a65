"""What a vendor's `parse` module provides: pure functions from one of its objects to columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Parser(Protocol):
    """Reads the objects of one vendor. Nothing that a vendor may send raises an exception here."""

    def entity(self, item: Mapping[str, Any]) -> str | None:
        """What an object is: `post`, `user`, `comment`, or None."""

    def post(self, item: Mapping[str, Any]) -> dict[str, Any] | str:
        """Columns, or the reason why the object has none."""

    def user(self, item: Mapping[str, Any]) -> dict[str, Any] | str:
        """Columns, or the reason why the object has none."""

    def comment(self, item: Mapping[str, Any]) -> dict[str, Any] | str:
        """Columns, or the reason why the object has none."""

    def topic(self, item: Mapping[str, Any]) -> dict[str, Any] | str:
        """Columns of a sample of a hashtag or a sound, or the reason why the object has none."""
