"""A key that does not show itself."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, NoReturn

from dwell.redact import register_secrets


class Secret:
    """A key. It never appears in a log, an error, formatted text, or a pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        register_secrets([text])

    def reveal(self) -> str:
        """The key itself, only for the header that carries it."""
        return self._text

    def fingerprint(self) -> str:
        """The first 8 hex digits of its SHA-256: distinguishes keys without revealing them."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"<key {self.fingerprint()}>"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __deepcopy__(self, _: Any) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key cannot be pickled")
