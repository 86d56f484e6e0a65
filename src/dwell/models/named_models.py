"""Stored models and verdicts that name a person: a fit on their posts, alone or with others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dwell.models.abstention import SUFFIX as ABSTAINED
from dwell.models.artifact import SUFFIX
from dwell.text.mentions import Mentions


def list_named(folder: Path, mentions: Mentions, platform: str | None) -> Iterator[Path]:
    """The files that name the person, damaged ones included.

    Args:
        folder: The folder of models.
        mentions: How texts name them.
        platform: Only models of this platform, or of one that is not known; of all where None.
    """
    for path in sorted(folder.glob("*")):
        if not path.is_file() or path.suffix not in {SUFFIX, ABSTAINED}:
            continue
        body = path.read_bytes()
        is_named = mentions.in_files().occur_in(path.name) or mentions.occur_in_body(body)
        if is_named and (platform is None or _platform(body) in {None, platform}):
            yield path


def _platform(body: bytes) -> str | None:
    try:
        content = json.loads(body)
        found: str | None = content["model"]["training"].get("platform")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found
