"""`dwell forget`: everything that is stored about an account or a writer of comments is erased, with a receipt."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from dwell.cli.options import Data, Json, Platform
from dwell.cli.output import Output
from dwell.cli.tables.table import table
from dwell.cli.terminal import mark_texts, say
from dwell.results import Result


def forget(
    account: Annotated[
        str | None, typer.Argument(help="The account: @handle, profile link, or numeric id.", metavar="@HANDLE")
    ] = None,
    *,
    person: Annotated[
        str | None, typer.Option("--person", help="In place of an account: who wrote comments.", metavar="NAME")
    ] = None,
    platform: Annotated[Platform | None, typer.Option("--platform", help="Only what is of this platform.")] = None,
    destination: Annotated[
        list[str] | None,
        typer.Option(
            "--destination",
            help="Address of tables that were loaded, besides those that the folder knows; may be repeated.",
            metavar="ADDRESS",
        ),
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", help="Schema of the tables at --destination.", metavar="NAME")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be erased, and end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Erase everything that is stored about an account, or about a writer of comments; it cannot be undone.

    Shows first what there is, and what it cannot reach. Stop `dwell serve`, workers and sweeps before. If the command
    is stopped, run it again: it does the rest.

    \b
    Example:
      dwell forget @demo --dry-run
      dwell forget @demo --yes
      dwell forget --person somebody
    """
    import dwell

    if (account is None) == (person is None):
        raise typer.BadParameter("name either an account, or a --person.")
    workspace = dwell.open(data)
    options: dict[str, Any] = {
        "person": person,
        "platform": platform.value if platform else None,
        "destinations": destination or (),
        "schema": schema,
    }
    output = Output(as_json)
    if dry_run or not yes:
        plan = workspace.forget(account, dry_run=True, **options)
        if dry_run:
            output.show(plan, _text)
            return
        if as_json or not sys.stdin.isatty():
            raise typer.BadParameter("nobody can be asked here: look at --dry-run first, then say --yes.")
        say(_text(mark_texts(plan)))
        typer.confirm("Erase this for ever?", abort=True)
    result = workspace.forget(account, **options)
    output.show(result, _text)


def _text(result: Result) -> str:
    meta = result.meta
    who = " and ".join(f"@{name}" for name in meta["names"]) or meta["asked"]
    did = "Erased" if meta["done"] else "Would be erased"
    shown = [row[:3] for row in result.rows]
    lines = [f"{did}: what is stored about {who}", table(("place", "table", "rows"), shown)]
    if len(meta["names"]) > 1:
        lines.append("These names are of the same account: they share an id, or one was renamed to another.")
    lines += ["Not reached:", *(_missed(each) for each in meta["not_reached"])]
    if meta["receipt"]:
        lines.append(f"The receipt, without names, is {meta['receipt']}.")
    return "\n".join([*lines, *_earlier(meta["earlier"])])


def _missed(each: Mapping[str, str]) -> str:
    return f"  {each['place']}: {each['detail']}\n    {each['cure']}"


def _earlier(receipts: Sequence[Mapping[str, str]]) -> list[str]:
    return [f"Erased before, on {each['erased_at'][:10]}: {each['path']}" for each in receipts]
