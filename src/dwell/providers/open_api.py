"""What TikTok's own two APIs share: the envelope `{"data": ..., "error": {"code": "ok"}}`, also with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dwell.errors import DamagedAnswerError, RateLimitedError
from dwell.http import HttpResponse
from dwell.providers import responses

BASE_URL = "https://open.tiktokapis.com"
_DAILY = "daily_quota_limit_exceeded"


def headers(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Bearer {token}"}


def read_data(vendor: responses.Vendor, response: HttpResponse) -> Mapping[str, Any]:
    """The content of `data` in a response without an error.

    Raises:
        ProviderError: One of its subclasses, by the error's code, whatever the status.
    """
    message = responses.error_message(response) or ""
    if message.startswith(_DAILY):
        raise _daily_quota_error(vendor, response)
    responses.check_status(vendor, response)
    body = responses.decode(vendor, response)
    error = body.get("error")
    code = error.get("code") if isinstance(error, Mapping) else error
    if code not in (None, "", 0, "ok"):
        responses.raise_for_message(vendor, response, message or f"error {responses.quote_message(str(code))}")
    payload = body.get("data")
    if not isinstance(payload, Mapping):
        raise DamagedAnswerError(f"{vendor.title} responded without data: try again later.")
    return payload


def _daily_quota_error(vendor: responses.Vendor, response: HttpResponse) -> RateLimitedError:
    """The daily quota is renewed at 00:00 UTC."""
    at = response.received_at
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return RateLimitedError(
        f"{vendor.title} allows no more requests today: run the command again after 00:00 UTC.",
        (midnight - at).total_seconds(),
    )
