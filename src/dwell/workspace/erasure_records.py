"""The files of an erasure: the request, until it has been done, and the receipt, for ever and without personal data."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dwell.disk.errors import os_error
from dwell.disk.flush import flush
from dwell.disk.replace import replacing, write_whole
from dwell.errors import NoDataError, StorageError
from dwell.records.personal import Subject
from dwell.text.names import is_valid_handle

REQUEST, ERASURE_LOCK, RECEIPTS = "erasure.json", "erasure.lock", "receipts"
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""A digest takes some 50 ms, so that a list of names is not tried in an instant."""


@dataclass
class Request:
    """An erasure that was begun: written before anything is changed, removed when all is done.

    Attributes:
        request_id: Its id, which its receipt has in its name.
        asked: The name that the user gave, as `@name` or `--person name`, with `--platform` where it was given.
        subject: Whom it is about; it grows by what is found.
        destinations: Addresses without passwords, and schemas, that the user named.
        begun_at: When it was first begun, ISO text.
        imports: Names of the imports that gave the rows.
        rows: Place, table and how many rows were there before.
    """

    request_id: str
    asked: str
    subject: Subject
    destinations: list[list[str | None]]
    begun_at: str
    imports: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)

    def count(self, place: str, table: str, number: int) -> None:
        """Notes rows that are there; of what was noted before, the higher number counts."""
        for row in self.rows:
            if row[:2] == [place, table]:
                row[2] = max(row[2], number)
                return
        self.rows.append([place, table, number])


def new_request(asked: str, subject: Subject, destinations: Iterable[tuple[str, str | None]], at: datetime) -> Request:
    """A request that is not written yet."""
    return Request(secrets.token_hex(8), asked, subject, [[*each] for each in destinations], at.isoformat())


def read_request(root: Path) -> Request | None:
    """The erasure that has not ended; None where there is none.

    Raises:
        StorageError: It cannot be read.
    """
    path = root / REQUEST
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Request(**{**fields, "subject": Subject.from_json(fields["subject"])})
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(path, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} is damaged: remove it, and run dwell forget again.") from error


def describe_unfinished(root: Path) -> list[str]:
    """A sentence about an erasure that has not ended; none without one."""
    request = read_request(root)
    if request is None:
        return []
    return [
        f"An erasure that was begun on {request.begun_at[:10]} has not ended: run dwell forget {request.asked} again."
    ]


def write_request(root: Path, request: Request) -> None:
    """Writes it, whole or not at all; only its owner can read it."""
    fields = {**asdict(request), "subject": request.subject.to_json()}
    try:
        with replacing(root / REQUEST, mode=0o600) as path:
            path.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise os_error(root / REQUEST, error) from error


def remove_request(root: Path) -> None:
    """The erasure has ended."""
    try:
        (root / REQUEST).unlink(missing_ok=True)
        flush(root)
    except OSError as error:
        raise os_error(root / REQUEST, error) from error


def write_receipt(root: Path, request: Request, content: Mapping[str, Any]) -> Path:
    """Writes a receipt; names are in it as salted digests.

    Args:
        root: The data folder.
        request: The erasure, which has its names.
        content: JSON-compatible, without personal data.
    """
    salt = secrets.token_hex(16)
    names = sorted(request.subject.names | request.subject.account_ids)
    described = {
        "format": "dwell erasure",
        "version": 1,
        "kind": request.subject.kind,
        "platform": request.subject.platform,
        "salt": salt,
        "digests": sorted(_digest(name, salt) for name in names),
    }
    path = root / RECEIPTS / f"erasure-{request.request_id}.json"
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, json.dumps({**described, **content}, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise os_error(path, error) from error
    return path


def find_receipts(root: Path, name: str) -> list[dict[str, str]]:
    """The receipts of earlier erasures of a name: `path` and `erased_at`, the oldest first."""
    found = []
    for path in sorted((root / RECEIPTS).glob("erasure-*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if _digest(name, content["salt"]) in content["digests"]:
                found.append({"path": str(path), "erased_at": content["erased_at"]})
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda each: each["erased_at"])


def _digest(name: str, salt: str) -> str:
    return hashlib.scrypt(name.encode(), salt=bytes.fromhex(salt), **_SCRYPT).hex()


def can_be_mentioned(subject: Subject) -> bool:
    """A text can name it: what no account can be called, such as a sign, is in texts about anybody."""
    return any(len(name) > 1 and is_valid_handle(name) for name in subject.names | subject.account_ids)


def nothing_stored(root: Path, subject: Subject, handle: str) -> NoDataError:
    """The error where there is nothing to erase; it names earlier receipts."""
    if not can_be_mentioned(subject):
        return NoDataError(
            f"{handle!r} is no name of an account, and no row has exactly this name: write it as @handle, of 2 to 40 "
            "letters, digits, points, dashes and underscores."
        )
    earlier = find_receipts(root, handle)
    erased = f" It was erased on {earlier[-1]['erased_at'][:10]} ({earlier[-1]['path']})." if earlier else ""
    who = f"@{handle}" if subject.kind == "account" else f"a person named {handle}"
    moved = [name for name in ("damaged", "replaced") if (root / name).is_dir()]
    older = f" {' and '.join(moved)} in {root} may have older rows: delete what you do not need." if moved else ""
    return NoDataError(f"Nothing is stored about {who}.{erased}{older} Check the name with dwell status.")
