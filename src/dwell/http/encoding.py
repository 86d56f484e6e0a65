"""The content encodings that dwell accepts: gzip and deflate, unpacked chunk by chunk within a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"
_STEP_BYTES = 1 << 20
_AUTOMATIC = zlib.MAX_WBITS | 32  # a gzip or zlib header
_RAW = -zlib.MAX_WBITS


class EncodingError(Exception):
    """A body that isn't in the encoding that its header names."""


def decode(chunks: Iterable[bytes], encodings: str) -> Iterator[bytes]:
    """Undo the encodings of a body, the last one first; never more than 1 MB at once.

    Args:
        chunks: The body as it comes.
        encodings: The header `Content-Encoding`.

    Raises:
        EncodingError: The body is damaged, or the encoding isn't one that dwell accepts.
    """
    for encoding in reversed([one.strip().lower() for one in encodings.split(",")]):
        if encoding in {"gzip", "x-gzip", "deflate"}:
            chunks = _inflate(chunks, raw_allowed=encoding == "deflate")
        elif encoding not in {"", "identity"}:
            raise EncodingError(encoding)
    return iter(chunks)


def _inflate(chunks: Iterable[bytes], *, raw_allowed: bool) -> Iterator[bytes]:
    unpacker, started = zlib.decompressobj(_AUTOMATIC), False
    for chunk in chunks:
        data = chunk
        while data:
            try:
                unpacked = unpacker.decompress(data, _STEP_BYTES)
            except zlib.error as error:
                if started or not raw_allowed:
                    raise EncodingError("damaged") from error
                unpacker, started = zlib.decompressobj(_RAW), True  # some servers leave out the header of zlib
                continue
            started = True
            yield unpacked
            data = unpacker.unconsumed_tail
            if unpacker.eof:
                data, unpacker, started = unpacker.unused_data, zlib.decompressobj(_AUTOMATIC), False
    if started and not unpacker.eof:
        raise EncodingError("cut off")
