"""Stored models and verdicts that name a person: a fit on their posts, alone or with others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dwell.models import default_model
from dwell.models.file_names import MODEL, VERDICT
from dwell.text.mentions import Mentions


def list_named(folder: Path, mentions: Mentions, platform: str | None) -> Iterator[Path]:
    """The files that name the person, damaged ones included, and the choice of one of them as the default.

    Args:
        folder: The folder of models.
        mentions: How texts name them.
        platform: Only models of this platform, or of one that is not known; of all where None.
    """
    chosen = default_model.read(folder)
    for path in sorted(folder.glob("*")):
        if not path.is_file() or path.suffix not in {MODEL, VERDICT}:
            continue
        body = path.read_bytes()
        handles, of_platform = _read(body)
        if handles is None:  # it cannot be read as a model, so every word in it counts
            is_named = mentions.in_files().occur_in(path.name) or mentions.of_words().occur_in_body(body)
        else:
            is_named = any(mentions.occur_in(handle) for handle in handles)
        if is_named and (platform is None or of_platform in {None, platform}):
            if path.suffix == MODEL and path.name.removesuffix(MODEL) == chosen:
                yield folder / default_model.NAME
                chosen = None
            yield path
    if chosen is not None and mentions.in_files().occur_in(chosen) and not (folder / f"{chosen}{MODEL}").exists():
        yield folder / default_model.NAME


def _read(body: bytes) -> tuple[list[str] | None, str | None]:
    """The accounts of a model or a verdict, None where it is damaged, and its platform where it is known."""
    try:
        content = json.loads(body)
        if "report" in content:
            return [*map(str, content["report"]["creators"])], content["report"].get("platform")
        training = content["model"]["training"]
        return [*map(str, training["handles"])], training.get("platform")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None
