"""The Business API's errors: status 200, and a code in the envelope. The wording of most is a plausible guess."""

from __future__ import annotations

from typing import Final

from dwell_sandbox.server.response import EndpointError, Response

PARTIAL: Final = 20001
NO_PERMISSION: Final = 40001
INVALID_PARAMETER: Final = 40002
NOT_FOUND: Final = 40007
THROTTLED: Final = 40100
UNKNOWN_APP: Final = 40101
TOKEN_EXPIRED: Final = 40102
TOKEN_EMPTY: Final = 40104
TOKEN_INVALID: Final = 40105
AUTH_CODE_INVALID: Final = 40110
SCOPE_MISSING: Final = 40125
SYSTEM_ERROR: Final = 50000


def failure(code: int, message: str, status: int = 200) -> Response:
    """An error response."""
    return Response(status, {}, code=code, message=message)


def error(code: int, message: str) -> EndpointError:
    """An error response to raise."""
    return EndpointError(failure(code, message))


def invalid(message: str) -> EndpointError:
    """A parameter is missing or wrong."""
    return error(INVALID_PARAMETER, message)
