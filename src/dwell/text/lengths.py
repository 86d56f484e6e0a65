"""Duration buckets in words: `<=20` of a table is `10–20 s` for people."""

from __future__ import annotations

import re

_LOWER = {20: 10, 35: 20, 60: 35}


def bucket_label(bucket: str) -> str:
    """One duration bucket in words; `<=20` is the proxy scheme's `10–20 s`."""
    if bucket == "photo":
        return "photo posts"
    ends = re.findall(r"\d+(?:\.\d+)?", bucket)
    if len(ends) == 2:
        return f"up to {ends[1]} s" if float(ends[0]) == 0 else f"{ends[0]}–{ends[1]} s"
    if len(ends) != 1:
        return bucket
    if bucket.strip().startswith(">"):
        return f"over {ends[0]} s"
    lower = _LOWER.get(int(float(ends[0])))
    return f"{lower}–{ends[0]} s" if lower else f"up to {ends[0]} s"
