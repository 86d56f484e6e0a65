"""Short links are resolved by whoever answers: every answer is a post, a reason, or "try again", and in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dwell.errors import InvalidRequestError, ServiceUnavailableError
from dwell.providers.links import Link
from dwell.tracking import short_links, video_creator
from dwell.tracking.short_links import ShortLinkResolver

POST = "7350810998023949599"
LOCATIONS = {
    "post": f"https://www.tiktok.com/@demo/video/{POST}?_r=1",
    "plain": f"http://m.tiktok.com/v/{POST}.html",
    "hop": "https://vt.tiktok.com/post/",
    "relative": "/post/",
    "loop": "https://vm.tiktok.com/loop/",
    "home": "https://www.tiktok.com/",
    "profile": "https://www.tiktok.com/@demo",
    "away": "https://example.com/",
    "script": "javascript:alert(1)",
    "user": f"https://tiktok.com@example.com/@demo/video/{POST}",
    "bracket": "http://[bad",
    "address": "https://[::1/",
    "bare_bracket": "//[",
    "port": "https://vm.tiktok.com:99999/post/",
    "no_port": "https://vm.tiktok.com:abc/post/",
    "long": "https://www.tiktok.com/" + "a" * 10_000,
}


class Redirector(BaseHTTPRequestHandler):
    """Redirects as the code says."""

    def do_GET(self) -> None:
        code = self.path.strip("/").partition("-")[0]
        time.sleep(0.4 if code in {"slow", "slower"} else 0.0)
        self.send_response(200 if code == "page" else 301)
        location = "https://vm.tiktok.com/slower-2/" if code == "slow" else LOCATIONS.get(code)
        if code in LOCATIONS or code == "slow":
            self.send_header("Location", location or "")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def redirector() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Redirector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("code", ["post", "plain", "hop", "relative"])
def test_it_leads_to_a_post(redirector, code):
    assert ShortLinkResolver(redirector).resolve(Link(code=code)).post_id == POST


@pytest.mark.parametrize(
    ("code", "reason"), [("profile", "profile_url"), ("away", "bad_host"), ("script", "bad_host"), ("user", "bad_host")]
)
def test_it_leads_elsewhere(redirector, code, reason):
    with pytest.raises(InvalidRequestError) as caught:
        ShortLinkResolver(redirector).resolve(Link(code=code))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "code",
    ["loop", "home", "page", "nothing", "bracket", "address", "bare_bracket", "port", "no_port", "long"],
)
def test_nobody_says_where_it_leads(redirector, code):
    with pytest.raises(ServiceUnavailableError):
        ShortLinkResolver(redirector).resolve(Link(code=code))


def test_all_hops_together_have_one_time(redirector, monkeypatch):
    monkeypatch.setattr(short_links, "TIMEOUT_S", 0.6)
    begin = time.monotonic()
    with pytest.raises(ServiceUnavailableError):
        ShortLinkResolver(redirector).resolve(Link(code="slow-1"))
    assert time.monotonic() - begin < 2.0


def test_slow_short_links_do_not_hold_a_bulk_request(trial, redirector, monkeypatch):
    monkeypatch.setattr(video_creator, "BULK_LINKS_S", 0.6)
    trial.service._creator._short_links = ShortLinkResolver(redirector)
    links = [f"https://vm.tiktok.com/slower-{number}/" for number in range(50)]
    items = [{"video_link": link, "duration_days": 1} for link in [*links, trial.link(trial.posts()[0])]]
    begin = time.monotonic()
    results = trial.service.track_bulk(trial.caller, items)
    assert time.monotonic() - begin < 5.0
    assert [result.status for result in results] == [503] * 50 + [201]
