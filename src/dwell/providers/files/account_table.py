"""A table of accounts: followers and a profile, and no post. Its likes are those of an account, its id is no post's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.providers.files.aliases import ALIASES, WATCHED
from dwell.providers.files.header_names import fold_header
from dwell.providers.files.platform_column import header_of, sample
from dwell.providers.part import Part
from dwell.records import Shape, Source
from dwell.text.names import is_tiktok_handle, normalize_handle

if TYPE_CHECKING:
    from dwell.providers.files.table_headers import Headers

_NAMES = {
    "url": "profile url | profile link | account url | account link | channel url | profile",
    "handle": "account id | profile username | screen name | login | user",
    "creator_id": "id | user id | account id | uid | profile id | tiktok id",
    "display_name": "nickname | display name | full name | profile name | name | nick name | account name",
    "verified": "is verified | verified | isverified | verified account",
    "private": "is private | private | private account | is private account",
    "followers": """
        followers | follower count | followers count | followers total | total followers | number of followers | fans |
        fans count | fan count | follower | subscribers | seguidores | abonnés | abonnenten | følgere | volgers |
        följare | obserwujący | подписчики | ακόλουθοι | người theo dõi | フォロワー | フォロワー数 | 粉丝 | 粉丝数 |
        팔로워 | pengikut | takipçi | takipçiler
    """,
    "following": """
        following | following count | followings | followings count | siguiendo | seguindo | abonnements | følger |
        folgt | gefolgt | подписки | フォロー中 | フォロー | 关注 | 关注数 | 팔로잉 | mengikuti | takip edilen
    """,
    "total_likes": """
        likes received | total account likes | total favorited | heart count | hearts | heart | 获赞 | 获赞数 |
        likes total
    """,
    "post_count": """
        videos count | video count | videos | posts | posts count | post count | number of videos | number of posts |
        total videos | total posts | uploads | media count | aweme count | vídeos | publicaciones | beiträge | opslag |
        видео | 作品 | 作品数 | 動画数 | 동영상 수
    """,
    "observed_at": "date | day | datum | dato | fecha | data | 日期",
}
_POST_ONLY = frozenset({"views", "comments", "shares", "saves", "downloads", "duration_s", *WATCHED})
_PROFILE = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:\w+\.\w+/@[^/?#]+|youtube\.com/(?:channel|c|user)/[^/?#]+|linkedin\.com/in/[^/?#]+"
    r"|(?:instagram|facebook|twitter|x)\.com/[\w.]+)/?(?:[?#].*)?",
    re.IGNORECASE,
)
_POST = re.compile(r"/(?:video|photo|v|reel|reels|shorts|p|status|embed)/|watch\?v=")
_BORROWED = {
    "url",
    "handle",
    "observed_at",
    "creator_id",
    "display_name",
    "total_likes",
    "followers",
    "following",
    "post_count",
}


_FOLDED = {
    column: tuple(dict.fromkeys(fold_header(name) for name in [*names.split("|"), *(
        ALIASES.get("likes" if column == "total_likes" else column, ()) if column in _BORROWED else ())]))
    for column, names in _NAMES.items()
}  # fmt: skip


@dataclass(frozen=True)
class AccountHeaders:
    """Which header of a table of accounts holds which column, and which are not imported."""

    columns: dict[str, str]
    dropped: tuple[str, ...]


def match_accounts(part: Part, posts: Headers, given: Mapping[str, str]) -> AccountHeaders | None:
    """The headers of a table of accounts; None for one of posts, or of something else.

    Args:
        part: The table.
        posts: Its headers as those of a table of posts.
        given: Canonical column -> header, where the user said so.
    """
    if {"post_id", "views", *WATCHED} & given.keys():
        return None
    columns, folded = dict(given), {name: fold_header(name) for name in reversed(header_of(part))}
    for column, names in _FOLDED.items():
        used = set(columns.values())
        left = {short: name for name, short in folded.items() if name not in used}
        fitting = [left[name] for name in names if name in left and _fits(column, part, left[name])]
        if fitting and column not in columns:
            columns[column] = fitting[0]
    if "platform" in posts.columns:
        columns["platform"] = posts.columns["platform"]
    if not _are_accounts(part, columns, posts.columns):
        return None
    used = set(columns.values())
    return AccountHeaders(columns, tuple(name for name in header_of(part) if name not in used))


def is_account(item: Mapping[str, Any], posts: Headers, given: Mapping[str, str]) -> bool:
    """Whether one object is a row of a table of accounts; the arguments are those of `match_accounts`."""
    return match_accounts(Part("", Path(), "array", tuple(item), objects=(dict(item),)), posts, given) is not None


def account_shape(name: str, columns: Mapping[str, str], place: Callable[[str], str]) -> Shape:
    """The shape of a table of accounts.

    Args:
        name: Of the format.
        columns: Canonical column -> header.
        place: Where the values of a header stand in a row.
    """
    sources = {column: Source((place(header),)) for column, header in columns.items()}
    return Shape(name, ("creators", "creator_snapshots"), sources, {"platform": "tiktok"}, accounts="link")


def without_objects(part: Part, headers: Headers) -> Headers:
    """The matched headers without those whose cells are JSON objects: no value can be cut out of them."""
    from dataclasses import replace

    known = set(header_of(part))
    objects = {name for name in headers.columns.values() if name in known and _holds_objects(part, name)}
    if not objects:
        return headers
    columns = {column: name for column, name in headers.columns.items() if name not in objects}
    left = objects | set(headers.dropped)
    return replace(headers, columns=columns, dropped=tuple(name for name in header_of(part) if name in left))


def _holds_objects(part: Part, name: str) -> bool:
    """Whether most of the first values are objects: one odd cell, wherever it stands, says nothing of the others."""
    values: list[Any]
    if part.layout == "csv":
        values = [_read_object(value) for value in sample(part, name) if value.strip()]
    else:
        values = [item[name] for item in part.objects if item.get(name) not in (None, "", {})]
    return 2 * sum(isinstance(value, dict) for value in values) > len(values)


def _read_object(text: str) -> Any:
    """The object that a cell holds, else its text."""
    try:
        return json.loads(text) if text.lstrip().startswith("{") else text
    except (ValueError, RecursionError):
        return text


def _are_accounts(part: Part, columns: Mapping[str, str], posts: Mapping[str, str]) -> bool:
    link = columns.get("url") or posts.get("url")
    links = [value.strip() for value in sample(part, link) if value.strip()] if link else []
    of_posts = _POST_ONLY & posts.keys()
    if fold_header(posts.get("post_id", "id")) not in _FOLDED["creator_id"]:
        return False  # a header that says that the id is a post's
    if any(_POST.search(value) for value in links) or not {"handle", "url"} & columns.keys():
        return False
    if links and all(_PROFILE.fullmatch(value) for value in links):
        return not of_posts or ("followers" in columns and len(of_posts) < 2)
    return "followers" in columns and not of_posts and not links and "caption" not in posts


def _fits(column: str, part: Part, name: str) -> bool:
    """What stands in the column can be what its header may mean."""
    values: Iterable[str] = (value.strip() for value in sample(part, name))
    known = [value for value in values if value]
    if column == "handle":
        names = [normalize_handle(value) or "" for value in known]
        return bool(names) and all(is_tiktok_handle(value) for value in names) and not all(map(str.isdigit, names))
    if column == "creator_id":
        return part.layout != "csv" or all(value.isdigit() for value in known)
    return True
