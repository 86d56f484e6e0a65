"""Reference pages are generated from the code; a stale page, a broken link or an invalid command fails here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import generate
import pytest

from dwell import __main__ as entry
from dwell.cli.main import make_command
from dwell.connections import secret_keys
from dwell.state import database
from dwell.warehouse import backup, erased_files, store, unfinished
from dwell.workspace import erasure_records

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


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


def test_all_exit_codes_are_in_one_table() -> None:
    page = (DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert codes == {0, 1, 2, *(128 + number for number in entry._STOPPING)}
    for other in PAGES:
        if other.name not in {"exit-codes.md", "CHANGELOG.md", "DECISIONS.md"}:
            assert not re.search(r"(?i)exit codes: 0", other.read_text(encoding="utf-8")), _name(other)


def test_each_part_of_a_data_folder_says_whether_it_may_be_deleted() -> None:
    page = (DOCS / "how-to" / "backup.md").read_text(encoding="utf-8")
    table = page.partition("## Which file is safe to delete")[2].partition("\n## ")[0]
    records = (erasure_records.REQUEST, erasure_records.ERASURE_LOCK, erasure_records.RECEIPTS)
    locks = (store.LOCK, secret_keys.LOCK, "live.lock", "scratch.lock")
    parts = {*backup.PARTS, *erased_files.MOVED, *records, *locks, database.NAME, secret_keys.FILE, unfinished.NAME}
    missing = {part for part in parts if not re.search(rf"[`/]{re.escape(str(part))}/?`", table)}
    assert not missing
