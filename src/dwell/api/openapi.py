"""The OpenAPI 3.1 document: what FastAPI knows of the routes, with the schemas, examples and headers of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response

from dwell import __version__
from dwell.api.examples import PROBLEMS, REQUEST_ID, RESET, builtins
from dwell.api.responses import JSON, PROBLEM
from dwell.api.schemas import Problem, make_schemas, reference

TITLE = "dwell tracking API"
Answers = dict[int | str, dict[str, Any]]

_DESCRIPTION = """\
Hourly snapshots of any public video.

Send your key in the header `X-API-Key`, or as `Authorization: Bearer`. Counters are decimal strings, since they may
exceed what JavaScript's numbers hold; `null` is unknown. Instants are UTC. Every answer has `X-RateLimit-Limit`,
`X-RateLimit-Remaining`, `X-RateLimit-Reset` (Unix seconds) and `X-Request-Id`. Every error is a problem of RFC 9457
whose member `error` says what is wrong."""

_EVERYWHERE = ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_WITH_KEY = (
    "key_required", "authentication", "permission_denied", "too_many_requests", "unavailable_now", "internal",
)  # fmt: skip
_WITH_BODY = ("request_timeout", "body_too_large")
_HEADERS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "X-Request-Id": ("The id of the request: yours if you sent one, or a new one.", {"type": "string"}, REQUEST_ID),
    "X-RateLimit-Limit": ("Requests a minute; 1000000 where there is no limit.", {"type": "integer"}, 300),
    "X-RateLimit-Remaining": ("Requests left in this minute.", {"type": "integer"}, 299),
    "X-RateLimit-Reset": ("When the next minute begins, Unix seconds.", {"type": "integer"}, RESET),
    "Retry-After": ("Seconds to wait before another try.", {"type": "integer"}, 30),
    "ETag": ("The version of the video; send it as `If-None-Match`.", {"type": "string"}, 'W/"7-1"'),
    "WWW-Authenticate": ("How to send a key.", {"type": "string"}, 'Bearer realm="dwell"'),
    "Allow": ("The methods of the path.", {"type": "string"}, "GET, DELETE"),
}  # fmt: skip
_STATUS_HEADERS = {401: ("WWW-Authenticate",), 405: ("Allow",), 429: ("Retry-After",), 503: ("Retry-After",)}


def answer(struct: type[msgspec.Struct], example: Any, description: str, *headers: str) -> dict[str, Any]:
    """An answer that is an object of the service."""
    content = {JSON: {"schema": reference(struct), "example": builtins(example)}}
    return {"description": description, "headers": header_references(headers), "content": content}


def no_content(description: str, *headers: str) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": description, "headers": header_references(headers)}


def problems(*codes: str, with_key: bool = True, with_body: bool = False) -> Answers:
    """The errors of a call, by status.

    Args:
        codes: Names of example problems.
        with_key: The call needs a key, so that its errors include those of keys and limits.
        with_body: The call changes something, so that a body is read, if there is one.
    """
    answers: Answers = {}
    always = (*(_WITH_BODY if with_body else ()), *(_WITH_KEY if with_key else ("internal",)))
    for code in (*codes, *always):
        problem = PROBLEMS[code]
        headers = _STATUS_HEADERS.get(problem.status, ())
        one = answers.setdefault(
            problem.status,
            {
                "description": problem.title,
                "headers": header_references(headers),
                "content": {PROBLEM: {"schema": reference(Problem), "examples": {}}},
            },
        )
        if problem.title not in one["description"]:
            one["description"] += f", or {problem.title[0].lower()}{problem.title[1:]}"
        body = problem.body(REQUEST_ID)
        one["content"][PROBLEM]["examples"][code] = {"summary": problem.title, "value": body}
    return dict(sorted(answers.items(), key=lambda item: int(item[0])))


def make_router(tag: str, prefix: str = "") -> APIRouter:
    """Routes that answer ready bytes, and have the names of their functions in the document."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        default_response_class=Response,
        generate_unique_id_function=lambda route: route.name,
    )


def linked(one: dict[str, Any], pointer: str, *calls: str, parameter: str = "video_id") -> dict[str, Any]:
    """An answer whose id is a parameter of other calls.

    Args:
        one: The answer.
        pointer: Where the id is.
        calls: Names of the other calls.
        parameter: Name of the parameter.
    """
    links = {call: {"operationId": call, "parameters": {parameter: f"$response.body#{pointer}"}} for call in calls}
    return {**one, "links": links}


def json_body(struct: type[msgspec.Struct], example: Any, *, required: bool = True) -> dict[str, Any]:
    """The body of a request, for `openapi_extra`."""
    content = {JSON: {"schema": reference(struct), "example": example}}
    return {"requestBody": {"required": required, "content": content}}


def header_parameter(name: str, description: str, example: str, **limits: Any) -> dict[str, Any]:
    """A header that a route reads itself, for `openapi_extra`; `limits` are those of its schema."""
    schema = {"type": "string", **limits}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema,
            "example": example}  # fmt: skip


def header_references(names: tuple[str, ...]) -> dict[str, Any]:
    """The headers of an answer: those of every answer, and its own."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_EVERYWHERE, *names)}


def make_document(app: FastAPI) -> dict[str, Any]:
    """The whole document.

    Args:
        app: Its routes have answers and examples from this module.
    """
    document = get_openapi(
        title=TITLE, version=__version__, openapi_version="3.1.0", description=_DESCRIPTION, routes=app.routes
    )
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            method = min(route.methods or ("GET",))
            _restore_examples(document["paths"][route.path][method.lower()]["responses"], route.responses)
    for path, calls in document["paths"].items():
        for call in calls.values():
            call["security"] = [{"ApiKey": []}, {"Bearer": []}] if path.startswith("/api/") else []
            _drop_automatic_answers(call["responses"])
    document["components"] = {
        "schemas": make_schemas(),
        "headers": {
            name: {"description": description, "schema": schema, "example": example}
            for name, (description, schema, example) in _HEADERS.items()
        },
        "securitySchemes": {
            "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
        },
    }
    return document


def _restore_examples(answers: dict[str, Any], declared: Answers) -> None:
    """FastAPI leaves out every null, also those of examples."""
    for status, one in declared.items():
        if "content" in one:
            answers[str(status)]["content"] = one["content"]


def _drop_automatic_answers(answers: dict[str, Any]) -> None:
    """FastAPI announces its own 422, which the API never sends: wrong parameters are a 400."""
    for status in [*answers]:
        schema: Mapping[str, Any] = answers[status].get("content", {}).get(JSON, {}).get("schema", {})
        if schema.get("$ref", "").endswith("/HTTPValidationError"):
            del answers[status]
