"""Well-known files that dwell does not read: what they are, and where the data is that it does read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dwell.providers.part import Part

_MOST_NAMES = 5
_STUDIO = "load an export of TikTok Studio, a scrape, or the watch-time template"
_DATA_REQUEST_KEYS = frozenset({
    "activity", "your activity", "app settings", "comment", "comments", "direct messages", "direct message",
    "likes and favorites", "profile", "profile and settings", "tiktok live", "tiktok shopping", "video", "post",
})  # fmt: skip
"""Sections of TikTok's "Download your data"; a file has several of them."""
_BY_HEADERS = (
    ({"campaignname", "cost"}, f"a report of TikTok Ads Manager, which is about campaigns, not posts: {_STUDIO}"),
    ({"adname", "impressions"}, f"a report of an ads manager, which is about ads, not posts: {_STUDIO}"),
    ({"sessions", "bouncerate"}, f"a report of a website's visits: {_STUDIO}"),
)
_NO_DATA = re.compile(
    r"\.(md|rtf|docx?|pages|odt|css|js|py|ipynb|sh|ini|lnk|url|webloc|ya?ml|toml|sql|sqlite3?|db|eml|ics|vcf|srt|vtt"
    r"|png|jpe?g|gif|webp|heic|svg|bmp|tiff?|ico|mp[34]|m4[av]|mov|avi|mkv|webm|wav|aac|ogg|pdf|pptx?|key|exe|dmg)$"
    r"|(^|/)(README|LICEN[CS]E|CHANGELOG|NOTICE)(\.[a-z]+)?$|(^|/)(Thumbs\.db|\.[^/]+|~\$[^/]*|Icon\r)$",
    re.IGNORECASE,
)
"""Names of files that hold no exports: programs, pictures, sound, documents, and what systems leave behind."""
_TEXT = re.compile(r"\.(txt|log|html?|xml)$|(^|/)[^./]+$", re.IGNORECASE)
"""Names of files that may hold anything."""


def describe_stranger(part: Part, text: str) -> str | None:
    """What a file is that no format recognises, with the cure; None where that is unknown.

    Args:
        part: The file.
        text: How it begins.
    """
    start = text.lstrip()[:2_000]
    if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
        return f"a web page, not data: {_STUDIO}"
    if start.startswith("<"):
        return "XML, which dwell does not read: save it as CSV or JSON"
    if part.layout == "csv":
        return _describe_table(part)
    names = {key.casefold() for key in part.keys}
    if len(names & _DATA_REQUEST_KEYS) >= min(2, len(names)) and "VideoList" in text:
        return (
            f'TikTok\'s "Download your data" without posts of your own; it holds no views and no watch time: {_STUDIO}'
        )
    if names == {"log"} and '"entries"' in text[:200_000]:
        return "a recording of a browser's traffic (HAR): save the responses in it as JSON and load those"
    return None


def _describe_table(part: Part) -> str | None:
    if re.match(r"Date: ", part.header[0]):
        return f'a list of TikTok\'s "Download your data"; it holds no views and no watch time: {_STUDIO}'
    names = {re.sub(r"[\W_]", "", name).casefold() for name in part.header}
    return next((what for wanted, what in _BY_HEADERS if wanted <= names), None)


def is_no_data(name: str) -> bool:
    """Whether a file's name says that it holds no exports."""
    return _NO_DATA.search(name) is not None


def may_be_no_data(name: str) -> bool:
    """Whether a file's name leaves open that it holds exports: it is a note where no format recognises it."""
    return _TEXT.search(name) is not None


def list_skipped(names: Iterable[str]) -> str:
    """The first names of files that were skipped, and how many there are."""
    names = list(names)
    more = ", …" if len(names) > _MOST_NAMES else ""
    files = "1 file that holds" if len(names) == 1 else f"{len(names):,} files that hold"
    return f"Skipped {files} no data: {', '.join(names[:_MOST_NAMES])}{more}."
