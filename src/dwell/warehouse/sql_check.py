"""Which SQL a user may ask: one SELECT over dwell's own tables.

DuckDB's own parser reads it, and every node of what it read is looked at. What is not known to be harmless is refused:
no name of a file is taken for a table, and nothing is called that reads files, the network, settings or the
environment, however deep in a query it stands.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from dwell.errors import QueryError

if TYPE_CHECKING:
    import duckdb

_STRUCTURE = frozenset({
    "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "BASE_TABLE", "SUBQUERY", "JOIN",
    "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "SHOW_REF", "ORDER_MODIFIER", "LIMIT_MODIFIER",
    "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER", "ASCENDING", "DESCENDING", "ORDER_DEFAULT",
})  # fmt: skip
"""The parts of a query that are no expressions."""
_EXPRESSIONS = frozenset({
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "OPERATOR", "PARAMETER", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW",
})  # fmt: skip
TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
"""The only functions that may stand in place of a table."""
_OF_THE_MOMENT = frozenset({
    "current_date", "error", "gen_random_uuid", "get_current_time", "get_current_timestamp", "now", "random", "today",
    "transaction_timestamp", "uuid", "uuidv4", "uuidv7",
})  # fmt: skip
"""Functions that depend on more than their arguments, but only on the clock or on chance, or that only fail."""
_PLANNING = frozenset({"json_serialize_plan"})
"""Functions of their arguments alone, which hold SQL that they look at."""
_DESCRIBING = frozenset({"DESCRIBE", "SUMMARY"})
_OTHERS = "only one SELECT can be asked: no COPY, ATTACH, INSTALL, SET, PRAGMA or change of data"


@dataclass
class Checked:
    """A query that may run.

    Attributes:
        sql: Its text, without what ends a statement.
        tables: Names of the tables that it reads, as dwell writes them.
    """

    sql: str
    tables: list[str] = field(default_factory=list)


def check_query(connection: duckdb.DuckDBPyConnection, text: str, tables: Collection[str]) -> Checked:
    """Look a query through.

    Args:
        connection: Where it will run; nothing is executed there.
        text: The SQL.
        tables: The names that it may read.

    Raises:
        QueryError: It cannot be parsed, is not one SELECT, or names something that it may not read.
    """
    found = _Walk(connection, {name.lower(): name for name in tables})
    try:
        found.visit(_parse(connection, text), frozenset())
    except RecursionError:
        raise QueryError("This SQL is nested too deeply: name its parts in a WITH.") from None
    return Checked(_without_end(text), list(dict.fromkeys(found.tables)))


def one_sentence(error: Exception) -> str:
    """What DuckDB says, without the lines that repeat the query."""
    lines = [line.strip() for line in str(error).split("\n\nLINE ")[0].splitlines() if line.strip()]
    return " ".join(line if line[-1] in ".!?:;," else f"{line}." for line in lines)


def _parse(connection: duckdb.DuckDBPyConnection, text: str) -> Mapping[str, Any]:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise QueryError("This SQL has a character in it that no text can have.")
    sql = "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true)"
    ((document,),) = connection.execute(sql, [text]).fetchall()
    answer = json.loads(document)
    if answer["error"]:
        message = str(answer["error_message"])
        if "Only SELECT" in message:
            raise QueryError(f"This isn't a SELECT: {_OTHERS}.")
        raise QueryError(f"This SQL can't be read: {one_sentence(Exception(message))}")
    statements = answer["statements"]
    if not statements:
        raise QueryError("There is no SQL in this text: write a SELECT.")
    if len(statements) != 1:
        raise QueryError(f"These are {len(statements)} statements: {_OTHERS}.")
    return dict(statements[0]["node"])


def _without_end(text: str) -> str:
    """The one statement of a text, without its semicolon and what follows."""
    import duckdb

    whole = text.encode()
    operators = [at for at, kind in duckdb.tokenize(text) if kind == duckdb.token_type.operator]
    ends = [at for at in operators if whole[at : at + 1] == b";"]
    return whole[: ends[0]].decode() if ends else text


class _Walk:
    """Visits every node of a parsed query, and raises at the first that it may not have."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, allowed: Mapping[str, str], known: set[str] | None = None
    ) -> None:
        self._connection = connection
        self._allowed = allowed
        self._known = set() if known is None else known
        self.tables: list[str] = []

    def visit(self, node: Any, scope: frozenset[str]) -> None:
        """Look at a node and all below it.

        Args:
            node: A value of the parsed query.
            scope: Names that a WITH above it has given, in lower case.
        """
        if isinstance(node, list):
            for each in node:
                self.visit(each, scope)
        if not isinstance(node, dict):
            return
        below: Mapping[str, Any] = node
        if "cte_map" in node:
            scope = self._visit_ctes(node["cte_map"].get("map", []), scope)
            below = {key: value for key, value in node.items() if key != "cte_map"}
        if "class" in node:
            self._check_expression(node)
        elif isinstance(node.get("type"), str):
            below = self._check_structure(below, scope)
        for each in below.values():
            self.visit(each, scope)

    def _visit_ctes(self, entries: list[dict[str, Any]], scope: frozenset[str]) -> frozenset[str]:
        """Look at the queries of a WITH; returns the names that stand below it. Only a recursive one knows itself."""
        for entry in entries:
            name = frozenset({entry["key"].lower()})
            is_recursive = entry["value"]["query_node"]["type"] == "RECURSIVE_CTE_NODE"
            self.visit(entry["value"]["query_node"], scope | name if is_recursive else scope)
            scope |= name
        return scope

    def _check_expression(self, node: Mapping[str, Any]) -> None:
        if node["class"] not in _EXPRESSIONS:
            raise QueryError(f"A query can't have this part: {node['class']}.")
        if node["class"] in {"FUNCTION", "WINDOW"}:
            self._check_function(node["function_name"])

    def _check_structure(self, node: Mapping[str, Any], scope: frozenset[str]) -> Mapping[str, Any]:
        """The parts of the node that are to be visited."""
        kind = node["type"]
        if kind not in _STRUCTURE:
            raise QueryError(f"{kind.removesuffix('_QUERY_NODE').removesuffix('_NODE')} can't be asked: {_OTHERS}.")
        if kind == "BASE_TABLE":
            self._check_table(node, scope)
        if kind == "SHOW_REF" and ("query" not in node or node["show_type"] not in _DESCRIBING):
            names = ", ".join(sorted(self._allowed.values()))
            raise QueryError(f"SHOW can't be asked: DESCRIBE lists the columns of a table, and the tables are {names}.")
        return self._check_table_function(node) if kind == "TABLE_FUNCTION" else node

    def _check_table(self, node: Mapping[str, Any], scope: frozenset[str]) -> None:
        path = node["qualified_name"]["path"]
        shown, name = ".".join(path), path[-1].lower()
        if len(path) == 1 and name in scope:
            return
        if len(path) == 1 and name in self._allowed:
            self.tables.append(self._allowed[name])
            return
        near = get_close_matches(name, self._allowed, n=1)
        names = ", ".join(sorted(self._allowed.values()))
        hint = f"did you mean {self._allowed[near[0]]}?" if near else f"choose from {names}."
        raise QueryError(f"There is no table {shown}: {hint}")

    def _check_table_function(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The rest of the node, without the function's name, which is not looked up again."""
        function = node["function"]
        name = str(function["function_name"]).lower()
        if name not in TABLE_FUNCTIONS or len(function["qualified_name"]["path"]) != 1:
            raise QueryError(f"{name} can't be used in a query: it reads more than dwell's tables.")
        return {**node, "function": {key: value for key, value in function.items() if key not in {"class", "type"}}}

    def _check_function(self, name: str) -> None:
        """Refuse a function that depends on more than its arguments, itself or through a macro."""
        name = name.lower()
        if name in self._known or name in TABLE_FUNCTIONS or name in _OF_THE_MOMENT:
            return
        self._known.add(name)
        refused = QueryError(f"{name} can't be used in a query: it reads or changes more than dwell's tables.")
        if name in _PLANNING:
            raise refused
        for stability, definition in _functions().get(name, ()):
            if definition is None and stability != "CONSISTENT":
                raise refused
            if definition is not None:
                try:
                    self._expand(definition)
                except QueryError:
                    raise refused from None

    def _expand(self, definition: str) -> None:
        """Look a macro through, which may read no table; it may call one of its own name."""
        walk = _Walk(self._connection, {}, self._known)
        walk.visit(_parse(self._connection, f"SELECT {definition}"), frozenset())


@cache
def _functions() -> dict[str, list[tuple[str | None, str | None]]]:
    """DuckDB's functions by name: whether each depends on its arguments alone, and what a macro stands for."""
    import duckdb

    sql = (
        "SELECT DISTINCT lower(function_name), stability, macro_definition FROM duckdb_functions() "
        "WHERE function_type NOT IN ('pragma', 'table', 'table_macro')"
    )
    found: dict[str, list[tuple[str | None, str | None]]] = {}
    with duckdb.connect() as connection:
        for name, stability, definition in connection.execute(sql).fetchall():
            found.setdefault(name, []).append((stability, definition))
    return found
