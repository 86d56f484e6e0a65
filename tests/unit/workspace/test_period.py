"""The period of publishing that a question is about: read once, bound when the query runs, never in its text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dwell import clock
from dwell.errors import SettingsError
from dwell.metrics.compile import Engine, bound_sql
from dwell.workspace.period import ALWAYS, Period, When, parse_period

NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_day_is_whole_in_its_zone_and_the_last_one_is_part_of_the_period() -> None:
    assert parse_period("2026-01-01", "2026-01-31", tz="Europe/Berlin") == Period(
        datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC)
    )
    assert parse_period(date(2026, 1, 1)) == Period(datetime(2026, 1, 1, tzinfo=UTC), None)
    assert parse_period(until="2026-01-31T18:00+02:00") == Period(None, datetime(2026, 1, 31, 16, tzinfo=UTC))
    assert parse_period() == ALWAYS


@pytest.mark.parametrize(("last", "length"), [("24h", 24), ("90d", 90 * 24), ("12w", 12 * 7 * 24)])
def test_the_last_days_end_now(last: str, length: int) -> None:
    assert parse_period(last=last) == Period(NOW - timedelta(hours=length), None)
    assert parse_period(last=timedelta(hours=length)) == parse_period(last=last)


@pytest.mark.parametrize(
    ("since", "until", "last", "message"),
    [
        ("2026-01-01", None, "90d", "not both"),
        (None, "2026-01-01", "90d", "not both"),
        ("2026-03-01", "2026-02-01", None, "ends .* before it begins"),
        ("2027-01-01", None, None, "in the future"),
        ("yesterday", None, None, "isn't a time for --since"),
        (None, "2026-02-30", None, "isn't a time for --until"),
        (None, None, "90", "isn't a length of time"),
        (None, None, "0d", "isn't a length of time"),
        (None, None, "999999w", "longer than dates reach back"),
        (None, None, timedelta(0), "above 0"),
    ],
)
def test_what_cannot_be_or_contradicts_itself_is_refused(
    since: When | None, until: When | None, last: str | timedelta | None, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_period(since, until, last)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_another_account_or_period_compiles_nothing(tmp_path: Path, engine: Engine) -> None:
    handles = ("me", "o'brien\\n", "dwell_bound('since')")
    asked = [
        bound_sql("exclusions", engine, tmp_path, handle=handle, since=NOW - timedelta(days=days))
        for handle in handles
        for days in (1, 90)
    ]
    assert len({text for text, _ in asked}) == len(list(tmp_path.glob("*.sql"))) == 1
    text, values = asked[0]
    assert values == {"handle": "me", "since": NOW - timedelta(days=1)}
    sign = {"duckdb": "$", "spark": ":"}[engine]
    assert f"{sign}handle" in text
    assert f"{sign}since" in text
    assert "dwell_bound" not in text.lower()
