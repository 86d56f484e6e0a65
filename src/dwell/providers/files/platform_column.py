"""The column of a table that names the platform of each row: recognised by its header and by what stands in it.

A header alone is not enough: "platform" may hold iOS and Android, and "channel" the platform or the account.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dwell.providers.files.header_names import fold_header
from dwell.providers.part import Part
from dwell.text.platforms import find_platform

if TYPE_CHECKING:
    from dwell.providers.files.table_headers import Headers

_NAMES = """
    platform platforms platformname socialplatform sourceplatform platformsource videoplatform postplatform network
    networks socialnetwork socialnetworks socialmedia socialmedianetwork socialmediaplatform socialchannel
    plattform plattformen netzwerk sozialesnetzwerk plataforma redsocial redesocial plateforme reseau réseau
    réseausocial reseausocial piattaforma netværk plattformnamn platforma платформа соцсеть πλατφόρμα nềntảng
    プラットフォーム 平台 플랫폼 sosyalmedya
"""
_HEADERS = frozenset(map(fold_header, _NAMES.split()))
"""Headers of a platform; one cell that names a platform confirms them."""
_MAYBE_NAMES = """
    source channel channels site website service app extractor extractorkey medium provider accounttype origin quelle
    kanal fuente canal fonte kilde kilden источник 来源 渠道
"""
_MAYBE = frozenset(map(fold_header, _MAYBE_NAMES.split()))
"""Headers that often mean something else: every cell has to name a platform."""


def find_platform_column(part: Part, names: tuple[str, ...]) -> str | None:
    """The header of the column that names platforms; None where there is none."""
    confirmed = [(name, fold_header(name)) for name in names if fold_header(name) in _HEADERS | _MAYBE]
    for name, folded in sorted(confirmed, key=lambda pair: pair[1] in _MAYBE):
        values = {value for value in sample(part, name) if value.strip()}
        known = [value for value in values if find_platform(value)]
        if known and (folded in _HEADERS or len(known) == len(values)):
            return name
    return None


def with_platform(part: Part, headers: Headers) -> Headers:
    """The matched headers with the platform of each row; a column that was matched as something else is taken away."""
    if "platform" in headers.columns:
        return headers
    name = find_platform_column(part, header_of(part))
    if name is None:
        return headers
    columns = {column: other for column, other in headers.columns.items() if other != name}
    dropped = tuple(other for other in headers.dropped if other != name)
    return replace(headers, columns={**columns, "platform": name}, dropped=dropped)


def header_of(part: Part) -> tuple[str, ...]:
    """The headers of a table, or the keys of its first objects."""
    return part.header if part.layout == "csv" else tuple(dict.fromkeys(key for item in part.objects for key in item))


def sample(part: Part, name: str) -> list[str]:
    """The first texts of a column, empty ones included."""
    if part.layout == "csv":
        index = part.header.index(name)
        return [row[index] for row in part.rows if len(row) > index]
    return [value for item in part.objects if isinstance(value := item.get(name), str)]
