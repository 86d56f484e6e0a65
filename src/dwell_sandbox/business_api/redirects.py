"""Which redirect addresses the consent page accepts."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def refuse_redirect(address: str, *, loopback: bool) -> str:
    """Why an address is refused; empty if it is accepted.

    Args:
        address: The `redirect_uri`.
        loopback: Whether `http://127.0.0.1:PORT/...` is accepted, too.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "redirect_uri is not an address."
    if not host or not address.isascii() or not address.isprintable() or " " in address:
        return "redirect_uri is not an address."
    if parts.query or parts.fragment or "?" in address or "#" in address:
        return "redirect_uri must not have a query or a fragment."
    if loopback and host in _LOOPBACK and parts.scheme == "http":
        return ""
    if parts.scheme != "https":
        return "redirect_uri must begin with https://."
    if port is not None or parts.netloc.endswith(":"):
        return "redirect_uri must not have a port."
    return "" if parts.path.endswith("/") else "redirect_uri must end with /."


def redirect_address(address: str, values: dict[str, str]) -> str:
    """The address with some values as its query."""
    return f"{address}?{urlencode(values)}"
