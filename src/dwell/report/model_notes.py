"""What a reader must know of the model behind the predictions: whose it is, of when, and its warnings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dwell.charts.formatting import day, plain_words
from dwell.report.content import ReportContent

_MODEL_ID = re.compile(r"-\d{8}-[0-9a-f]{8}\b")
_UNREADABLE = "A stored model cannot be read or is not used: dwell models list and dwell check name it."


def fit_note(content: ReportContent) -> list[str]:
    """Of when the model of the account is; empty without one."""
    meta = content.findings.meta
    if meta["fit"] is None:
        return []
    if not meta.get("fit_stored"):
        return ["This model was fitted for this page and is not stored (dwell fit stores one)."]
    return [f"The model of this account is of {day(meta['fitted_at'])} (dwell fit)."]


def score_note(score: Mapping[str, Any]) -> list[str]:
    """Whose model ranks the posts, and of when it is."""
    if not score.get("trained_at"):
        return []
    accounts = [f"@{handle}" for handle in score["trained_on"]]
    shown = ", ".join(accounts[:3]) + (f" and {len(accounts) - 3} more" if len(accounts) > 3 else "")
    return [f"The order is predicted by a model of {shown}, of {day(score['trained_at'])} (dwell fit)."]


def no_model(content: ReportContent) -> str | None:
    """Why there is no model where watch time is measured; None where it is not, so that none can be fitted."""
    rows = (row for row in content.findings if row["finding"] == "model" and row["verdict"] == "unknown")
    return next((str(row["reason"]) for row in rows if row["n"] is None), None)


def words(notes: Iterable[Any]) -> list[str]:
    """The notes in plain words, without the id of a model; each once."""
    shown = [_UNREADABLE if _MODEL_ID.search(str(note)) else plain_words(str(note)) for note in notes]
    return list(dict.fromkeys(shown))
