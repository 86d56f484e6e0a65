"""What the tracking service refuses or cannot do, and what its clients raise for it."""

from __future__ import annotations

from dwell.errors.base import DwellError


class InvalidRequestError(DwellError):
    """A request to the tracking service isn't valid.

    Attributes:
        details: One (field, message) for each thing that is wrong.
        reason: A code such as `bad_id`; empty where there is none.
    """

    code = "invalid_request"

    def __init__(self, message: str, details: tuple[tuple[str, str], ...] = (), reason: str = "") -> None:
        super().__init__(message)
        self.details = details
        self.reason = reason


class AuthenticationError(DwellError):
    """The API key is missing, unknown, expired or revoked."""

    code = "authentication"


class PermissionDeniedError(DwellError):
    """The API key is valid, but its scopes don't allow the request."""

    code = "permission_denied"


class InsufficientBalanceError(DwellError):
    """The account's balance does not cover the request.

    Attributes:
        balance, estimated_cost: US dollars that the account has, and that the request may cost; None where not said.
    """

    code = "insufficient_balance"

    def __init__(self, message: str, balance: float | None, estimated_cost: float | None) -> None:
        super().__init__(message)
        self.balance = balance
        self.estimated_cost = estimated_cost


class VideoLimitError(DwellError):
    """The account tracks as many videos as its plan allows.

    Attributes:
        limit: Videos that the plan allows at once; None where a server does not say.
        active: Videos that are tracked now; None where a server does not say.
    """

    code = "video_limit"

    def __init__(self, message: str, limit: int | None, active: int | None) -> None:
        super().__init__(message)
        self.limit = limit
        self.active = active


class CapacityError(DwellError):
    """The provider's rate limit, or the day's credits, cannot serve another video."""

    code = "capacity"


class VideoNotFoundError(DwellError):
    """The video is not available at the platform, or the account tracks no video with this id."""

    code = "video_not_found"


class WebhookNotFoundError(DwellError):
    """The account has no webhook with this id."""

    code = "webhook_not_found"


class AddressRefusedError(DwellError):
    """A URL leads to an address, or a port, that nothing is sent to."""

    code = "address_refused"


class ConflictError(DwellError):
    """The request contradicts what is there, such as another one with its idempotency key that is still running."""

    code = "conflict"


class IdempotencyError(DwellError):
    """The idempotency key was used for another request."""

    code = "idempotency_key_reused"


class TooManyRequestsError(DwellError):
    """The account has sent more requests in this minute than its plan allows.

    Attributes:
        limit: Requests a minute; None where a server does not say.
        reset: When the next minute begins, Unix seconds; None where a server does not say.
    """

    code = "too_many_requests"

    def __init__(self, message: str, limit: int | None, reset: int | None) -> None:
        super().__init__(message)
        self.limit = limit
        self.reset = reset


class ServiceUnavailableError(DwellError):
    """The service cannot answer now: the provider or the database is down.

    Attributes:
        retry_after_s: Seconds to wait before another try.
    """

    code = "unavailable_now"

    def __init__(self, message: str, retry_after_s: float = 30.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
