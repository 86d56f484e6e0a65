"""What only the whole file can tell: damaged ids, rounded counters, whose it is, and when it was observed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingTimeError, WrongAccountError
from dwell.records import TABLES, Extract
from dwell.text.names import normalize_handle
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.checked import BACKUP, NO_TIME, CheckedColumns, LoadOptions
from dwell.warehouse.load.ids import beyond_chance
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

COUNTERS = tuple(c.name for c in TABLES["post_snapshots"].columns if c.kind == "count")
# Only an owner has these, so every row of such a file must be of the account that was named.
OWNED = frozenset({"watch_times", "retention", "account_days", "follower_activity", "audience_shares"})
# Sources write counters from here on with three digits (17.7K): multiples of 100.
_ROUNDED_FROM = 10_000
# Share of undamaged ids that look damaged.
_BY_CHANCE = {"zeros": 1 / 10_000, "steps": 1 / 512}
_DATE_IN_NAME = re.compile(r"(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class FileFacts:
    """Decisions over one extract.

    Attributes:
        rows: Records read.
        zeros_are_damage: Ids that end in 0000 are damage.
        steps_are_damage: Ids that are multiples of 512 are damage.
        rounds: The source rounds counters of 10,000 and more.
        handle: Rows of other accounts than this one are rejects.
    """

    rows: int
    zeros_are_damage: bool = False
    steps_are_damage: bool = False
    rounds: bool = False
    handle: str | None = None


def check_file(
    connection: duckdb.DuckDBPyConnection, extract: Extract, columns: CheckedColumns, name: str, options: LoadOptions
) -> FileFacts:
    """Looks over the checked rows once.

    Args:
        connection: Where they are.
        extract: What was read.
        columns: What the rows have.
        name: Their table.
        options: What was decided before.

    Raises:
        MissingTimeError: No row says when it was observed, and the user did not either.
        WrongAccountError: Every row that names an account names another one than the user did.
    """
    facts = _facts(connection, columns, name, options.handle)
    if facts["rows"] and not facts["timed"] and facts["untimed"]:
        raise MissingTimeError(_missing_time(extract))
    _check_account(extract, facts, options.handle)
    is_backup = extract.shape.name == BACKUP  # its ids were held against the files that they came from
    zeros, steps = (False, False) if is_backup else _find_damage(connection, name, facts)
    owned = OWNED & set(extract.shape.tables)
    return FileFacts(
        rows=facts["rows"],
        zeros_are_damage=zeros,
        steps_are_damage=steps,
        rounds=facts["large"] > 0 and facts["round"] >= 0.9 * facts["large"],
        handle=options.handle if owned else None,
    )


def _facts(
    connection: duckdb.DuckDBPyConnection, columns: CheckedColumns, name: str, handle: str | None
) -> dict[str, Any]:
    counters = [column for column in COUNTERS if column in columns.names]
    large = " + ".join(f"coalesce(CAST({c} >= {_ROUNDED_FROM} AS INTEGER), 0)" for c in counters) or "0"
    even = (
        " + ".join(f"coalesce(CAST({c} >= {_ROUNDED_FROM} AND {c} % 100 = 0 AS INTEGER), 0)" for c in counters) or "0"
    )
    numbers = "post_id" in columns.names and not columns.local_ids
    facts = {
        "rows": "count(*)",
        "timed": "count(observed_at)",
        "untimed": f"count(*) FILTER (problem = '{NO_TIME}')",
        "large": f"sum({large})",
        "round": f"sum({even})",
        "zeros": "count(*) FILTER (ends_in_zeros(post_id))" if numbers else "0",
        "steps": "count(*) FILTER (is_float_step(post_id))" if numbers else "0",
        "named": "count(handle)" if "handle" in columns.names else "0",
        "others": f"count(*) FILTER (handle <> {quote_text(handle)})" if handle and "handle" in columns.names else "0",
    }
    selected = ", ".join(f"coalesce({sql}, 0) AS {fact}" for fact, sql in facts.items())
    cursor = connection.execute(f"SELECT {selected} FROM {name}")
    row = cursor.fetchone() or (0,) * len(facts)
    return dict(zip(facts, row, strict=True))


def _find_damage(connection: duckdb.DuckDBPyConnection, name: str, facts: dict[str, Any]) -> tuple[bool, bool]:
    """Whether ids that end in 0000, and ids that are multiples of 512, are too many; repeats of one id count once."""
    rows = facts["rows"]
    if not any(beyond_chance(facts[mark], rows, share) for mark, share in _BY_CHANCE.items()):
        return False, False
    query = Pipeline().add("ids", f"SELECT DISTINCT post_id FROM {name} WHERE TRY_CAST(post_id AS BIGINT) IS NOT NULL")
    query = query.add(
        "marks",
        "SELECT count(*), count(*) FILTER (ends_in_zeros(post_id)), count(*) FILTER (is_float_step(post_id)) FROM ids",
    )
    row = connection.execute(query.query()).fetchone()
    ids, zeros, steps = row or (0, 0, 0)
    return beyond_chance(zeros, ids, _BY_CHANCE["zeros"]), beyond_chance(steps, ids, _BY_CHANCE["steps"])


def _check_account(extract: Extract, facts: dict[str, Any], handle: str | None) -> None:
    named = extract.shape.constants.get("handle")
    constant = normalize_handle(str(named)) if named else None
    if not handle or not facts["rows"]:
        return
    if (facts["others"] and facts["others"] == facts["named"]) or (constant and constant != handle):
        raise WrongAccountError(
            f"{extract.name} belongs to another account than @{handle}; leave --creator out or name its own account."
        )


def _missing_time(extract: Extract) -> str:
    date = _DATE_IN_NAME.search(extract.name)
    guess = f" (perhaps --as-of {'-'.join(date.groups())}, the date in its name)" if date else ""
    return f"{extract.name} does not say when its numbers were observed: give --as-of DATE{guess}."
