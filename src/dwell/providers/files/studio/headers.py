"""Which of Studio's files a table is, by its headers. They are English even where the dates are not.

Headers in other languages are accepted because other tools accept them; no real file with such headers was available,
so those aliases are unverified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dwell.providers.files.aliases import ALIASES, WATCHED
from dwell.providers.format import normalize_header

Kind = Literal["content", "overview", "viewers", "history", "activity", "gender", "territories"]

FIELDS: dict[str, tuple[str, ...]] = {
    "date": ("date", "data", "fecha", "datum", "日付"),
    "time": ("time",),
    "title": ("video title", "título del video", "título do vídeo", "動画タイトル"),
    "link": ("video link", "enlace del video", "link do vídeo", "動画リンク"),
    "post_time": ("post time", "hora de publicación", "hora da publicação", "投稿日"),
    "views": ("total views", "video views", "views", "visualizações de vídeo", "visualizaciones totales",
              "visualizaciones de video", "再生数"),
    "profile_views": ("profile views", "visualizações do perfil", "visualizaciones del perfil"),
    "likes": ("total likes", "likes", "curtidas", "me gusta totales", "me gusta", "いいね"),
    "comments": ("total comments", "comments", "comentários", "comentarios totales", "comentarios", "コメント"),
    "shares": ("total shares", "shares", "compartilhamentos", "veces compartido", "シェア"),
    "saves": ("add to favorites", "total favorites", "favorites"),
    "reach": ("reached audience",),
    "viewers": ("total viewers",),
    "new_viewers": ("new viewers",),
    "returning_viewers": ("returning viewers",),
    "followers": ("total followers", "followers"),
    "difference": ("difference in followers from previous day",),
    "hour": ("hour",),
    "active_followers": ("active followers",),
    "gender": ("gender",),
    "territory": ("top territories",),
    "share": ("distribution",),
}  # fmt: skip

_KINDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("content", frozenset({"link", "post_time", "views"})),
    ("activity", frozenset({"date", "hour", "active_followers"})),
    ("gender", frozenset({"gender", "share"})),
    ("territories", frozenset({"territory", "share"})),
    ("viewers", frozenset({"date", "viewers", "new_viewers", "returning_viewers"})),
    ("overview", frozenset({"date", "views", "likes"})),
    ("history", frozenset({"date", "followers"})),
)
_WATCH_HEADERS = frozenset(
    name for column in WATCHED if column not in {"reach", "new_followers"} for name in ALIASES[column]
)
_IDENTITY = frozenset(
    (*ALIASES["url"], *ALIASES["post_id"], *ALIASES["caption"], *ALIASES["duration_s"], *ALIASES["handle"])
)


def field_positions(header: Sequence[str]) -> dict[str, int]:
    """Position of each known field."""
    names = [normalize_header(name) for name in header]
    return {field: names.index(name) for field, known in FIELDS.items() for name in known[::-1] if name in names}


def watch_positions(header: Sequence[str]) -> dict[str, int]:
    """Position of each column of watch time that a user added to a Content file."""
    names = [normalize_header(name) for name in header]
    return {column: names.index(name) for column in WATCHED for name in reversed(ALIASES[column]) if name in names}


def detect_kind(header: Sequence[str]) -> Kind | None:
    """Which file has this header; None for a table that only resembles one.

    A table with watch time does not come from Studio, unless it was added to a Content file, which says in `Time` when
    it was exported; and a series by day names no post.
    """
    names, fields = {normalize_header(name) for name in header}, field_positions(header).keys()
    if names & _WATCH_HEADERS and "time" not in fields:
        return None
    for name, wanted in _KINDS:
        if wanted <= fields and (name == "content" or not names & _IDENTITY):
            return name
    return None


def unknown_headers(header: Sequence[str]) -> list[str]:
    """Headers of columns that dwell does not keep, with the followers' difference, whose day varies."""
    names = {name for known in FIELDS.values() for name in known} - set(FIELDS["difference"])
    if detect_kind(header) == "content":
        names |= {normalize_header(header[index]) for index in watch_positions(header).values()}
    return [name for name in header if name.strip() and normalize_header(name) not in names]
