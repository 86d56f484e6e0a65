"""Reads an answer of the API: its object, or the error that its status and code stand for."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

import msgspec

from dwell.client.calls import Answer, Call
from dwell.client.retries import read_retry_after
from dwell.errors import (
    AuthenticationError,
    CapacityError,
    ConflictError,
    DamagedAnswerError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    NoDataError,
    PermissionDeniedError,
    ServiceUnavailableError,
    SettingsError,
    TemporaryError,
    TooManyRequestsError,
    VideoLimitError,
    VideoNotFoundError,
    WebhookNotFoundError,
)
from dwell.http import HttpResponse

_PLAIN: tuple[type[DwellError], ...] = (
    AuthenticationError,
    PermissionDeniedError,
    CapacityError,
    ConflictError,
    IdempotencyError,
    NoDataError,
    VideoNotFoundError,
    WebhookNotFoundError,
)
_BY_CODE: Mapping[str, type[DwellError]] = {kind.code: kind for kind in _PLAIN}
_BY_STATUS: Mapping[int, type[DwellError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: VideoNotFoundError,
    409: ConflictError,
    422: IdempotencyError,
}
_SERVER_ERRORS, _SUCCESS, _REDIRECTS = 500, 200, 300
_OTHER_PATHS = frozenset({"not_found", "method_not_allowed"})
"""Codes of a server that has no such call."""
_GONE = frozenset({VideoNotFoundError.code, WebhookNotFoundError.code})
_MOST = 500
_MOST_NUMBER = 1e15


def read_answer(response: HttpResponse, call: Call[Answer], host: str, *, tries: int = 1) -> Answer:
    """The object that a call is answered.

    Args:
        response: What came.
        call: What was asked.
        host: Who was asked.
        tries: How often the call was sent.

    Raises:
        DwellError: The error that the answer stands for.
    """
    is_erased = call.answers is NoneType and tries > 1 and _code(response) in _GONE  # by a try whose answer was lost
    if not is_erased and not _SUCCESS <= response.status < _REDIRECTS:
        raise _read_error(response, host)
    body = b"null" if call.answers is NoneType else response.body
    try:
        return msgspec.json.decode(body, type=call.answers)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedAnswerError(
            f"{host} sent an answer that this dwell cannot read: is it a dwell server of the same version?"
        ) from error


def unreachable(error: TemporaryError) -> ServiceUnavailableError:
    """The error of a call whose connection failed, at its last try."""
    cure = "" if error.sent else " Check the address, and that dwell serve runs there."
    return ServiceUnavailableError(f"{error}{cure}")


def _read_error(response: HttpResponse, host: str) -> DwellError:
    body, status, code = response.json, response.status, _code(response)
    if status >= _SERVER_ERRORS:
        said = _message(body) if code else ""
        retry_after = read_retry_after(response)
        message = said or f"{host} cannot answer now ({status}): try again later."
        return ServiceUnavailableError(message, 30.0 if retry_after is None else retry_after)
    if code in _OTHER_PATHS or not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return SettingsError(f"{host} answered {status}, but not as a dwell server does: check the address.")
    return _find_error(status, body)


def _code(response: HttpResponse) -> str:
    """The code of a problem of the API; empty where something on the way to it answered."""
    body = response.json
    return body["code"] if isinstance(body, dict) and isinstance(body.get("code"), str) else ""


def _find_error(status: int, body: Mapping[str, Any]) -> DwellError:
    code, message = body.get("code"), _message(body)
    if code == InsufficientBalanceError.code or status == 402:
        return InsufficientBalanceError(message, _number(body, "balance"), _number(body, "estimated_cost"))
    if code == VideoLimitError.code:
        return VideoLimitError(message, _whole(body, "limit"), _whole(body, "active"))
    if status == 429:
        return TooManyRequestsError(message, _whole(body, "limit"), _whole(body, "reset"))
    kind = _BY_CODE.get(str(code)) or _BY_STATUS.get(status)
    if kind is not None:
        return kind(message)
    details = body.get("details")
    found = tuple(
        (str(one.get("field")), str(one.get("message")))
        for one in (details if isinstance(details, list) else [])
        if isinstance(one, dict)
    )
    return InvalidRequestError(message, found, str(body.get("reason") or ""))


def _message(body: Mapping[str, Any]) -> str:
    """What is wrong with this request, without what a terminal would obey; the older API has only the title."""
    text = body.get("detail")
    said = (text if isinstance(text, str) and text else str(body.get("error")))[:_MOST]
    return "".join(sign if sign.isprintable() else " " for sign in said)


def _number(body: Mapping[str, Any], name: str) -> float | None:
    """A number of a problem; None where it is left out, or no number of ours: neither NaN nor infinity is."""
    value = body.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) <= _MOST_NUMBER:
        return None
    return float(value)


def _whole(body: Mapping[str, Any], name: str) -> int | None:
    number = _number(body, name)
    return None if number is None else int(number)
