"""Ids of dwell's own objects: tracked videos, jobs, accounts, keys and webhooks."""

from __future__ import annotations

import re

from dwell.errors import DwellError

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def check_resource_id(text: str, error: DwellError) -> str:
    """An id that could be one: it needs no escaping in a path, and every database can look for it.

    Args:
        text: What was given.
        error: Raised where nothing can have such an id.
    """
    if _ID.fullmatch(text) is None:
        raise error
    return text
