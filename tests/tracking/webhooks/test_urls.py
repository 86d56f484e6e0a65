"""URLs that are refused as soon as a webhook is made, with what is wrong with them; on SQLite alone."""

from __future__ import annotations

import pytest

from dwell.errors import InvalidRequestError
from dwell.tracking.webhooks import WebhookService

SNAPSHOT = ["snapshot.created"]
PUBLIC = "93.184.216.34"


@pytest.fixture
def state_url() -> None:
    return None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://example.com/", "must begin with https:// or http://"),
        ("example.com", "must begin with https:// or http://"),
        ("https://user:pw@example.com/", "must not contain a user or a password"),
        ("https://@example.com/", "must not contain a user or a password"),
        ("https://example.com/#part", "no fragment"),
        ("https://exa mple.com/", "percent-encoded"),
        ("https://example.com/\r\nHost: x", "percent-encoded"),
        ("https://example.com\\@127.0.0.1/", "percent-encoded"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://example.com:0/", "no port 0"),
        ("https://a..b/", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "no zone id"),
        ("https://example.com/" + "x" * 2_048, "longer than 2,048"),
        ("https://example.com:25/", "Port 25 belongs to another protocol"),
        ("http://10.0.0.1/", "isn't on the public internet"),
        ("http://169.254.169.254/latest/meta-data/", "isn't on the public internet"),
    ],
)
def test_urls_that_nothing_is_sent_to(database, url, message):
    def resolve(host: str, port: int) -> list[str]:
        return [host if host[0].isdigit() else PUBLIC]

    with pytest.raises(InvalidRequestError, match=message) as caught:
        WebhookService(database, resolve=resolve).create("acc", SNAPSHOT, url)
    assert caught.value.details[0][0] == "url"
