from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dwell.cli.cells import UNKNOWN, format_cell


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("views", None, UNKNOWN),
        ("views", 0, "0"),
        ("views", 1_234_567, "1,234,567"),
        ("engagement_rate", 0.0412, "4.12%"),
        ("save_rate_p90", 0.001, "0.10%"),
        ("engagement_rate_change", -0.021, "-2.10 points"),
        ("percentile", 0.954, "95%"),
        ("views_multiple", 3.25, "3.2×"),
        ("effect", 0.0026, "0.0026"),
        ("effect", 0.0, "0.00"),
        ("views_multiple", 0.0213, "0.021×"),
        ("views_multiple", 0.0002, "<0.001×"),
        ("views_multiple", 0.0, "0.0×"),
        ("percentile", 0.997, "99%"),
        ("percentile", 1.0, "100%"),
        ("watch_ratio", 1.234, "123.4%"),
        ("comment_rate", 0.00004, "0.004%"),
        ("gain_r2", -0.0009, "0.00"),
        ("bucket", "<=10", "up to 10 s"),
        ("bucket", "(15,30]", "15–30 s"),
        ("proxy", "save_rate", "save rate"),
        ("proxy", "Save rate!", "Save rate!"),
        ("q_value", 0.0002, "<0.001"),
        ("q_value", 0.04, "0.040"),
        ("duration_s", 43.35, "43.35 s"),
        ("out_of_fold_mae", 0.0789, "0.079"),
        ("above_p90", True, "yes"),
        ("posted_at", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01 09:30"),
        ("period_start", date(2026, 3, 2), "2026-03-02"),
        ("hashtags", ["food", "fyp"], "food fyp"),
        ("caption", "two\n  lines", "two\\n lines"),
    ],
)
def test_the_column_name_decides_the_format(name: str, value: object, text: str) -> None:
    assert format_cell(name, value) == text
