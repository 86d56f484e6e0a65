"""What only the whole file can tell: damaged ids, rounded counters, whose it is, and when it was observed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dwell.errors import MissingTimeError, WrongAccountError
from dwell.records import Extract
from dwell.text import rounding
from dwell.text.names import normalize_handle
from dwell.text.rounding import Rounding
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.load.checked import CheckedColumns
from dwell.warehouse.load.damaged_ids import DamagedIds, find_damaged_ids, key_ids
from dwell.warehouse.load.row_facts import OWN_EXPORT, LoadOptions
from dwell.warehouse.load.row_problems import NO_TIME
from dwell.warehouse.load.spellings import shown_unit

if TYPE_CHECKING:
    import duckdb

# Only an owner has these, so every row of such a file must be of the account that was named.
OWNED = frozenset({"watch_times", "retention", "account_days", "follower_activity", "audience_shares"})
_DATE_IN_NAME = re.compile(r"(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class FileFacts:
    """Decisions over one extract.

    Attributes:
        rows: Records read.
        ids: Which ids lost their last digits.
        rounding: Counter -> what its plain numbers tell of rounding, for each band of `dwell.text.rounding`.
        handle: Rows of other accounts than this one are rejects.
    """

    rows: int
    ids: DamagedIds = field(default_factory=DamagedIds)
    rounding: Mapping[str, tuple[Rounding, ...]] = field(default_factory=dict)
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
    ids = columns.names - {"post_id"} if columns.local_ids else columns.names
    if extract.shape.name == OWN_EXPORT:  # its ids were held against the files that they came from
        ids = frozenset()
    owned = OWNED & set(extract.shape.tables)
    return FileFacts(
        rows=facts["rows"],
        ids=find_damaged_ids(connection, ids, key_ids(extract.shape.tables), name),
        rounding=_rounding(connection, columns.units, name),
        handle=options.handle if owned else None,
    )


def _facts(
    connection: duckdb.DuckDBPyConnection, columns: CheckedColumns, name: str, handle: str | None
) -> dict[str, Any]:
    facts = {
        "rows": "count(*)",
        "timed": "count(observed_at)",
        "untimed": f"count(*) FILTER (problem = '{NO_TIME}')",
        "named": "count(handle)" if "handle" in columns.names else "0",
        "others": f"count(*) FILTER (handle <> {quote_text(handle)})" if handle and "handle" in columns.names else "0",
    }
    selected = ", ".join(f"coalesce({sql}, 0) AS {fact}" for fact, sql in facts.items())
    cursor = connection.execute(f"SELECT {selected} FROM {name}")
    row = cursor.fetchone() or (0,) * len(facts)
    return dict(zip(facts, row, strict=True))


def columns_without_values(connection: duckdb.DuckDBPyConnection, names: Sequence[str], name: str) -> list[str]:
    """Which of the columns that a file has hold no value in any of its rows; none for a file without rows.

    Args:
        connection: Where the checked rows are.
        names: Canonical columns.
        name: The table of the rows.
    """
    selected = ", ".join(["count(*)", *(f"count({quote_name(column)})" for column in names)])
    rows, *counts = connection.execute(f"SELECT {selected} FROM {name}").fetchone() or (0,)
    return [column for column, count in zip(names, counts, strict=True) if rows and not count]


_MULTIPLES = (1, rounding.FINEST_UNIT, 1_000)


def _rounding(
    connection: duckdb.DuckDBPyConnection, counters: Sequence[str], name: str
) -> dict[str, tuple[Rounding, ...]]:
    """Counter -> what its different plain numbers tell of rounding."""
    counts = []
    for least, below in zip(rounding.BANDS, (*rounding.BANDS[1:], None), strict=True):
        within = f"number >= {least}" + (f" AND number < {below}" if below else "")
        counts += [f"count(*) FILTER ({within} AND number % {size} = 0)" for size in _MULTIPLES]
    numbers = [
        f"SELECT DISTINCT '{counter}' AS counter, {counter} AS number FROM {name} "
        f"WHERE {counter} >= {rounding.LEAST_ROUNDED} AND {shown_unit(counter)} IS NULL"
        for counter in counters
    ]
    found = {}
    if numbers:  # one statement: to plan it takes longer than to count a small file
        query = f"SELECT counter, {', '.join(counts)} FROM ({' UNION ALL '.join(numbers)}) GROUP BY counter"
        found = {counter: row for counter, *row in connection.execute(query).fetchall()}
    size, none = len(_MULTIPLES), [0] * len(counts)
    return {
        counter: rounding.judge_bands([(*row[at : at + size],) for at in range(0, len(row), size)])
        for counter, row in ((counter, found.get(counter, none)) for counter in counters)
    }


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
