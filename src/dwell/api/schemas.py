"""JSON schemas of everything that the API reads and writes, made from the types that it really uses."""

from __future__ import annotations

import inspect
import re
from datetime import datetime
from typing import Any, get_args

import msgspec
from msgspec import UNSET, UnsetType

from dwell.api.account_bodies import NewKeyRequest, ReplayRequest, RotateRequest, UsageChange, WebhookRequest
from dwell.api.bodies import BulkRequest, BulkResult, TrackRequest
from dwell.api.snapshot_formats import SnapshotList
from dwell.tracking.objects import (
    ApiKey,
    KeyList,
    NewApiKey,
    StoppedVideo,
    TrackedVideo,
    Usage,
    VideoDetail,
    VideoList,
)
from dwell.tracking.webhook_objects import DeliveryLog, Replay, TestEvent, WebhookList, WebhookWithSecret

REFERENCE = "#/components/schemas/{name}"
_ATTRIBUTE = re.compile(r"^(\w+): (.+)$")


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a request.

    Attributes:
        field: Where it is: a member of the body, a parameter or a header; `body` for all of it.
    """

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error: a problem of RFC 9457 with the members of the API that dwell can stand in for.

    Attributes:
        type: Where the documentation explains this kind of error.
        title: What is wrong, the same for every problem of this type.
        status: The HTTP status.
        detail: What is wrong with this request, and how to fix it.
        error: The same as `title`.
        code: A short name of the type that never changes.
        instance: The id of the failed request, as in X-Request-Id.
        details: Every field that is wrong (400).
        reason: Why a link was refused, such as `bad_id` (400).
        balance: US dollars that the account has (402).
        estimated_cost: US dollars that the request may cost (402).
        required: US dollars that are missing (402).
        limit: What is allowed: videos (403), bytes (413) or requests a minute (429).
        active: Videos that are tracked now (403).
        reset: When the next minute begins, Unix seconds (429).
    """

    type: str
    title: str
    status: int
    detail: str
    error: str
    code: str
    instance: str | UnsetType = UNSET
    details: list[FieldProblem] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    balance: float | UnsetType = UNSET
    estimated_cost: float | UnsetType = UNSET
    required: float | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    active: int | UnsetType = UNSET
    reset: int | UnsetType = UNSET


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the server."""

    status: str


_STRUCTS: tuple[type[msgspec.Struct], ...] = (
    TrackRequest, BulkRequest, TrackedVideo, BulkResult, VideoDetail, VideoList, SnapshotList, StoppedVideo,
    WebhookRequest, RotateRequest, ReplayRequest, WebhookWithSecret, WebhookList, DeliveryLog, TestEvent, Replay,
    Usage, UsageChange, ApiKey, NewKeyRequest, NewApiKey, KeyList, Problem, Health,
)  # fmt: skip


def make_schemas() -> dict[str, Any]:
    """The schemas by the names of their types."""
    _, schemas = msgspec.json.schema_components(_STRUCTS, ref_template=REFERENCE)
    known = _with_parts(_STRUCTS)
    for name, schema in schemas.items():
        _describe(schema, known[name])
    return dict(sorted(schemas.items()))


def reference(struct: type[msgspec.Struct]) -> dict[str, str]:
    """A reference to a schema."""
    return {"$ref": REFERENCE.format(name=struct.__name__)}


def _with_parts(structs: tuple[type[msgspec.Struct], ...]) -> dict[str, type[msgspec.Struct]]:
    """The types and all those that their fields have, by name."""
    known: dict[str, type[msgspec.Struct]] = {}
    waiting: list[Any] = [*structs]
    while waiting:
        kind = waiting.pop()
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            waiting += get_args(kind)
        elif kind.__name__ not in known:
            known[kind.__name__] = kind
            waiting += [field.type for field in msgspec.structs.fields(kind)]
    return known


def _describe(schema: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    """Adds what docstrings say, and which texts are instants."""
    attributes: dict[str, str] = {}
    for kind in reversed(struct.__mro__):
        if issubclass(kind, msgspec.Struct) and kind.__doc__:
            attributes |= _attributes(inspect.cleandoc(kind.__doc__))
    schema["description"] = inspect.cleandoc(struct.__doc__ or "").partition("\n\nAttributes:")[0].replace("\n", " ")
    for field in msgspec.structs.fields(struct):
        part = schema["properties"][field.encode_name]
        if datetime in (field.type, *get_args(field.type)):
            text = next(one for one in part.get("anyOf", [part]) if one.get("type") == "string")
            text["format"] = "date-time"
        if field.name in attributes and "$ref" not in part:
            part["description"] = attributes[field.name]


def _attributes(doc: str) -> dict[str, str]:
    """The section `Attributes` of a docstring."""
    found: dict[str, str] = {}
    name = ""
    for line in doc.partition("\nAttributes:\n")[2].splitlines():
        match = _ATTRIBUTE.match(line.removeprefix("    ")) if not line.startswith("     ") else None
        if match:
            name, found[match[1]] = match[1], match[2]
        elif name:
            found[name] += f" {line.strip()}"
    return found
