"""What a vendor's `parse` module provides: pure functions from one of its objects to an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem


class Parser(Protocol):
    """Reads the objects of one vendor. Nothing that a vendor may send raises an exception here.

    An object that cannot be read gives a `ParseError` with the reason.
    """

    def entity(self, item: Mapping[str, Any]) -> str | None:
        """What an object is: `post`, `user`, `comment`, or None."""

    def post(self, item: Mapping[str, Any]) -> PostItem | ParseError:
        """A post and its counters."""

    def user(self, item: Mapping[str, Any]) -> CreatorItem | ParseError:
        """An account and its counters."""

    def comment(self, item: Mapping[str, Any]) -> CommentItem | ParseError:
        """A comment."""

    def topic(self, item: Mapping[str, Any]) -> TopicItem | ParseError:
        """The size of a hashtag or a sound."""
