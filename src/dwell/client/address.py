"""The address and the key of a server's API, from what people write."""

from __future__ import annotations

from dwell.errors import SettingsError
from dwell.http.request_url import parse_address

_API = "/api/v1"


def find_api(base_url: str) -> str:
    """The address of the API: `http://localhost:8000` and `http://localhost:8000/api/v1` mean the same.

    Raises:
        SettingsError: It is no address.
    """
    parse_address(base_url, "The server's address")
    address = base_url.rstrip("/")
    return address if address.endswith(_API) else address + _API


def require_key(key: str | None) -> str:
    """The key itself.

    Raises:
        SettingsError: There is none, for example because a variable of the environment is not set.
    """
    if not key:
        raise SettingsError("The API key is missing: make one with dwell keys create, and set DWELL_SERVER_KEY to it.")
    return key
