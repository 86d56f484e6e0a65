"""An error of the tracking service as the problem that its API answers: RFC 9457, with the members of the older API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dwell.errors import (
    AuthenticationError,
    CapacityError,
    ConflictError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    NoDataError,
    PermissionDeniedError,
    ServiceUnavailableError,
    SettingsError,
    StorageError,
    TemporaryError,
    TooManyRequestsError,
    UnavailableError,
    VideoLimitError,
    VideoNotFoundError,
    WebhookNotFoundError,
)

_RETRY_AFTER_S = 30

_KINDS: tuple[tuple[type[DwellError], int, str], ...] = (
    (InvalidRequestError, 400, "Invalid request"),
    (AuthenticationError, 401, "Invalid API key"),
    (InsufficientBalanceError, 402, "Insufficient balance"),
    (PermissionDeniedError, 403, "Permission denied"),
    (VideoLimitError, 403, "Video limit reached"),
    (VideoNotFoundError, 404, "Video not found"),
    (WebhookNotFoundError, 404, "Webhook not found"),
    (UnavailableError, 404, "Video not found"),
    (NoDataError, 404, "Not found"),
    (CapacityError, 409, "No capacity"),
    (ConflictError, 409, "Conflict"),
    (IdempotencyError, 422, "Idempotency key reused"),
    (TooManyRequestsError, 429, "Rate limit exceeded"),
    (ServiceUnavailableError, 503, "Service unavailable"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a failed request is answered.

    Attributes:
        status: The HTTP status.
        code: A short name that never changes, such as `video_limit`.
        title: What is wrong, the same for every problem of this code.
        detail: What is wrong with this request, and how to fix it.
        members: Further members of the body, such as `balance`.
        retry_after_s: Seconds to wait before another try; None where waiting is no cure.
    """

    status: int
    code: str
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The JSON object; `error` is what clients of the older API show.

        Args:
            request_id: The request that failed; it is the instance of the problem.
        """
        body: dict[str, Any] = {
            "type": f"/docs#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if request_id is not None:
            body["instance"] = f"urn:dwell:request:{request_id}"
        return body | {"error": self.title, "code": self.code, **self.members}


def describe(error: DwellError) -> Problem:
    """The problem that an error is.

    What the database or a provider says is left out: it names files and servers that are nobody else's business.
    """
    for kind, status, title in _KINDS:
        if isinstance(error, kind):
            code = VideoNotFoundError.code if isinstance(error, UnavailableError) else error.code
            members = {name: value for name, value in _members(error).items() if value is not None}
            return Problem(status, code, title, str(error), members, _retry_after_s(error))
    if isinstance(error, (StorageError, SettingsError, TemporaryError)):
        detail = "The service cannot answer now: try again later."
        return Problem(503, ServiceUnavailableError.code, "Service unavailable", detail, {}, _RETRY_AFTER_S)
    return unexpected()


def describe_error(error: DwellError) -> tuple[int, dict[str, Any]]:
    """The HTTP status of an error and its body, such as an item of a bulk request has it."""
    problem = describe(error)
    return problem.status, problem.body()


def unexpected() -> Problem:
    """The problem of an error that nobody foresaw; its details are in the log only."""
    detail = "Something went wrong; the log of the server has it under the id of this request."
    return Problem(500, "internal", "Internal error", detail)


def _members(error: DwellError) -> dict[str, Any]:
    if isinstance(error, InvalidRequestError):
        details = [{"field": name, "message": message} for name, message in error.details]
        return {"details": details} | ({"reason": error.reason} if error.reason else {})
    if isinstance(error, InsufficientBalanceError):
        required = None
        if error.balance is not None and error.estimated_cost is not None:
            required = max(0.0, round(error.estimated_cost - error.balance, 6))
        return {"balance": error.balance, "estimated_cost": error.estimated_cost, "required": required}
    if isinstance(error, VideoLimitError):
        return {"limit": error.limit, "active": error.active}
    if isinstance(error, TooManyRequestsError):
        return {"limit": error.limit, "reset": error.reset}
    return {}


def _retry_after_s(error: DwellError) -> int | None:
    return max(1, math.ceil(error.retry_after_s)) if isinstance(error, ServiceUnavailableError) else None
