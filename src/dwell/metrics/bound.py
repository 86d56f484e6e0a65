"""The values of a query that are never in its text: the account, and the period of publishing.

One text serves every account and every period, so that a new one compiles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ibis.expr.types import Value

PERIOD = ("since", "until", "since_day", "until_day")
"""Parameters that say which posts, by when they were published; the last two for posts whose day alone is known."""
BOUND = {"handle": "string", **dict.fromkeys(PERIOD, "timestamp('UTC')")}
"""Parameter of a metric -> its type."""
PERIOD_METRICS = frozenset({
    "benchmarks", "exclusions", "metric_counts", "posts", "post_dots", "posting_times", "trend", "growth",
    "growth_known", "growth_ranking", "retention_curves", "retention_points", "posts_at_age", "benchmarks_at_age",
    "known_at_age", "posted_span",
})  # fmt: skip
"""Those that can be asked about the posts of a period alone."""
_FUNCTION = "dwell_bound"
# A quote inside a literal is written twice or with a backslash, so no text of a user looks like this.
_CALL = re.compile(rf"\b{_FUNCTION}\('(\w+)'\)", re.IGNORECASE)
_SIGNS = {"duckdb": "$", "spark": ":"}


def bound_values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are bound when the query runs; a parameter that is None is not in the query.

    Several accounts are part of the text: how many they are changes it anyway.
    """
    known = {name: parameters[name] for name in BOUND if parameters.get(name) is not None}
    return {name: value for name, value in known.items() if not isinstance(value, tuple)}


def with_placeholders(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with an expression in place of each such value."""
    return {**parameters, **{name: _placeholder(name) for name in bound_values(parameters)}}


def name_placeholders(text: str, engine: Literal["duckdb", "spark"]) -> str:
    """The compiled text with `$handle` (DuckDB) or `:handle` (Spark) in place of those expressions."""
    return _CALL.sub(lambda found: f"{_SIGNS[engine]}{found[1]}", text)


def _placeholder(name: str) -> Value:
    import ibis

    function = ibis.udf.scalar.builtin(_call, name=_FUNCTION, signature=(("string",), BOUND[name]))
    return function(name)


def _call(parameter: str) -> Any:
    """Only in the text; never called."""
