"""Problems that only HTTP has; the others are the errors of the service."""

from __future__ import annotations

from dwell.tracking.problems import Problem


def key_required() -> Problem:
    """A request without a key."""
    return Problem(
        401, "key_required", "API key required", "Send your key in the header X-API-Key, or as Authorization: Bearer."
    )


def unknown_path() -> Problem:
    """No call has this path."""
    return Problem(404, "not_found", "Not found", "There is no such path: /docs lists all of them.")


def method_not_allowed() -> Problem:
    """The path exists, but not with this method."""
    return Problem(405, "method_not_allowed", "Method not allowed", "The header Allow names the methods of this path.")


def too_slow(seconds: float) -> Problem:
    """A body that did not arrive in time."""
    return Problem(408, "request_timeout", "Request timeout", f"Send the whole body within {seconds:g} seconds.")


def too_large(limit: int) -> Problem:
    """A body that is not read to its end."""
    return Problem(413, "body_too_large", "Body too large", f"Send at most {limit:,} bytes.", {"limit": limit})
