"""The page that an owner sees after the consent: plain HTML, without a script, and without anything of the address."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from types import MappingProxyType
from typing import Final

from dwell.errors import DwellError
from dwell.state.connections import StoredConnection
from dwell.visible import mark

HEADERS: Final = MappingProxyType(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
)
"""The address of the page has a code: it is kept nowhere, and sent to nobody."""


def complete_page(complete: Callable[[], StoredConnection]) -> tuple[int, bytes]:
    """Completes a consent, and says what came of it.

    Args:
        complete: Makes the connection.

    Returns:
        HTTP status and page.
    """
    try:
        made = complete()
    except DwellError as error:
        return 400, render_page("The account was not connected", str(error))
    return 200, render_page(
        "The account is connected",
        f"dwell can read {made.name} now. You can close this page; dwell accounts shows more.",
    )


def render_page(title: str, message: str) -> bytes:
    """A page with a title and one paragraph."""
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<h1>{escape(title)}</h1>\n<p>{escape(mark(message))}</p>\n</html>\n"
    ).encode()
