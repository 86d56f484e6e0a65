"""Ids that providers return beside the platform's own: account keys, media ids, short links."""

from __future__ import annotations

from base64 import b32hexencode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import blake2b

_KEY_PREFIX = "MS4wLjABAAAA"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def sec_uid(account_id: str) -> str:
    """The account key of an account: 76 characters that begin as TikTok's do."""
    raw = int(account_id).to_bytes(8, "big")
    return _KEY_PREFIX + urlsafe_b64encode(raw + _checksum(raw, 40)).decode()


def parse_sec_uid(key: str) -> str | None:
    """The account id of an account key; None if the key is not one of a sandbox."""
    try:
        raw = urlsafe_b64decode(key.removeprefix(_KEY_PREFIX).encode())
    except (Error, ValueError):
        return None
    expected = raw[:8] + _checksum(raw[:8], 40)
    return str(int.from_bytes(raw[:8], "big")) if key.startswith(_KEY_PREFIX) and raw == expected else None


def media_id(post_id: str) -> str:
    """TikLiveAPI's `aweme_id`: the id of the media file, 33 characters, which no other id can be joined with."""
    raw = int(post_id).to_bytes(8, "big")
    return "v09044g40000c" + b32hexencode(_checksum(raw, 13)).decode().lower()[:20]


def short_code(post_id: str) -> str:
    """The code of the short link to a post."""
    number, code = int(post_id), ""
    while number:
        number, index = divmod(number, len(_LETTERS))
        code = _LETTERS[index] + code
    return "ZS" + code


def parse_short_code(code: str) -> str | None:
    """The post id of a short link's code; None if the text is not such a code."""
    letters = code.removeprefix("ZS")
    if not code.startswith("ZS") or not letters or any(letter not in _LETTERS for letter in letters):
        return None
    number = 0
    for letter in letters:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return str(number)


def _checksum(raw: bytes, size: int) -> bytes:
    return blake2b(raw, digest_size=size, person=b"dwell sandbox").digest()
