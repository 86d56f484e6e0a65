"""FollowerGender and FollowerTopTerritories: shares of the followers, without a date of their own."""

from __future__ import annotations

from datetime import datetime

from dwell.providers.files.studio.csv_rows import plain_rows
from dwell.providers.files.studio.headers import field_positions
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.text.number_style import number_style
from dwell.text.numbers import parse_share
from dwell.text.percentages import is_percent_column

_MOST_ROUNDED = 0.02


def write(part: Part, dimension: str, handle: str, observed_at: datetime | None, writer: Rewriter) -> list[str]:
    """Write one share a row.

    Args:
        part: The file.
        dimension: `gender` or `territory`.
        handle: The account.
        observed_at: When it was exported; None leaves it to `--as-of`.
        writer: Takes the rows.

    Returns:
        A warning where the shares seem to be in two units: one is below 1 %, and they do not add up.
    """
    places = field_positions(part.header)
    rows = list(plain_rows(part))
    texts = [row[places["share"]] for _, row in rows if len(row) > places["share"]]
    style = number_style(texts, "share")
    percent = is_percent_column(texts, style)
    shares = []
    for line, row in rows:
        text = part.delimiter.join(row)
        try:
            member = row[places[dimension]].strip()
            value = parse_share(row[places["share"]], percent=percent, style=style)
        except (IndexError, ValueError) as error:
            writer.reject(line, str(error) if isinstance(error, ValueError) else "cells are missing", text)
            continue
        if value is None or not member:
            writer.reject(line, "TikTok gives no figure", text)
            continue
        key = {"handle": handle, "observed_at": observed_at, "dimension": dimension, "member": member}
        writer.add(line, {**key, "share": value})
        shares.append(value)
    if percent and min(filter(None, shares), default=1) < 0.01 and abs(sum(shares) - 1) > _MOST_ROUNDED:
        added = f"{part.name}: its shares were read as percentages and add up to {sum(shares):.3g}, not 1"
        return [f"{added}: check whether all are written in one unit."]
    return []
