"""The table of what the curves of the best quarter of posts have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dwell.charts.formatting import column_label, format_p_value, number, sentence_case
from dwell.report.report_table import ReportTable, Row, TableColumn, interval_text, make_table
from dwell.report.retention_sentences import figure


def retention_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Each figure of the best quarter of curves against the others."""
    columns = [
        TableColumn("Figure", numeric=False),
        TableColumn("Best quarter", "measured"),
        TableColumn("Others", "measured"),
        TableColumn("Effect"),
        TableColumn("95% interval"),
        TableColumn("q"),
        TableColumn("Differs", numeric=False),
    ]
    body: list[Row] = [
        [
            sentence_case(column_label(str(row["figure"]))),
            figure(row["figure"], row["top"]),
            figure(row["figure"], row["rest"]),
            number(row["effect"]),
            interval_text(row),
            format_p_value(row["q_value"]),
            "yes" if row["differs"] else "not shown",
        ]
        for row in rows
    ]
    return make_table("Retention of the best quarter of posts and of the others", columns, body)
