"""What the contract tests share: made-up subjects and responses, and the rule that only dwell's errors are raised."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from dwell.errors import DwellError
from dwell.http import HttpResponse
from dwell.providers.base import Subject

KEY = "k3y-of-a-test-0a1b2c3d4e5f6a7b"
AT = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
POST, USER, SOUND, HASHTAG = "7350810998023949599", "6812345678901234567", "7350811000000000001", "1660000"

_SUBJECTS: Mapping[str, Subject] = {
    "post": Subject(POST, id=POST),
    "comments": Subject(POST, id=POST),
    "posts": Subject(f"{POST},7350810998023949600"),
    "sound": Subject(SOUND, id=SOUND),
    "sound_posts": Subject(SOUND, id=SOUND),
    "hashtag": Subject("fun", id=HASHTAG),
    "hashtag_posts": Subject("fun", id=HASHTAG),
    "search_posts": Subject("funny cats"),
}


def require(condition: object, sentence: str) -> None:
    """Fail with a sentence.

    Raises:
        AssertionError: The condition is false.
    """
    if not condition:
        raise AssertionError(f"{sentence[0].upper()}{sentence[1:]}.")


def subject_of(what: str) -> Subject:
    """A made-up subject of a request, with every id known."""
    return _SUBJECTS.get(what, Subject("demo", id=USER, key="MS4wLjABAAAAexample"))


def make_response(body: Any, status: int = 200, **headers: str) -> HttpResponse:
    """A made-up response; bytes as they are, anything else as JSON; underscores in header names become dashes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, content, AT)


def only_dwell_errors(action: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of a call, or the dwell error that it raised.

    Raises:
        AssertionError: It raised something else.
    """
    try:
        return function(*args, **kwargs)
    except DwellError as error:
        return error
    except Exception as error:
        raise AssertionError(
            f"{action[0].upper()}{action[1:]} raises {type(error).__name__} ({error}), which isn't an error of dwell."
        ) from error
