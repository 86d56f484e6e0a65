"""`dwell accounts`: connected accounts, what each may read, when that ends, and what each lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dwell.cli.cells import format_cell
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.results import Result
from dwell.text.plurals import pluralize

_NONE = "No account is connected: run dwell connect tiktok."


_LAYOUT = Layout(
    essential=("account", "state", "account_type", "refresh_expires_at"),
    more=("access_expires_at", "display_name"),
    rest=(
        *(
            "open_id",
            "connection_id",
            "scopes",
            "missing",
            "connected_at",
            "refreshed_at",
            "disconnected_at",
            "problem",
        ),
        *("problem_at", "requirements"),
    ),
)


@shows(_LAYOUT)
def accounts(
    *,
    check: Annotated[bool, typer.Option("--check", help="Ask TikTok about each account first.")] = False,
    rotate_key: Annotated[
        bool,
        typer.Option(
            "--rotate-key", help="Encrypt all tokens with the first key of DWELL_SECRET_KEY, or with a new one."
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show connected accounts: their type, what their owners allowed, when that ends, and what each lacks.

    Access tokens are refreshed by themselves. Once a year, the owner must allow the access again. Tokens are encrypted
    with DWELL_SECRET_KEY, or with the file secret.key in the data folder, which is in no backup: keep a copy.

    \b
    Example:
      dwell accounts
      dwell accounts --check --json
    """
    import dwell

    if check and rotate_key:
        raise typer.BadParameter("choose either --check or --rotate-key.")
    connections = dwell.open(data).connections
    if rotate_key:
        rotated = connections.rotate_key()
        Output(as_json, as_csv, output).show(rotated, _rotated_text)
        return
    result = connections.list_all(check=check)
    Output(as_json, as_csv, output).show(result, _text)


def account_text(row: Mapping[str, Any]) -> str:
    """An account with all that is known of it, on several lines."""
    kind = f", a {row['account_type']} account" if row["account_type"] else ""
    name = f" ({row['display_name']})" if row["display_name"] else ""
    lines = [f"{row['account']}{name}{kind}: {row['state']}"]
    if row["state"] != "disconnected":
        until = format_cell("at", row["refresh_expires_at"])
        lines.append(f"  may be read until {until} UTC; allowed: {', '.join(row['scopes'])}")
    lines += [f"  {each['state']}: {each['message']}" for each in row["requirements"]]
    unmet = {each["message"] for each in row["requirements"]}
    lines += [f"  missing: {text}" for text in row["missing"] if text not in unmet]
    if row["problem"]:
        at = f" ({format_cell('at', row['problem_at'])} UTC)" if row["problem_at"] else ""
        lines.append(f"  problem{at}: {row['problem']}")
    return "\n".join(lines)


def _text(result: Result) -> str:
    if not len(result):
        return _NONE
    rows = list(result)
    summary = result_table(result, _LAYOUT)
    return "\n\n".join([summary, *(account_text(row) for row in rows if row["state"] != "disconnected")])


def _rotated_text(result: Result) -> str:
    row = next(iter(result))
    number = pluralize(row["accounts"], "account")
    if row["from_environment"]:
        return (
            f"The tokens of {number} are encrypted with the first key of DWELL_SECRET_KEY ({row['key_id']}). The "
            "others are only needed for older backups now."
        )
    return (
        f"The tokens of {number} are encrypted with a new key ({row['key_id']}) in secret.key. The older keys stay in "
        "the file for older backups: delete their lines when you need none of them."
    )
