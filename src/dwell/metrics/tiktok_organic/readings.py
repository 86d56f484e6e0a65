"""What the connector's tables are made of: readings of the API, values of a day, and the account's name on a day.

Every step has `seq`, the highest number of the batches that a row depends on, so that a load finds the rows that
changed. Where nobody asks for it, it is 0 and is left out at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
from ibis.expr.types import BooleanValue, DateValue, Table, Value

from dwell.metrics.tables import is_numbered, table_with_seq
from dwell.metrics.tiktok_organic.catalog import DERIVED

PREFIX = "tiktok-organic"
"""How the source of the API's readings begins; that of simulated ones ends otherwise."""


def is_api(rows: Table) -> BooleanValue:
    """The row was read from the API, as far as its source says."""
    return rows.source.startswith(PREFIX)


def api_value(rows: Table, column: str) -> Value:
    """The column where it came from the API: a reading that was merged from several sources says so by value."""
    named = rows.value_sources.contains(f'"{column}":"{PREFIX}')
    whole = is_api(rows) & rows.value_sources.isnull()
    return ibis.cases((whole | named, rows[column]), else_=ibis.null(rows[column].type()))


def day_of(rows: Table, at: str = "observed_at") -> DateValue:
    """The day of an instant, UTC."""
    return rows[at].truncate("D").date()


def newest_known(value: Value, order: Value) -> Value:
    """Of each group the value with the highest order among those that are known; null where none is."""
    max_by = ibis.udf.agg.builtin(_by_order, name="max_by", signature=((value.type(), order.type()), value.type()))
    return max_by(value, ibis.cases((value.notnull(), order), else_=ibis.null(order.type())))


def oldest_known(value: Value, order: Value) -> Value:
    """The same with the lowest order."""
    min_by = ibis.udf.agg.builtin(_by_order, name="min_by", signature=((value.type(), order.type()), value.type()))
    return min_by(value, ibis.cases((value.notnull(), order), else_=ibis.null(order.type())))


def _by_order(value: Any, order: Any) -> Any:
    """The engine's own; never called here."""


def of_day(rows: Table, by: Iterable[str], fields: Iterable[str]) -> Table:
    """One row per group of readings: the newest known value of each field.

    Args:
        rows: Readings with `observed_at`, `source` and `seq`.
        by: Columns of the group; with `metric_date` the day's readings are one.
        fields: Columns to take.

    Returns:
        The groups and the fields, with `_synced_at` and `_source` of the newest reading, and `seq`.
    """
    return rows.group_by(*by).agg(
        **{name: newest_known(rows[name], rows.observed_at) for name in fields},
        _synced_at=rows.observed_at.max(),
        _source=newest_known(rows.source, rows.observed_at),
        seq=rows.seq.max(),
    )


def newest_list(rows: Table, by: tuple[str, ...], qualifies: BooleanValue) -> Table:
    """The rows of the newest list of each group, whole; an absent list has no rows, so it replaces none.

    Args:
        rows: Members of lists, with `observed_at` and `seq`; those of one list have one instant.
        by: Columns of the group, with the day.
        qualifies: Which rows count. The others are of no list, but where one changes, the group did.

    Returns:
        The rows, with the highest `seq` of their group.
    """
    marked = rows.mutate(counts=qualifies, list_at=rows.observed_at).alias("list_members")
    instant = ibis.cases((marked.counts, marked.observed_at), else_=ibis.null(marked.observed_at.type()))
    chosen = marked.group_by(*by).agg(list_at=instant.max(), group_seq=marked.seq.max())
    kept = marked.filter(marked.counts).inner_join(chosen, [*by, "list_at"])
    return kept.select(*(name for name in rows.columns if name != "seq"), seq=kept.group_seq)


def with_username(rows: Table) -> Table:
    """Adds `video_creator_username` to rows with `open_id` and `metric_date`, and lifts `seq` to the name's.

    An account has one name a day, in every table: the newest of the day's readings. On a day without one it is the
    latest before, else the first after; an account whose name was never read has its open_id there.
    """
    rows = rows.alias("unnamed_rows")
    names = _names(rows.select("open_id", "metric_date").distinct().alias("account_days"))
    joined = rows.left_join(names, ["open_id", "metric_date"])
    return joined.select(
        *(rows[name] for name in rows.columns if name != "seq"),
        video_creator_username=ibis.coalesce(names.username, rows.open_id),
        seq=ibis.greatest(rows.seq, names.name_seq.fill_null(0)),
    )


def _names(days: Table) -> Table:
    """`open_id`, `metric_date`, `username` and `name_seq` of these days, where a name is known."""
    accounts, posts = table_with_seq("owned_accounts"), table_with_seq("owned_posts")
    columns = ("open_id", "observed_at", "username", "seq")
    read = accounts.select(*columns).union(posts.select(*columns))
    read = read.filter(read.username.notnull())
    read = read.mutate(name_day=day_of(read))
    # Where all readings of a day agree, the first gave the name: later ones change no row.
    agree = read.username.min() == read.username.max()
    known = read.group_by("open_id", "name_day").agg(
        username=newest_known(read.username, read.observed_at),
        name_seq=ibis.cases((agree, read.seq.min()), else_=read.seq.max()),
    )
    known = known.alias("account_names")
    exact = days.inner_join(known, [days.open_id == known.open_id, days.metric_date == known.name_day])
    exact = exact.select(days.open_id, days.metric_date, known.username, known.name_seq)
    others = days.anti_join(known, [days.open_id == known.open_id, days.metric_date == known.name_day])
    pairs = others.inner_join(known, "open_id")
    pairs = pairs.select(others.open_id, others.metric_date, known.name_day, known.username, known.name_seq)
    nothing = ibis.null("date")
    before = ibis.cases((pairs.name_day <= pairs.metric_date, pairs.name_day), else_=nothing)
    after = ibis.cases((pairs.name_day > pairs.metric_date, pairs.name_day), else_=nothing)
    nearest = pairs.group_by("open_id", "metric_date").agg(
        **{
            name: ibis.coalesce(newest_known(pairs[name], before), oldest_known(pairs[name], after))
            for name in ("username", "name_seq")
        }
    )
    return exact.union(nearest.select("open_id", "metric_date", "username", "name_seq"))


def finished(rows: Table, name: str) -> Table:
    """The rows in the columns of the catalogue, with the types that it says, and `seq` where somebody asks for it."""
    types = {"text": "string", "number": "float64", "flag": "boolean", "instant": "timestamp('UTC')", "day": "date"}
    columns = [rows[column.name].cast(types[column.kind]).name(column.name) for column in DERIVED[name].columns]
    return rows.select(*columns, *(["seq"] if is_numbered() else []))
