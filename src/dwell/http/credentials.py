"""Credentials: the headers that authorise a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Credentials(Protocol):
    """Asked for each request, because a token may be renewed meanwhile, by this process or another one."""

    @property
    def fingerprint(self) -> str:
        """Distinguishes credentials without revealing them; the same for all tokens of one connection."""

    def headers(self) -> Mapping[str, str]:
        """The headers of a request that is sent now.

        Raises:
            KeyRefusedError: There are none any more: the user must connect again.
        """

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Replaces headers that the provider refused; False where nothing else can be tried.

        Args:
            refused: The headers of the refused request; others may have replaced them already.
        """


@dataclass(frozen=True, slots=True, repr=False)
class FixedCredentials:
    """A key from the settings, which only the user can replace."""

    fingerprint: str
    _headers: Mapping[str, str]

    def headers(self) -> Mapping[str, str]:
        """See `Credentials`."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        """See `Credentials`: there is no other key."""
        del refused
        return False
