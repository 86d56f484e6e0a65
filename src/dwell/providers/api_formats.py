"""Saved responses of the APIs: a vendor's `parse` module turns one object into an item, this makes extracts of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from dwell.errors import WrongAccountError
from dwell.providers.display_api import parse as display_api
from dwell.providers.format import Context, Format, ReadResult
from dwell.providers.json_rows import NOT_AN_OBJECT
from dwell.providers.parser import Parser
from dwell.providers.part import Part, first_rows, iterate_rows
from dwell.providers.research_api import parse as research_api
from dwell.providers.rewrite import Rewriter
from dwell.providers.scavio import parse as scavio
from dwell.providers.tikliveapi import parse as tikliveapi
from dwell.records.item import Item, ParseError

TABLES_OF = {
    "post": ("posts", "post_snapshots", "creators"),
    "user": ("creators", "creator_snapshots"),
    "comment": ("comments",),
}


def formats() -> tuple[Format, ...]:
    """The API formats, in the order in which they are tried."""
    counters = {"play_count", "digg_count"}
    return (
        _format(
            "scavio",
            scavio,
            "Scavio responses, in the documented shape and in that of the published examples",
            {"aweme_id", "statistics", "desc"},
            {"desc", *counters},
        ),
        _format(
            "tikliveapi",
            tikliveapi,
            "TikLiveAPI, tikwm and tiktok-scraper7 responses: posts, accounts, comments",
            {"video_id", "title", *counters},
            {"unique_id", "follower_count"},
        ),
        _format(
            "research-api",
            research_api,
            "rows of TikTok's Research API",
            {"id", "username", "view_count", "like_count", "region_code"},
        ),
        _format(
            "display-api",
            display_api,
            "rows of TikTok's Display API (own account)",
            {"id", "share_url", "view_count", "like_count"},
            own=True,
        ),
    )


def _format(name: str, parser: Parser, description: str, *columns: set[str], own: bool = False) -> Format:
    def recognises(part: Part, _: Context) -> bool:
        if part.layout in {"csv", "parquet"}:
            return False
        return any(parser.entity(item) for item in first_rows(part))

    def read(parts: Sequence[Part], context: Context) -> ReadResult:
        result = ReadResult()
        for part in parts:
            _read(name, parser, part, context, result, own=own)
        return result

    return Format(name, description, tuple(frozenset(names) for names in columns), recognises, read, parser.entity)


def _read(name: str, parser: Parser, part: Part, context: Context, result: ReadResult, *, own: bool) -> None:
    writers: dict[str, Rewriter] = {}
    first = next(filter(None, map(parser.entity, first_rows(part, 1_000))), "post")
    writers[first] = _make_writer(context, name, first)
    for line, (item, reason, text, _) in iterate_rows(part, parser.entity):
        if item is None and not reason:
            continue
        kind = (parser.entity(item) if item else None) or first
        writer = writers.setdefault(kind, writers[first]) if kind == first else writers.get(kind)
        if writer is None:
            writer = writers[kind] = _make_writer(context, name, kind)
        parsed = _parse(parser, kind, item)
        if isinstance(parsed, ParseError):
            writer.reject(line, reason or parsed.reason, text or _as_text(item))
            continue
        columns = msgspec.structs.asdict(parsed)
        if own:
            _check_account(context, columns.get("handle"))
        writer.add(line, columns)
    result.extracts += [writer.extract() for writer in writers.values()]


def _as_text(item: Mapping[str, Any] | None) -> str:
    return json.dumps(item, ensure_ascii=False)


def _make_writer(context: Context, name: str, kind: str) -> Rewriter:
    if kind == "comment":
        return Rewriter(context.scratch, name, *TABLES_OF[kind])
    return Rewriter(context.scratch, name, *TABLES_OF[kind], platform="tiktok")


def _parse(parser: Parser, kind: str, item: Mapping[str, Any] | None) -> Item | ParseError:
    if item is None:
        return ParseError(NOT_AN_OBJECT)
    read: Callable[[Mapping[str, Any]], Item | ParseError] = getattr(parser, kind)
    if parser.entity(item) != kind:
        return ParseError(f"not the same kind of object as the first ({kind})")
    return read(item)


def _check_account(context: Context, handle: str | None) -> None:
    if handle and context.handle and handle.lower() != context.handle:
        raise WrongAccountError(
            f"The file holds posts of @{handle}, not of @{context.handle}: name that account with "
            "--creator, or another file."
        )
