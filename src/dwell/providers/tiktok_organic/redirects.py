"""The address that TikTok sends the owner of an account to: which ones it accepts, and what comes back in them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from dwell.errors import SettingsError
from dwell.providers.tiktok_organic.api import is_loopback

VARIABLE = "DWELL_TIKTOK_ORGANIC_REDIRECT"
_MAX_LENGTH = 512


def check_redirect(address: str, *, loopback: bool) -> str:
    """An address that TikTok accepts, without the spaces around it.

    Args:
        address: The address that is registered with the app.
        loopback: Whether `http://127.0.0.1:PORT/.../` is accepted, too, as the simulation does.

    Raises:
        SettingsError: TikTok would refuse it; the message says why.
    """
    address = address.strip()
    why = _refuse(address, loopback=loopback)
    if why:
        raise SettingsError(
            f"{VARIABLE} {why}: set it to the address that is registered with your app, such as "
            "https://dwell.example.com/oauth/tiktok/."
        )
    return address


def read_redirected(address: str, redirect: str) -> Mapping[str, str]:
    """The values in the address that a browser shows after the consent.

    Raises:
        SettingsError: It is not such an address. The text is not shown: it may have a code.
    """
    text = address.strip().strip("\"'<>").strip()
    try:
        parts, expected = urlsplit(text), urlsplit(redirect)
        same = (parts.scheme, parts.hostname, parts.port) == (expected.scheme, expected.hostname, expected.port)
    except ValueError:
        same = False
    if not same or parts.path.rstrip("/") != expected.path.rstrip("/") or not parts.query:
        raise SettingsError(
            f"This is not the address that TikTok's page leads to: copy all of it from the browser, from {redirect} to "
            "its end, and put it in quotes in a shell."
        )
    return read_query(parts.query)


def read_query(query: str) -> Mapping[str, str]:
    """The values of a query; of a name that is repeated, the first."""
    try:
        return {name: values[0] for name, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        return {}


def _refuse(address: str, *, loopback: bool) -> str:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "isn't an address"
    if not host or not address.isascii() or not address.isprintable() or " " in address or len(address) > _MAX_LENGTH:
        return "isn't an address"
    if parts.username is not None:
        return "has a user or password, which TikTok does not accept"
    if "?" in address or "#" in address:
        return "has a query or a fragment, which TikTok does not accept"
    if not parts.path.endswith("/"):
        return "does not end with /, which TikTok asks for"
    if loopback and parts.scheme == "http" and is_loopback(address):
        return ""
    if parts.scheme != "https":
        return "does not begin with https://, which TikTok asks for"
    if port is not None or parts.netloc.endswith(":"):
        return "has a port, which TikTok does not accept"
    return ""
