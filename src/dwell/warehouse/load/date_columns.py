"""Whether a column of dates says when the posts were published; their ids tell, and the figures beside them.

A table's `date` may be the day of a reading or of a day's figures, and its `created_at` the time at which a database
row was made. One date that the id rules out is a slip; many of them mean that the column is another one. Several days
for one post are a series: of readings where its figures grow, of single days where they fall. The latter are no totals
since publishing, so they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dwell.errors import BadFileError
from dwell.records import TABLES, Extract, Source
from dwell.text.days import is_plain_date
from dwell.text.posting_time import DAY_SLACK
from dwell.warehouse.load.checked import CheckedColumns
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.row_facts import OWN_EXPORT

if TYPE_CHECKING:
    import duckdb

_READINGS = frozenset({"post_snapshots", "watch_times"})
# What grows from reading to reading, the most telling first.
_TOTALS = (*(c.name for c in TABLES["post_snapshots"].columns if c.kind == "count"), "total_watch_s")
_KEY_AND_TIMES = frozenset({"post_id", "posted_at", "observed_at"})
_DAY_SLACK_S = int(DAY_SLACK.total_seconds())
# More of the dates than this contradict the ids: the column is not one of posting times.
_MOST_SLIPS = 0.1
# A reading is this much below the one before: a platform's totals fall by corrections, which are smaller.
_FALL = 0.9
# So many of the pairs of readings fall: the figures are not totals.
_MOST_FALLS = 0.2
# A file with fewer different posts than this share of its rows may have several readings of one.
_REPEATS = 0.9


@dataclass(frozen=True)
class DateColumn:
    """What a column of dates turned out to be.

    Attributes:
        extract: The extract with the columns as they must be read.
        warning: What the user should know; empty where the dates are what their header says.
    """

    extract: Extract
    warning: str = ""


def decide_dates(
    connection: duckdb.DuckDBPyConnection,
    extract: Extract,
    columns: CheckedColumns,
    table: str,
    given: Mapping[str, str],
) -> DateColumn:
    """Decide whether an extract must be read again with another meaning of its dates.

    Args:
        connection: Where the checked rows are.
        extract: What was read.
        columns: What the rows have.
        table: Their table.
        given: Column -> header, as the user named them with `--map`.

    Raises:
        BadFileError: The figures are those of single days, or nothing tells what the dates mean.
    """
    shape = extract.shape
    # Under dwell's own names stand the rows of a format or a provider whose dates are known.
    places = {name: source.names for name, source in shape.columns.items() if name in _KEY_AND_TIMES}
    rewritten = all(names == (f"/{name}",) for name, names in places.items())
    if rewritten or shape.name == OWN_EXPORT or not _READINGS & set(shape.tables) or not shape.cumulative:
        return DateColumn(extract)
    judge = _Judge(connection, extract, columns, table)
    if columns.local_ids:
        judge.require_one_day_a_title()
        return DateColumn(extract)
    if judge.takes_posting_days_for_readings(given):
        without = judge.without("observed_at")
        return DateColumn(without, f"{judge.header('observed_at')} was left out: its days are those of publishing.")
    decided = DateColumn(extract)
    if "posted_at" in shape.columns and "post_id" in columns.names:
        decided = judge.posting_dates(given)
    judge.require_totals("observed_at")
    if not decided.warning and "observed_at" not in given and judge.is_plain("observed_at"):
        header = judge.header("observed_at")
        return DateColumn(
            extract,
            f"{header} was taken for the day on which the figures were read: totals, not those of a day.",
        )
    return decided


@dataclass(frozen=True)
class _Dates:
    """Facts about a column of dates: rows with a date, and how these dates stand to the ids.

    Attributes:
        rows: Rows with a date.
        ids: Different posts, about.
        timed: Rows whose id has a time.
        near: Of these, dates around it.
        contradicting: Of these, dates that it rules out.
        one_instant: All dates are the same instant, with a clock time, and the posts are days apart.
    """

    rows: int
    ids: int
    timed: int
    near: int
    contradicting: int
    one_instant: bool


@dataclass(frozen=True)
class _Series:
    """Facts about the days of each post: posts, those with several days, pairs of readings, and pairs that fall."""

    posts: int
    several: int
    pairs: int
    falls: int
    example: str

    @property
    def is_by_day(self) -> bool:
        """The figures fall as those of single days do."""
        return self.pairs > 0 and self.falls >= _MOST_FALLS * self.pairs


class _Judge:
    """Asks the checked rows of one extract."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, extract: Extract, columns: CheckedColumns, table: str
    ) -> None:
        self.connection = connection
        self.extract = extract
        self.columns = columns
        self.table = table

    def header(self, name: str) -> str:
        """The first header of a column; empty where no column of the file has it."""
        source = self.extract.shape.columns.get(name)
        return source.names[0].removeprefix("/") if source else ""

    def is_plain(self, name: str) -> bool:
        """The header of a column says no more than that it is a date."""
        return is_plain_date(self.header(name))

    def takes_posting_days_for_readings(self, given: Mapping[str, str]) -> bool:
        """A plain date beside a posting time was taken for the day of the reading, and is that of publishing."""
        if "observed_at" in given or not self.is_plain("observed_at") or "post_id" not in self.columns.names:
            return False
        minted = "CASE WHEN has_id_time(TRY_CAST(post_id AS BIGINT)) THEN TRY_CAST(post_id AS BIGINT) >> 32 END"
        near = f"abs(epoch_us(observed_at) // 1000000 - {minted}) <= {_DAY_SLACK_S}"
        query = f"SELECT count({minted}), count(*) FILTER ({near}) FROM {self.table} WHERE observed_at IS NOT NULL"
        timed, close = self.connection.execute(query).fetchone() or (0, 0)
        return close * 2 > timed and not self._series("observed_at").several

    def posting_dates(self, given: Mapping[str, str]) -> DateColumn:
        """What the column is that was taken for posting times."""
        dates = self._dates()
        repeats = dates.ids < _REPEATS * dates.rows
        if not dates.rows or not (dates.contradicting or dates.near < dates.timed or repeats or dates.one_instant):
            return DateColumn(self.extract)
        header = self.header("posted_at")
        series = self._series("stated_posted_at")
        mostly_near = dates.timed > 0 and dates.near >= (1 - _MOST_SLIPS) * dates.timed
        if series.several and (series.several * 2 > series.posts or not mostly_near):
            return self._series_column(header, series)
        elsewhere = dates.timed > 0 and dates.near * 2 < dates.timed
        misses = (elsewhere and dates.contradicting > _MOST_SLIPS * dates.timed) or dates.one_instant
        if elsewhere and self.is_plain("posted_at") and "posted_at" not in given:
            raise BadFileError(
                f"The dates in column {header} of {self.extract.name} are not when the posts were published: their ids "
                f"are from other days. If the figures are totals read on these dates, say --map observed_at={header}; "
                "figures of single days are not stored, so export totals instead."
            )
        if misses:
            return DateColumn(
                self.without("posted_at"),
                f"{header} is not when the posts were published ({dates.contradicting} of {dates.timed} dates "
                "contradict the ids): the time in each id is stored instead.",
            )
        return DateColumn(self.extract)

    def require_one_day_a_title(self) -> None:
        """Refuse rows without ids whose title comes back day after day: dwell would make a post of each.

        Raises:
            BadFileError: More than half of the titles do.
        """
        if not (self.is_plain("posted_at") and "caption" in self.columns.names):
            return
        length = "duration_s" if "duration_s" in self.columns.names else "NULL"
        days = f"SELECT caption, count(DISTINCT posted_at) AS days FROM {self.table} WHERE caption <> ''"
        steps = Pipeline().add("titles", f"{days} GROUP BY caption, {length}")
        steps = steps.add("counted", "SELECT count(*), count(*) FILTER (days > 1), first(caption) FROM titles")
        titles, several, example = self.connection.execute(steps.query()).fetchone() or (0, 0, "")
        if several * 2 > titles:
            raise BadFileError(
                f"Column {self.header('posted_at')} of {self.extract.name} has several days for one title "
                f"({str(example)[:60]!r}): its figures are those of single days, or readings without ids. dwell stores "
                "totals since publishing: load a table with one row a video, or with ids."
            )

    def require_totals(self, name: str) -> None:
        """Refuse figures that fall from one reading to the next, as those of single days do.

        Raises:
            BadFileError: They do.
        """
        # A header such as `captured at` says that its figures were read then; `date` says nothing.
        if not self.is_plain(name) or name not in self.columns.names or not self._repeats():
            return
        series = self._series(name)
        if series.is_by_day:
            raise self._by_day(self.header(name), series)

    def _series_column(self, header: str, series: _Series) -> DateColumn:
        if series.is_by_day:
            raise self._by_day(header, series)
        if "observed_at" in self.extract.shape.columns:
            warning = f"{header} has several days for {series.several} posts, so it is not when they were published"
            return DateColumn(self.without("posted_at"), f"{warning}: the time in each id is stored instead.")
        columns = dict(self.extract.shape.columns)
        columns["observed_at"] = columns.pop("posted_at")
        extract = replace(self.extract, shape=replace(self.extract.shape, columns=columns))
        warning = f"{header} has several days for {series.several} posts: it was read as the day of each reading"
        return DateColumn(extract, f"{warning}, and posting times were taken from the ids.")

    def _by_day(self, header: str, series: _Series) -> BadFileError:
        return BadFileError(
            f"The figures of {self.extract.name} are those of single days, not totals: column {header} has several "
            f"days for one post, and its figures fall from one to the next ({series.example}). dwell stores totals "
            "since publishing: export lifetime totals and load those."
        )

    def without(self, name: str) -> Extract:
        """The extract with one column less."""
        columns: dict[str, Source] = {k: v for k, v in self.extract.shape.columns.items() if k != name}
        return replace(self.extract, shape=replace(self.extract.shape, columns=columns))

    def _dates(self) -> _Dates:
        number = "CASE WHEN has_id_time(TRY_CAST(post_id AS BIGINT)) THEN TRY_CAST(post_id AS BIGINT) >> 32 END"
        steps = Pipeline().add(
            "dated",
            f"SELECT post_id, contradicts_id, stated_posted_at AS stated, {number} AS minted FROM {self.table} "
            "WHERE stated_posted_at IS NOT NULL AND post_id IS NOT NULL",
        )
        steps = steps.add("distances", "SELECT *, epoch_us(stated) // 1000000 - minted AS distance FROM dated")
        steps = steps.add(
            "counted",
            "SELECT count(*), approx_count_distinct(post_id), count(minted), "
            f"count(*) FILTER (abs(distance) <= {_DAY_SLACK_S}), "
            "count(*) FILTER (contradicts_id AND minted IS NOT NULL), "
            "coalesce(min(stated) = max(stated) AND epoch_us(min(stated)) % 86400000000 <> 0 "
            f"AND max(minted) - min(minted) > {_DAY_SLACK_S}, false) "
            "FROM distances",
        )
        row: tuple[Any, ...] = self.connection.execute(steps.query()).fetchone() or (0, 0, 0, 0, 0, False)
        return _Dates(*row)

    def _repeats(self) -> bool:
        query = f"SELECT count(post_id), approx_count_distinct(post_id) FROM {self.table}"
        rows, ids = self.connection.execute(query).fetchone() or (0, 0)
        return bool(ids < _REPEATS * rows)

    def _series(self, at: str) -> _Series:
        """The readings of each post in the order of time, one a day: the largest, where there are several."""
        figure = next((name for name in _TOTALS if name in self.columns.names), "NULL")
        steps = Pipeline().add(
            "days",
            f"SELECT post_id, date_trunc('day', timezone('UTC', {at})) AS day, max({figure}) AS figure "
            f"FROM {self.table} WHERE {at} IS NOT NULL AND post_id IS NOT NULL GROUP BY 1, 2",
        )
        steps = steps.add(
            "pairs",
            "SELECT *, lag(figure) OVER (PARTITION BY post_id ORDER BY day) AS before, "
            "count(*) OVER (PARTITION BY post_id) AS times FROM days",
        )
        falls = f"figure < {_FALL} * before"
        steps = steps.add(
            "counted",
            "SELECT count(DISTINCT post_id), count(DISTINCT post_id) FILTER (times > 1), "
            f"count(*) FILTER (before > 0), count(*) FILTER ({falls}), "
            f"first('post ' || post_id || ': ' || before || ', then ' || figure ORDER BY post_id, day) "
            f"FILTER ({falls}) "
            "FROM pairs",
        )
        row: tuple[Any, ...] = self.connection.execute(steps.query()).fetchone() or (0, 0, 0, 0, "")
        return _Series(*row)
