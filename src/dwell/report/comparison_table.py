"""The table of the page that shows the account beside others."""

from __future__ import annotations

from dwell.charts.comparison_words import VERDICTS, amount, difference, metric_label
from dwell.report.report_table import ReportTable, TableColumn, make_table
from dwell.results import Result


def comparison_table(comparison: Result) -> ReportTable:
    """A row per metric and further account: both values, their difference with its interval, and the verdict.

    Args:
        comparison: The result of `ws.compare`.
    """
    own = f"@{comparison.meta['reference']}"
    columns = [
        TableColumn("Compared", numeric=False),
        TableColumn("Account", numeric=False),
        TableColumn("Posts"),
        TableColumn("Theirs"),
        TableColumn(own),
        TableColumn("Difference (95% interval)"),
        TableColumn("Verdict", numeric=False),
    ]
    rows = [
        [
            metric_label(row),
            f"@{row['handle']}",
            "" if row["metric"] == "posts_per_week" else f"{row['n']:,}",
            amount(row, "value"),
            amount(row, "own_value"),
            difference(row),
            VERDICTS[row["verdict"]] + (f": {row['reason']}" if row["reason"] else ""),
        ]
        for row in comparison
    ]
    return make_table("Beside other accounts, at equal length", columns, rows, most=100)
