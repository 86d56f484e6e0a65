"""Rules of the house that import-linter has no contract for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

SOURCES = Path(__file__).parents[2] / "src"
FILES = sorted(SOURCES.rglob("*.py"))
SQL_ROOMS = ("dwell/warehouse/", "dwell/state/")
SQL = re.compile(r"\s*(SELECT|WITH \w+ AS|INSERT (INTO|OR)|UPDATE \w+ SET|DELETE FROM|CREATE (OR|TABLE|TEMP|VIEW))\b")


def test_no_circle_of_files() -> None:
    graph = grimp.build_graph("dwell", "dwell_sandbox", exclude_type_checking_imports=True)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imported).prepare()  # raises CycleError, which names the circle


def private_imports(tree: ast.Module) -> Iterator[str]:
    """Private names that a module imports from another one of dwell's, `__future__` and the like left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"dwell", "dwell_sandbox"}:
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (name for name in names if name.startswith("_") and not name.startswith("__"))


def sql_texts(tree: ast.Module) -> Iterator[str]:
    """Texts that are SQL; a docstring is none."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, documented)]
    statements = {id(statement.value) for body in bodies for statement in body if isinstance(statement, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield from [node.value] if SQL.match(node.value) else []


def test_each_file_keeps_to_its_room() -> None:
    elsewhere: dict[str, list[str]] = {}
    for file in FILES:
        tree, name = ast.parse(file.read_text("utf-8")), file.relative_to(SOURCES).as_posix()
        sql = [] if name.startswith(SQL_ROOMS) else sql_texts(tree)
        if found := [*private_imports(tree), *sql]:
            elsewhere[name] = found
    assert FILES
    assert elsewhere == {}


def test_the_rules_find_what_they_look_for() -> None:
    assert list(private_imports(ast.parse("from dwell.live.plan import make_plan, _plan_item"))) == ["_plan_item"]
    assert list(sql_texts(ast.parse('"""SELECT a doc."""\nQUERY = "SELECT 1"\n'))) == ["SELECT 1"]
    assert list(sql_texts(ast.parse('run(f"DELETE FROM {table}")'))) == ["DELETE FROM "]
