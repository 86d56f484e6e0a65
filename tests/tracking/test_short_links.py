"""Short links are followed one hop at a time, on TikTok's hosts only, and never guessed."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dwell.errors import InvalidRequestError, ServiceUnavailableError
from dwell.tracking.short_links import ShortLinkResolver, parse_video_link

POST = "7170520270497680683"
VIDEO = f"https://www.tiktok.com/@somebody/video/{POST}?_r=1&_t=8abc"


@pytest.fixture
def redirects():
    """A server in place of TikTok's: path -> (status, location); it notes what was asked."""
    answers: dict[str, tuple[int, str | None]] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, location = answers.get(self.path, (404, None))
            self.send_response(status)
            if location is not None:
                self.send_header("location", location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    resolver = ShortLinkResolver(f"http://127.0.0.1:{server.server_port}")
    yield resolver, answers, asked
    server.shutdown()
    server.server_close()
    thread.join()


def resolve(resolver: ShortLinkResolver, text: str):
    return resolver.resolve(parse_video_link(text))


@pytest.mark.parametrize(
    "link",
    ["https://vm.tiktok.com/ZTR45GpSF/", "https://vt.tiktok.com/ZTR45GpSF", "https://www.tiktok.com/t/ZTR45GpSF/"],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_post_that_a_short_link_leads_to(redirects, link, status):
    resolver, answers, asked = redirects
    answers["/ZTR45GpSF/"] = status, VIDEO
    for _ in range(2):
        found = resolve(resolver, link)
        assert (found.post_id, found.handle) == (POST, "somebody")
    assert asked == ["/ZTR45GpSF/"]  # what a code leads to never changes


def test_several_hops(redirects):
    resolver, answers, _ = redirects
    answers |= {
        "/ZTa/": (301, "https://vt.tiktok.com/ZTb/"),
        "/ZTb/": (302, "https://m.tiktok.com/v/" + POST + ".html"),
    }
    assert resolve(resolver, "https://vm.tiktok.com/ZTa/").post_id == POST


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://evil.example/@a/video/" + POST, "bad_host"),
        ("https://www.tiktok.com.evil.example/@a/video/" + POST, "bad_host"),
        ("http://127.0.0.1:8000/", "bad_host"),
        ("file:///etc/passwd", "bad_host"),
        ("https://www.tiktok.com/@somebody", "profile_url"),
        ("https://www.tiktok.com/@somebody/live", "live_url"),
        ("https://www.tiktok.com/music/sound-7170520270497680683", "not_a_post"),
    ],
)
def test_what_is_no_post_or_leads_away_is_refused(redirects, location, reason):
    resolver, answers, asked = redirects
    answers["/ZTx/"] = 301, location
    with pytest.raises(InvalidRequestError) as refused:
        resolve(resolver, "https://vm.tiktok.com/ZTx/")
    assert refused.value.reason == reason
    assert asked == ["/ZTx/"]


@pytest.mark.parametrize(
    "answer",
    [
        (200, None),
        (404, None),
        (301, None),
        (301, "https://www.tiktok.com/"),
        (301, "/ZTx/"),
        (302, "a b"),
        (500, VIDEO),
    ],
)
def test_what_tiktok_does_not_say_is_not_guessed(redirects, answer):
    resolver, answers, asked = redirects
    answers["/ZTx/"] = answer
    with pytest.raises(ServiceUnavailableError):
        resolve(resolver, "https://vm.tiktok.com/ZTx/")
    assert len(asked) <= 5


def test_a_login_page_that_names_the_post(redirects):
    resolver, answers, _ = redirects
    answers["/ZTx/"] = (
        302,
        f"https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F{POST}",
    )
    assert resolve(resolver, "https://vm.tiktok.com/ZTx/").post_id == POST


def test_without_an_answer_it_is_to_be_tried_again():
    with pytest.raises(ServiceUnavailableError):
        resolve(ShortLinkResolver("http://127.0.0.1:9"), "https://vm.tiktok.com/ZTx/")
