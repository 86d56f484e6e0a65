"""Resolves short links: their codes say nothing, so TikTok is asked where they lead, one hop at a time.

No redirect is followed blindly: each hop must be on one of TikTok's hosts, and the first that shows a post ends it.
"""

from __future__ import annotations

import re
import threading
import time
from urllib.parse import urljoin, urlsplit

from dwell.errors import InvalidRequestError, ProviderError, ServiceUnavailableError
from dwell.http import HttpRequest, HttpTransport
from dwell.providers.links import POST_HOSTS, SHORT_HOSTS, Link, LinkError, parse_link

_MAX_HOPS = 5
TIMEOUT_S = 8.0
"""Seconds for all hops of one link."""

_LEAST_S = 0.1
_REMEMBERED = 10_000


class ShortLinkResolver:
    """Resolves short links; threads share it, and what a code leads to is remembered.

    Args:
        base_url: Ask this address instead of TikTok's hosts, such as a simulation; None for the real ones.
    """

    def __init__(self, base_url: str | None = None) -> None:
        self.base_url = base_url
        self._found: dict[str, Link] = {}
        self._lock = threading.Lock()

    def resolve(self, link: Link, until: float | None = None) -> Link:
        """The post that a short link leads to; any other link as it is.

        Args:
            link: The link.
            until: The instant of `time.monotonic` at which to give up; after 8 seconds by default, and at most.

        Raises:
            InvalidRequestError: It leads to something else, or away from TikTok.
            ServiceUnavailableError: TikTok does not say where it leads now.
        """
        if link.post_id is not None:
            return link
        code = link.code or ""
        with self._lock:
            known = self._found.get(code)
        if known is not None:
            return known
        latest = time.monotonic() + TIMEOUT_S
        found = self._follow(link.url, latest if until is None else min(latest, until))
        with self._lock:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[code] = found
        return found

    def _follow(self, url: str, until: float) -> Link:
        for _ in range(_MAX_HOPS):
            location = self._ask(url, until)
            if location is None:
                break
            try:
                url = urljoin(url, location)
                parts = urlsplit(url)
            except ValueError:
                break  # it is no address
            if parts.scheme not in {"http", "https"} or (parts.hostname or "").lower() not in POST_HOSTS | SHORT_HOSTS:
                raise InvalidRequestError(
                    "The short link leads away from TikTok.", (("video_link", "leads away from TikTok"),), "bad_host"
                )
            try:
                link = parse_link(url)
            except LinkError as error:
                if parts.path in {"", "/"} or error.reason in {"bad_host", "empty"}:
                    break  # the home page: the code is dead, or the region is blocked
                raise InvalidRequestError(
                    f"The short link leads elsewhere: {error}", (("video_link", str(error)),), error.reason
                ) from error
            if link.post_id is not None:
                return link
        raise ServiceUnavailableError(
            "TikTok does not say where the short link leads: try again, or open it and send the link of the video.", 60
        )

    def _ask(self, url: str, until: float) -> str | None:
        """Where one address redirects to; None if it does not."""
        left_s = until - time.monotonic()
        if left_s < _LEAST_S:
            raise ServiceUnavailableError("TikTok takes too long to resolve short links: try again.")
        parts = urlsplit(url)
        base = self.base_url or f"https://{parts.hostname}"
        transport = HttpTransport(base, {})
        try:
            request = HttpRequest("short link", "GET", parts.path or "/", timeout_s=left_s)
            response = transport.send(request)
        except ProviderError as error:
            raise ServiceUnavailableError("TikTok cannot be reached to resolve the short link: try again.") from error
        finally:
            transport.close()
        if response.status not in {301, 302, 303, 307, 308}:
            return None
        location = response.headers.get("location", "")
        return location if re.fullmatch(r"[!-~]{1,2000}", location) else None


def parse_video_link(text: str) -> Link:
    """The post or short link that a client sent.

    Raises:
        InvalidRequestError: It is neither; `reason` is a code such as `bad_id`.
    """
    try:
        return parse_link(text)
    except LinkError as error:
        raise InvalidRequestError(str(error), (("video_link", str(error)),), error.reason) from error
