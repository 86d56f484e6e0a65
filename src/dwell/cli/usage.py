"""`dwell usage`: what an account has and uses."""

from __future__ import annotations

from typing import Any

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.table import table
from dwell.cli.tracking_options import Key, Server, as_row, open_tracking
from dwell.results import Result


def usage(
    *,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show the tracked videos, snapshots, balance and limits of the account, and how much of the load can be served.

    \b
    Example:
      dwell usage
      dwell usage --server http://localhost:8000 --json
    """
    with open_tracking(data, server, key) as tracking:
        row = dict(as_row(tracking.usage()))
    Output(as_json, as_csv, output).show(
        Result(tuple(row), [tuple(row.values())]), lambda shown: _text(next(iter(shown)))
    )


def _text(row: dict[str, Any]) -> str:
    plan, most = row["plan"], row["provider_max_credits"]
    lines: list[tuple[str, Any]] = [
        ("videos tracked now", _of(row["active_videos"], plan["concurrent_videos"])),
        ("snapshots", f"{row['total_snapshots']:,}"),
        ("plan", plan["name"]),
        ("requests a minute", _of(None, plan["requests_per_minute"])),
        (f"credits of {row['provider'] or 'the provider'} today", _of(row["provider_credits_today"], most)),
        ("due hours that its rate limit can serve", _share(row["served_share"])),
    ]
    if row["billing"]:
        lines += [
            ("balance, US dollars", f"{row['balance_usd']:,.2f}"),
            ("charged so far, US dollars", f"{row['total_charged_usd']:,.2f}"),
            ("price of a snapshot, US dollars", f"{row['cost_per_snapshot']:g}"),
            ("snapshots that the balance pays for", f"{row['estimated_snapshots_remaining']:,}"),
            ("balance.low is sent below, US dollars", _usd(row["low_balance_usd"])),
        ]
    else:
        lines.append(("billing", "off: snapshots cost nothing"))
    return table(("", "account"), lines)


def _share(share: float | None) -> str:
    return "not known: no key of a provider is set here" if share is None else f"{share:.0%}"


def _usd(amount: float | None) -> str:
    return "never" if amount is None else f"{amount:,.2f}"


def _of(number: int | None, most: int | None) -> str:
    limit = "no limit" if most is None else f"at most {most:,}"
    return limit if number is None else f"{number:,} ({limit})"
