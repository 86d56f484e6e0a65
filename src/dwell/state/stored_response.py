"""One kept response as its row has it. What is damaged in the row is told of that response alone.

Each has a checksum, made when it was stored: CRC-32 of all that is never changed in the row. It finds damage, not
forgery. Responses that an older dwell kept have none until `responses.add_checksums` was run.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dwell.clock import from_micros, to_micros
from dwell.http import HttpRequest, HttpResponse
from dwell.state.owner import Owner

COVERED = (
    *("request_id", "owner_kind", "owner_id", "position", "provider", "endpoint", "what", "subject"),
    *("received_at", "simulated", "items"),
)
"""What the checksum covers besides the packed body."""
_LEVEL = 1  # level 6 is a fifth smaller and takes three times as long
_UNKNOWN = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One response that is kept.

    Attributes:
        response_id: Rises with time.
        request_id: The request that it answers.
        owner: The job that it belongs to, and `position` the target in it.
        provider: Who sent it.
        endpoint: The provider's name of what was requested.
        what: The listing or lookup.
        subject: The account, post or topic that it is about.
        received_at: When it came, UTC.
        simulated: It says that a simulation made it.
        parsed_by: Version of the parser whose rows are stored; None where none are yet.
        body: The bytes; none of them where they are damaged, or were not read.
        damage: What is wrong with the stored row, whose other values mean nothing then; empty where nothing is.
    """

    response_id: int
    request_id: str
    owner: Owner
    position: int
    provider: str
    endpoint: str
    what: str
    subject: str
    received_at: datetime
    simulated: bool
    parsed_by: str | None
    body: bytes = b""
    damage: str = ""

    @property
    def request(self) -> HttpRequest:
        """The request again, as far as reading its response needs it."""
        return HttpRequest(self.endpoint, "GET", "/")

    @property
    def response(self) -> HttpResponse:
        """The response again, as far as it is kept."""
        return HttpResponse(200, {}, self.body, self.received_at, self.simulated)


def compress(body: bytes) -> bytes:
    """The bytes to keep; made outside the transaction, because packing takes longer than writing."""
    return zlib.compress(body, _LEVEL)


def checksum_of(row: Mapping[str, Any], packed: bytes) -> int:
    """The checksum of a row.

    Args:
        row: The columns COVERED, as they are stored or as they are to be stored.
        packed: What the column `body` has.
    """
    values = [_as_stored(row[name]) for name in COVERED]
    return zlib.crc32(packed, zlib.crc32(repr(values).encode("utf-8", "surrogatepass")))


def _as_stored(value: Any) -> Any:
    """What a column type makes of a value."""
    if isinstance(value, datetime):
        return to_micros(value)
    return value.replace("\0", "") if isinstance(value, str) else int(value)


def from_row(row: Mapping[str, Any]) -> StoredResponse:
    """The response of a row, with its body if the row has that column.

    Args:
        row: The columns as the database has them, with text that is no UTF-8 made readable.
    """
    damage, body = _find_damage(row), b""
    if not damage and "body" in row:
        try:
            body = zlib.decompress(row["body"])
        except zlib.error as error:
            damage = f"its body cannot be unpacked: {error}"
    if damage:
        return _damaged(row, damage)
    names = ("response_id", "request_id", "position", "provider", "endpoint", "what", "subject", "parsed_by")
    return StoredResponse(
        **{name: row[name] for name in names},
        owner=Owner(row["owner_kind"], row["owner_id"]),
        received_at=from_micros(row["received_at"]),
        simulated=bool(row["simulated"]),
        body=body,
    )


def _find_damage(row: Mapping[str, Any]) -> str:
    """What is wrong with the values of a row, the packed body among them."""
    try:
        from_micros(row["received_at"])
        texts = [row[name] for name in COVERED if name not in {"position", "received_at", "simulated", "items"}]
        if not all(isinstance(text, str) for text in texts) or not isinstance(row["parsed_by"], str | None):
            return "its row has values of other kinds"
        if "body" in row and row["checksum"] is not None and checksum_of(row, row["body"]) != row["checksum"]:
            return "its checksum is wrong"
        int(row["position"])
    except (TypeError, ValueError, OverflowError):
        return "its row has values of other kinds"
    return ""


def _damaged(row: Mapping[str, Any], damage: str) -> StoredResponse:
    """The row's values as far as they have the right kinds: enough to find the response and to say which it is."""
    position = row["position"]
    return StoredResponse(
        response_id=row["response_id"],
        request_id=str(row["request_id"]),
        owner=Owner(str(row["owner_kind"]), str(row["owner_id"])),
        position=position if isinstance(position, int) else -1,
        provider=str(row["provider"]),
        endpoint=str(row["endpoint"]),
        what=str(row["what"]),
        subject=str(row["subject"]),
        received_at=_UNKNOWN,
        simulated=False,
        parsed_by=None if row["parsed_by"] is None else str(row["parsed_by"]),
        damage=damage,
    )
