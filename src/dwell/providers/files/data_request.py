"""Posts in TikTok's "Download your data": time, link, likes. It holds no views, comments or watch time.

The JSON has the account's posts in a `VideoList`; so has the history of what the account watched, without likes. The
text form has one block for each post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dwell.providers.format import CSV, JSON, Context, Format, ReadResult
from dwell.providers.links import LinkError, parse_link
from dwell.providers.part import Part, first_rows, iterate_rows
from dwell.providers.rewrite import Rewriter
from dwell.text.words import known

NAME = "data-request"
_LINE = re.compile(r"\ufeff?(?P<name>[A-Z][\w ()]*): ?(?P<value>.*)")
_START = re.compile(r"\ufeff?Date: ?\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_WARNING = 'TikTok\'s "Download your data" holds no views, comments, shares or watch time: only likes were read.'


def _kind_of(item: Mapping[str, Any]) -> str | None:
    return "post" if {"Date", "Link", "Likes"} <= item.keys() and isinstance(item["Link"], str) else None


def _recognises(part: Part, _: Context) -> bool:
    if part.layout == "csv":
        return part.header[0].startswith("Date: ") and any(row and row[0].startswith("Like(s): ") for row in part.rows)
    return any(map(_kind_of, first_rows(part)))


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    result = ReadResult()
    for part in parts:
        writer = Rewriter(context.scratch, NAME, "posts", "post_snapshots", "creators", platform="tiktok")
        for line, item in _blocks(part) if part.layout == "csv" else _items(part, writer):
            _add(writer, line, item)
        result.extracts.append(writer.extract())
        result.warnings.append(f"{part.name}: {_WARNING}")
    return result


def _items(part: Part, writer: Rewriter) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, row in iterate_rows(part, _kind_of):
        if row.item is not None:
            yield line, row.item
        elif row.reason:
            writer.reject(line, row.reason, row.text)


def _blocks(part: Part) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line and fields of each block.

    A caption may have several lines, of which any may look like a field or a date, and it follows the fields that are
    read: a line behind `Title` is none of them, and of two lines with one name the first counts.
    """
    block: dict[str, str] = {}
    start = 1
    for number, line, begins in _lines(part):
        if begins:
            if block:
                yield start, block
            block, start = {}, number
        named = _LINE.match(line)
        if named and "Title" not in block:
            block.setdefault(named["name"].replace("Like(s)", "Likes"), named["value"])
    if block:
        yield start, block


def _lines(part: Part) -> Iterator[tuple[int, str, bool]]:
    """Number and text of each line, and whether a block begins with it: `Date` with a time, behind an empty line."""
    with part.path.open(encoding="utf-8-sig") as stream:
        spaced = any(not line.strip() for line in stream)
        stream.seek(0)
        before = ""
        for number, line in enumerate(stream, 1):
            separate = not (spaced and before.strip())
            yield number, line.rstrip("\r\n"), separate and _START.match(line) is not None
            before = line


def _add(writer: Rewriter, line: int, item: Mapping[str, Any]) -> None:
    text = " ".join(f"{name}: {value}" for name, value in item.items())
    try:
        link = parse_link(str(item.get("Link") or ""))
    except LinkError as error:
        writer.reject(line, str(error), text)
        return
    if link.post_id is None:
        writer.reject(line, "a link without a post id", text)
        return
    writer.add(
        line,
        {
            "post_id": link.post_id,
            "handle": link.handle,
            "url": link.url,
            "posted_at": known(str(item.get("Date") or "").removesuffix(" UTC")),
            "caption": known(str(item.get("Title") or "")),
            "sound_title": known(str(item.get("Sound") or "")),
            "likes": known(str(item.get("Likes") if item.get("Likes") is not None else "")),
        },
    )


FORMAT = Format(
    NAME,
    'posts in TikTok\'s "Download your data", JSON or text: time, link and likes',
    (frozenset({"Date", "Link", "Likes"}),),
    _recognises,
    _read,
    _kind_of,
    layouts=CSV | JSON,
)
