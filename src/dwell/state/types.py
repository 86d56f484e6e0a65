"""How values are stored: instants as whole microseconds since 1970 in UTC, flags as 0 and 1, documents as JSON text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.types import TypeDecorator

from dwell.clock import from_micros, to_micros


class UnreadableValueError(Exception):
    """A stored value is none that its column can have: the database is damaged."""


# SQLite's INTEGER has 64 bits, and only a column of that very type is its row id.
Big = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant as microseconds: exact, sortable, and the same number in SQLite and PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """The column's type."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """To the database."""
        del dialect
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """From the database."""
        del dialect
        try:
            return None if value is None else from_micros(value)
        except (TypeError, OverflowError) as error:
            raise UnreadableValueError(f"an instant cannot be {value!r:.40}") from error


class Words(TypeDecorator[str]):
    """Text of a provider: PostgreSQL cannot store a NUL character, so it is left out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """To the database."""
        del dialect
        return None if value is None else value.replace("\0", "")


class Flag(TypeDecorator[bool]):
    """A truth value as 0 or 1."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Any) -> int | None:  # noqa: FBT001 - SQLAlchemy's own
        """To the database."""
        del dialect
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> bool | None:
        """From the database."""
        del dialect
        if value not in {None, 0, 1}:
            raise UnreadableValueError(f"a flag cannot be {value!r:.40}")
        return None if value is None else bool(value)


class JsonText(TypeDecorator[Any]):
    """A JSON document as text with sorted keys, so that equal documents are equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        """To the database."""
        del dialect
        return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        """From the database."""
        del dialect
        try:
            return None if value is None else json.loads(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise UnreadableValueError(f"a document cannot be read: {error}") from error
