"""Reference pages are generated from the code; a stale page, a broken link or an invalid command fails here."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from dwell.cli.main import make_command

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
assert _spec is not None
assert _spec.loader is not None
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


@pytest.mark.parametrize("page", sorted(generate.PAGES))
def test_reference_page_is_fresh(page: str) -> None:
    written = (DOCS / page).read_text(encoding="utf-8")
    assert written == generate.PAGES[page]().rstrip() + "\n", "run `make docs`"


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_resolve(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", page.read_text(encoding="utf-8")):
        target, heading = link
        if "://" in target:
            continue
        found = (page.parent / target).resolve()
        assert found.exists(), f"{_name(page)} links to {target}"
        if heading:
            titles = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading[1:] in anchors, f"{_name(page)} links to {target}{heading}"


def _commands() -> list[Any]:
    found = []
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            lines = [line.strip() for line in block.splitlines()]
            found += [pytest.param(line, id=f"{_name(page)}: {line}") for line in lines if line.startswith("dwell ")]
    return found


@pytest.mark.parametrize("line", _commands())
def test_documented_commands_parse(line: str) -> None:
    command: Any = make_command()
    words = [word for word in shlex.split(line, comments=True) if word != "&"][1:]
    above = None
    while hasattr(command, "get_command"):
        context = command.make_context("dwell", ["status"], parent=above)
        name = words.pop(0)
        command, above = command.get_command(context, name), context
        assert command is not None, f"there is no command {name}"
    command.make_context(name, words, parent=above)
