"""What only the whole file can say: are its ids damaged, does it round, whose is it, and when was it observed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingTimeError, WrongAccountError
from dwell.records import TABLES, Extract
from dwell.warehouse.load.ids import beyond_chance
from dwell.warehouse.load.stage import NO_TIME, Reading, Stage

if TYPE_CHECKING:
    import duckdb

COUNTERS = tuple(c.name for c in TABLES["post_snapshots"].columns if c.kind == "count")
# Only an owner has these, so every row of such a file must be of the account that was named.
OWNED = frozenset({"watch_times", "retention", "account_days", "follower_activity", "audience_shares"})
# Sources write counters from here on with three digits (17.7K): multiples of 100.
_ROUNDED_FROM = 10_000
_DATE_IN_NAME = re.compile(r"(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Verdict:
    """Decisions over one extract.

    Attributes:
        rows: Records read.
        zeros: Ids that end in 0000 are damage.
        step: Ids that are multiples of 512 are damage.
        rounds: The source rounds counters of 10,000 and more.
        handle: Rows of other accounts than this one are rejects.
    """

    rows: int
    zeros: bool = False
    step: bool = False
    rounds: bool = False
    handle: str | None = None


def judge(
    connection: duckdb.DuckDBPyConnection, extract: Extract, stage: Stage, name: str, reading: Reading
) -> Verdict:
    """Looks over a stage once.

    Args:
        connection: Where the stage is.
        extract: What was staged.
        stage: Its columns.
        name: The stage's table.
        reading: What was decided before.

    Raises:
        MissingTimeError: No row says when it was observed, and the user did not either.
        WrongAccountError: Every row that names an account names another one than the user did.
    """
    facts = _facts(connection, stage, name, reading.handle)
    if facts["rows"] and not facts["timed"] and facts["untimed"]:
        raise MissingTimeError(_missing_time(extract))
    _check_account(extract, facts, reading.handle)
    ids = facts["ids"]
    owned = OWNED & set(extract.shape.tables)
    return Verdict(
        rows=facts["rows"],
        zeros=beyond_chance(facts["zeros"], ids, 1 / 10_000),
        step=beyond_chance(facts["steps"], ids, 1 / 512),
        rounds=facts["large"] > 0 and facts["round"] >= 0.9 * facts["large"],
        handle=reading.handle if owned else None,
    )


def _facts(connection: duckdb.DuckDBPyConnection, stage: Stage, name: str, handle: str | None) -> dict[str, Any]:
    counters = [column for column in COUNTERS if column in stage.columns]
    large = " + ".join(f"coalesce(CAST({c} >= {_ROUNDED_FROM} AS INTEGER), 0)" for c in counters) or "0"
    even = (
        " + ".join(f"coalesce(CAST({c} >= {_ROUNDED_FROM} AND {c} % 100 = 0 AS INTEGER), 0)" for c in counters) or "0"
    )
    numbers = "post_id" in stage.columns and not stage.local_ids
    digits = "regexp_full_match(post_id, '\\d+')"
    facts = {
        "rows": "count(*)",
        "timed": "count(observed_at)",
        "untimed": f"count(*) FILTER (problem = '{NO_TIME}')",
        "large": f"sum({large})",
        "round": f"sum({even})",
        "ids": "approx_count_distinct(post_id)" if numbers else "0",
        "zeros": f"count(DISTINCT post_id) FILTER (zeros_say(post_id) AND {digits})" if numbers else "0",
        "steps": f"count(DISTINCT post_id) FILTER (step_says(post_id) AND {digits})" if numbers else "0",
        "named": "count(handle)" if "handle" in stage.columns else "0",
        "others": f"count(*) FILTER (handle <> '{handle}')" if handle and "handle" in stage.columns else "0",
    }
    selected = ", ".join(f"coalesce({sql}, 0) AS {fact}" for fact, sql in facts.items())
    cursor = connection.execute(f"SELECT {selected} FROM {name}")
    row = cursor.fetchone() or (0,) * len(facts)
    return dict(zip(facts, row, strict=True))


def _check_account(extract: Extract, facts: dict[str, Any], handle: str | None) -> None:
    named = extract.shape.constants.get("handle")
    constant = str(named).lstrip("@").lower() if named else None
    if not handle or not facts["rows"]:
        return
    if (facts["others"] and facts["others"] == facts["named"]) or (constant and constant != handle):
        raise WrongAccountError(
            f"{extract.name} belongs to another account than @{handle}; leave --creator out or name its own account."
        )


def _missing_time(extract: Extract) -> str:
    found = _DATE_IN_NAME.search(extract.name)
    guess = f" (perhaps --as-of {'-'.join(found.groups())}, the date in its name)" if found else ""
    return f"{extract.name} does not say when its numbers were observed: give --as-of DATE{guess}."
