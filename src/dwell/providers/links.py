"""TikTok links and post ids: what a user pastes becomes one id, or one reason why not.

The key of a post is always its id, never its link: handles change, and TikTok itself resolves by id alone.
Nothing here touches the network, so a short link (`vm.tiktok.com/...`) yields its code and not an id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from dwell.clock import now
from dwell.errors import DwellError
from dwell.text.ids import FLOAT_ID, LOST_REASON, SCIENTIFIC_ID, is_post_id, latest_id
from dwell.text.names import ACCOUNT_KEY, handle_in_link

Media = Literal["video", "photo"]
Reason = Literal[
    "bad_id",
    "bad_host",
    "bad_scheme",
    "profile_url",
    "live_url",
    "not_a_post",
    "shop_url",
    "studio_url",
    "douyin",
    "empty",
]

POST_HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com", "tiktokv.com", "www.tiktokv.com"})
SHORT_HOSTS = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
SHOP_HOSTS = frozenset({"shop.tiktok.com"})
DOUYIN_HOSTS = frozenset({"douyin.com", "www.douyin.com", "v.douyin.com", "iesdouyin.com", "www.iesdouyin.com"})

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x2028, 0x202F), 0x2060, 0xFEFF])
_LINK_IN_TEXT = re.compile(r"(?:https?://|(?<![\w.@-])(?:[\w-]+\.)*tiktokv?\.com/)[^\s<>\"']+", re.IGNORECASE)
_LINKED_ID = re.compile(r"/(?:video|photo)/([0-9]{17,20})(?![0-9])")
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2,4})?")
_OTHER_PAGES = frozenset(
    {"tag", "music", "effect", "place", "discover", "search", "channel", "explore", "foryou", "topics"}
)
_POST = re.compile(r"(?:share/)?(?P<media>video|photo)/(?P<id>[^/]+)")
_BY_HANDLE = re.compile(r"@(?P<handle>[\w.-]*)/(?P<media>video|photo)/(?P<id>[^/]+)")
_BARE = re.compile(r"(?:embed(?:/v\d+)?|player/v\d+|v)/(?P<id>[^/]+?)(?:\.html)?")


class LinkError(DwellError):
    """The text is not a link to a TikTok post; `reason` is a code, the message says what it is instead."""

    code = "bad_link"

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Link:
    """A parsed link.

    Attributes:
        post_id: The post, as text; None for a short link, which only the network can resolve.
        handle: Account name, lower case, where the link has a real one.
        sec_uid: Account key, where the link has that in place of the handle.
        media: `photo` for a photo post, else `video`.
        code: Code of a short link.
    """

    post_id: str | None = None
    handle: str | None = None
    sec_uid: str | None = None
    media: Media = "video"
    code: str | None = None

    @property
    def url(self) -> str:
        """The canonical form, https and without tracking; `@_` stands for an unknown handle."""
        if self.post_id is None:
            return f"https://vm.tiktok.com/{self.code}/"
        return f"https://www.tiktok.com/@{self.handle or self.sec_uid or '_'}/{self.media}/{self.post_id}"


def check_id(text: str) -> str:
    """The post id in `text`, or `LinkError("bad_id")`: 17-20 digits, below 2^63, minted from 2014-09 to tomorrow."""
    post_id = text.strip()
    if re.fullmatch(f"{SCIENTIFIC_ID}|{FLOAT_ID}", post_id, re.ASCII):
        raise LinkError("bad_id", f"{post_id[:40]!r} is a damaged id {LOST_REASON}.")
    if not re.fullmatch(r"[1-9][0-9]{16,19}", post_id):
        raise LinkError("bad_id", f"{post_id[:40]!r} is not a TikTok post id (17 to 20 digits, usually 19).")
    if not is_post_id(post_id, latest_id(now())):
        raise LinkError("bad_id", f"{post_id} is not a TikTok post id: the time in it is impossible.")
    return post_id


def parse_link(text: str, *, loose: bool = False) -> Link:
    """The post that a pasted text means.

    Args:
        text: A link, text with a link in it, or a bare id.
        loose: Also take the id from `?item_id=` and from Studio's analytics pages, which are less certain
            to be of a post.

    Raises:
        LinkError: With a reason code, when it is not a post.
    """
    cleaned = text.translate(_INVISIBLE).strip().strip("<>\"'“”‘’").strip()
    if not cleaned:
        raise LinkError("empty", "The text contains no link.")
    if re.fullmatch(r"[\w.+-]+", cleaned) and "tiktok" not in cleaned.lower():
        return Link(post_id=check_id(cleaned))
    if len({found[1] for link in _LINK_IN_TEXT.findall(cleaned) if (found := _LINKED_ID.search(link))}) > 1:
        raise LinkError("not_a_post", "The text has links to several posts: give one of them.")
    return _parse_url(_extract_url(cleaned), loose=loose, depth=0)


def parse_page(text: str) -> tuple[str, str] | None:
    """The page of TikTok that a link shows: its kind and name, such as `("@", "name")` or `("tag", "cooking")`.

    Args:
        text: A link to a profile, a hashtag or a sound; for posts there is `parse_link`.

    Returns:
        The kind, `@` for a profile, and the name after it (empty where it is missing); None where the link is of
        another site.
    """
    try:
        url = urlsplit(text if "://" in text else "https://" + text)
        host, hides_another = (url.hostname or "").lower(), url.username is not None
    except ValueError:
        return None
    if hides_another or host not in POST_HOSTS:
        return None
    first, *rest = [unquote(part) for part in url.path.split("/") if part] or [""]
    return ("@", first[1:]) if first.startswith("@") else (first, rest[0] if rest else "")


def _extract_url(text: str) -> str:
    scheme = re.match(r"([a-z][a-z0-9+.-]*):(?!\d)", text, re.IGNORECASE)
    if scheme and scheme[1].lower() not in {"http", "https"} and " " not in text:
        raise LinkError("bad_scheme", f"{scheme[1]}: links are not supported; give an https link to a TikTok post.")
    if " " in text or "\n" in text or not scheme:
        match = _LINK_IN_TEXT.search(text)
        if match:
            text = match[0].rstrip(".,;)!")
    return text if "://" in text else "https://" + text


def _parse_url(address: str, *, loose: bool, depth: int) -> Link:
    try:
        url = urlsplit(address)
        port, host = url.port, (url.hostname or "").lower()
    except ValueError as error:
        raise LinkError("bad_host", f"{address[:80]!r} is not a link.") from error
    if url.username is not None or port not in {None, 80, 443}:
        raise LinkError("bad_host", f"{address[:80]!r} hides another host behind TikTok's name.")
    path = [unquote(part) for part in url.path.split("/") if part]
    if host in SHORT_HOSTS:
        return _short_link(path)
    if host in DOUYIN_HOSTS:
        raise LinkError("douyin", "Douyin is another platform, which dwell does not read.")
    if host in SHOP_HOSTS:
        raise LinkError("shop_url", "This is a product of TikTok Shop, not a post.")
    if host not in POST_HOSTS:
        raise LinkError("bad_host", f"{host[:80] or address[:80]!r} is not TikTok.")
    return _parse_tiktok_url(url, path, loose=loose, depth=depth)


def _parse_tiktok_url(url: SplitResult, path: list[str], *, loose: bool, depth: int) -> Link:
    if path and _LOCALE.fullmatch(path[0]) and len(path) > 1:
        path = path[1:] if path[0] not in {"t", "v"} else path
    query = parse_qs(url.query)
    for key in ("redirect_url", "url"):
        if path in (["login"], ["oembed"]) and depth == 0 and query.get(key):
            return _parse_url(query[key][0], loose=loose, depth=1)
    if path[:1] == ["t"] and len(path) == 2:
        return _short_link(path[1:])
    place = "/".join(path)
    for pattern in (_BY_HANDLE, _POST, _BARE):
        if match := pattern.fullmatch(place):
            return _link_from_match(match.groupdict())
    if loose:
        for key in ("item_id", "share_item_id", "modal_id"):
            if query.get(key):
                return Link(post_id=check_id(query[key][0]))
        if path[:2] == ["tiktokstudio", "analytics"] and len(path) == 3:
            return Link(post_id=check_id(path[2]))
    raise _not_a_post_error(path)


def _link_from_match(groups: dict[str, str | None]) -> Link:
    name, post_id = groups.get("handle") or "", check_id(groups["id"] or "")
    media: Media = "photo" if groups.get("media") == "photo" else "video"
    sec_uid = name if name.startswith(ACCOUNT_KEY) else None
    return Link(post_id, handle=handle_in_link(name), sec_uid=sec_uid, media=media)


def _short_link(path: list[str]) -> Link:
    if len(path) == 1 and re.fullmatch(r"[A-Za-z0-9_-]+", path[0]):
        return Link(code=path[0])
    raise LinkError("not_a_post", "This short link has no code that could be resolved.")


def _not_a_post_error(path: list[str]) -> LinkError:
    first = path[0].lower() if path else ""
    if "live" in path[1:]:
        return LinkError("live_url", "This is a live stream, not a post.")
    if first.startswith("@") and len(path) == 1:
        return LinkError("profile_url", f"This is the profile of {first}, not a post: give a link to one of its posts.")
    if first == "tiktokstudio":
        return LinkError("studio_url", "This is a page of TikTok Studio: give the link to the post itself.")
    if first == "shop" or path[:2] == ["view", "product"]:
        return LinkError("shop_url", "This is a product of TikTok Shop, not a post.")
    kind = "a page about many posts" if first in _OTHER_PAGES or first.startswith("@") else "not the page of one post"
    return LinkError("not_a_post", f"/{'/'.join(path)[:60]} is {kind}: give a link to one post.")
