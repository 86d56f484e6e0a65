"""A result as a notebook shows it. Every text in it may be a stranger's: all of them are escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dwell.results.cells import format_cell
from dwell.results.preview import NUMBERS, size
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.results.result import Result

_ROWS = 50
_SHORT = 40
"""Texts of several words that are longer are broken into lines."""
_LIST = 20
"""Entries of a list in `meta` that are shown; of lists of objects only their number is."""
_STYLE = """<style>
.dwell-result {font-size: 0.9em}
.dwell-result .rows {overflow: auto; max-height: 34em}
.dwell-result table {border-collapse: collapse; margin: 0.4em 0}
.dwell-result th, .dwell-result td {padding: 0.2em 0.7em; text-align: left; vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, 0.25)}
.dwell-result th {font-weight: 600}
.dwell-result .number {text-align: right; font-variant-numeric: tabular-nums}
.dwell-result .prose {white-space: normal; min-width: 18em; max-width: 36em; overflow-wrap: anywhere}
.dwell-result .warning {border-left: 3px solid #b8430a; margin: 0.3em 0; padding: 0.1em 0.6em}
.dwell-result .note {opacity: 0.75; margin: 0.3em 0}
</style>"""


def to_html(result: Result) -> str:
    """Warnings, the first 50 rows with formatted numbers, and `meta`; in the colours of the page around it."""
    warnings = "".join(f'<p class="warning">Warning: {_escape(warning)}</p>' for warning in result.notices)
    verdict = result.meta.get("verdict")
    if isinstance(verdict, str) and len(result) and " " in verdict:
        warnings += f"<p>{_escape(verdict)}</p>"
    empty = [
        name for index, name in enumerate(result.columns) if len(result) and all(r[index] is None for r in result.rows)
    ]
    notes = [size(result)]
    if len(result) > _ROWS:
        notes.append(f"the first {_ROWS} are shown")
    if empty:
        notes.append(f"without any value: {', '.join(empty)}")
    about = f'<p class="note">{_escape("; ".join(notes))}</p>'
    return f'{_STYLE}<div class="dwell-result">{warnings}{_table(result, empty)}{about}{_meta(result.meta)}</div>'


def _table(result: Result, empty: list[str]) -> str:
    shown = [(index, name, kind) for index, (name, kind) in enumerate(result.kinds.items()) if name not in empty]
    rows = result.rows[:_ROWS]
    classes = []
    for index, name, kind in shown:
        texts = (format_cell(name, row[index]) for row in rows)
        is_prose = any(len(text) > _SHORT and " " in text for text in texts)
        classes.append("number" if kind in NUMBERS else "prose" if is_prose else "")
    head = "".join(f"<th{_class(mark)}>{_escape(name)}</th>" for (_, name, _), mark in zip(shown, classes, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_class(mark)}>{_escape(format_cell(name, row[index]))}</td>"
            for (index, name, _), mark in zip(shown, classes, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="rows"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _meta(meta: Mapping[str, Any]) -> str:
    """What `meta` has, folded; its warnings are above the table already."""
    lines = "".join(
        f'<tr><th>{_escape(name)}</th><td class="prose">{_escape(text)}</td></tr>'
        for name, value in meta.items()
        if name != "warnings" and (text := _describe(name, value))
    )
    return f"<details><summary>meta</summary><table>{lines}</table></details>" if lines else ""


def _describe(name: str, value: Any) -> str:
    """A value of `meta` on one line; empty where there is nothing to say."""
    if value is None or (isinstance(value, (Mapping, list, tuple, str)) and not value):
        return ""
    if isinstance(value, Mapping):
        parts = ((key, _describe(str(key), each)) for key, each in value.items())
        return "; ".join(f"{key}: {text}" for key, text in parts if text)
    if isinstance(value, (list, tuple)):
        if any(isinstance(each, (Mapping, list, tuple)) for each in value):
            return f"{len(value):,} entries"
        more = f", and {len(value) - _LIST:,} more" if len(value) > _LIST else ""
        return ", ".join(format_cell(name, each) for each in value[:_LIST]) + more
    return format_cell(name, value)


def _escape(text: str) -> str:
    return html.escape(mark_line(text))
