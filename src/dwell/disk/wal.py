"""Whether the write-ahead log of an SQLite database is whole.

SQLite reads the log up to the first frame whose checksum is wrong, and takes what follows for never written: where a
process was killed, one changed byte in its log would undo stored transactions without a word. But a later frame that
ends a transaction says that more was stored; so does the wal-index (`-shm`) that such a process leaves. The format is
described at https://www.sqlite.org/fileformat2.html#walformat.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADER, _FRAME_HEADER, _INDEX_HEADER = 32, 24, 48
_MAGIC = 0x377F0682  # its last bit says in which order of bytes checksums are made
_AGAIN_S = 0.02


def find_wal_damage(database: Path, *, alone: bool) -> str:
    """What is wrong with the log beside a database; empty where nothing is.

    Args:
        database: The database, before it is opened.
        alone: This process has no connection to it. Otherwise the wal-index is not read: when a process closes a file,
            it loses all of its locks on it, those of its connections too.

    Raises:
        OSError: The log cannot be read.
    """
    found, head = _look(database, alone=alone)
    while found:  # another process may have begun the log again while it was read
        time.sleep(_AGAIN_S)
        again, same = _look(database, alone=alone)
        if (again, same) == (found, head):
            return found
        found, head = again, same
    return ""


def _look(database: Path, *, alone: bool) -> tuple[str, bytes]:
    """What is wrong with the log, and its head."""
    try:
        content = database.with_name(database.name + "-wal").read_bytes()
    except FileNotFoundError:
        return "", b""
    head = content[:_HEADER]
    if len(content) <= _HEADER or not any(head):
        return "", head
    magic, _, page, _, *salts, sum1, sum2 = struct.unpack(">8I", head)
    order = ">" if magic & 1 else "<"
    if magic & ~1 != _MAGIC or page & (page - 1) or not 512 <= page <= 65_536:
        return "the head of its write-ahead log is damaged", head
    if _sums(head[:24], order)[-1] != (sum1, sum2):
        return "the head of its write-ahead log is damaged", head
    stored = _count_stored(database, salts) if alone else 0
    return _find_in_frames(content, page, order, salts, (sum1, sum2), stored), head


def _find_in_frames(content: bytes, page: int, order: str, salts: list[int], sums: tuple[int, int], stored: int) -> str:
    import numpy as np

    size = _FRAME_HEADER + page
    number = (len(content) - _HEADER) // size
    frames = np.frombuffer(content, np.uint8, number * size, _HEADER).reshape(number, size)
    heads = frames[:, :_FRAME_HEADER].copy().view(">u4")
    summed = np.hstack([frames[:, :8], frames[:, _FRAME_HEADER:]]).tobytes()
    ours = (heads[:, 2:4] == salts).all(axis=1)
    right = ours & _chain(summed, 8 + page, order, sums, heads[:, 4:6])
    whole = number if right.all() else int(right.argmin())
    if whole < stored:
        return f"{stored} frames of its write-ahead log were stored, and only {whole} can be read"
    later = np.flatnonzero(ours[whole + 1 :] & (heads[whole + 1 :, 1] != 0))
    if len(later):
        return f"frame {whole + 1} of its write-ahead log is damaged, and later ones were stored"
    return ""


def _chain(summed: bytes, size: int, order: str, sums: tuple[int, int], written: NDArray[Any]) -> NDArray[Any]:
    """Whether the checksum of each frame follows from that of the frame before, as it is written there."""
    import numpy as np

    before = np.vstack([np.array([sums]), written[:-1]]).astype(np.uint32)
    steps = np.frombuffer(summed, f"{order}u4").astype(np.uint32).reshape(len(written), size // 8, 2)
    powers = _powers(size // 8)
    added = np.stack([steps[:, :, 0], steps[:, :, 0] + steps[:, :, 1]], axis=2)
    after = before @ powers[-1].T + np.einsum("kij,fkj->fi", powers[-2::-1], added)
    return np.asarray((after == written.astype(np.uint32)).all(axis=1))


def _powers(number: int) -> NDArray[Any]:
    """The powers 0 .. number of the step from a checksum to the next, modulo 2^32.

    With sums (s, t), the words a and b give (s + t + a, s + 2t + a + b).
    """
    import numpy as np

    powers = np.empty((number + 1, 2, 2), dtype=np.uint32)
    powers[0] = np.eye(2, dtype=np.uint32)
    step = np.array([[1, 1], [1, 2]], dtype=np.uint32)
    for place in range(number):
        powers[place + 1] = step @ powers[place]
    return powers


def _sums(content: bytes, order: str) -> list[tuple[int, int]]:
    """The checksum after each pair of words."""
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    sums = [(0, 0)]
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (sums[-1][0] + one + sums[-1][1]) & 0xFFFFFFFF
        sums.append((first, (sums[-1][1] + other + first) & 0xFFFFFFFF))
    return sums


def _count_stored(database: Path, salts: list[int]) -> int:
    """How many frames the wal-index says there are; 0 where there is none, or it is of another log."""
    try:
        content = database.with_name(database.name + "-shm").read_bytes()[: 2 * _INDEX_HEADER]
    except OSError:
        return 0
    head = content[:_INDEX_HEADER]
    if len(content) < 2 * _INDEX_HEADER or head != content[_INDEX_HEADER:]:
        return 0
    native = "<" if sys.byteorder == "little" else ">"
    if _sums(head[:40], native)[-1] != struct.unpack("=2I", head[40:]):
        return 0
    (frames,) = struct.unpack("=I", head[16:20])
    return int(frames) if list(struct.unpack(">2I", head[32:40])) == salts else 0
