"""The documentation as one static page, made from the OpenAPI document: no network, and no script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dwell.api.examples import PROBLEMS
from dwell.api.responses import PROBLEM

_STYLE = (files("dwell.api") / "docs.css").read_text("utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
"""Lets a browser load nothing but the style in the page."""

_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"[^a-z0-9]+")


def render_docs(document: Mapping[str, Any]) -> bytes:
    """The page.

    Args:
        document: The OpenAPI document.
    """
    environment = Environment(
        loader=PackageLoader("dwell.api", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "pretty": _pretty, "slug": _slug, "type": _type}
    calls = [_call(document, path, method) for path, methods in document["paths"].items() for method in methods]
    page = environment.get_template("docs.html").render(
        info=document["info"],
        calls=calls,
        groups={tag: [call for call in calls if call["tag"] == tag] for tag in dict.fromkeys(c["tag"] for c in calls)},
        schemas=document["components"]["schemas"],
        problems={problem.code: problem for problem in PROBLEMS.values()},
        style=Markup(_STYLE),
    )
    return page.encode()


def _call(document: Mapping[str, Any], path: str, method: str) -> dict[str, Any]:
    call = document["paths"][path][method]
    body = next(iter(call.get("requestBody", {}).get("content", {}).values()), None)
    return {
        "id": _slug(f"{method} {path}"),
        "method": method.upper(),
        "path": path,
        "summary": call["summary"],
        "description": call.get("description", ""),
        "tag": call["tags"][0],
        "parameters": call.get("parameters", []),
        "body": body,
        "curl": _curl(call, path, method, body),
        "answers": [_answer(status, answer) for status, answer in call["responses"].items()],
    }


def _answer(status: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    examples = []
    for media_type, content in answer.get("content", {}).items():
        if "example" in content:
            examples.append((media_type, content["example"]))
        examples += [(media_type, example["value"]) for example in content.get("examples", {}).values()]
    is_problem = PROBLEM in answer.get("content", {})
    return {"status": status, "description": answer["description"], "examples": examples, "is_problem": is_problem}


def _curl(call: Mapping[str, Any], path: str, method: str, body: Mapping[str, Any] | None) -> str:
    parts = ["curl" if method == "get" else f"curl -X {method.upper()}", f'"$DWELL_SERVER{path}"']
    if call["security"]:
        parts.append('-H "X-API-Key: $DWELL_SERVER_KEY"')
    if body is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body['example'])}'"]
    return " \\\n  ".join([" ".join(parts[:2]), *parts[2:]])


def _prose(text: str) -> Markup:
    """Paragraphs with `code` in them."""
    paragraphs = [_CODE.sub(r"<code>\1</code>", str(escape(part))) for part in text.strip().split("\n\n")]
    return Markup("").join(Markup("<p>{}</p>").format(Markup(part)) for part in paragraphs if part)


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _slug(text: str) -> str:
    return _WORD.sub("-", text.lower()).strip("-")


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [f"{sign} {schema[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return " ".join([str(schema.get("format") or schema.get("type", "any")), *limits])
