"""What a damaged journal alone has: the imports that no seal had moved to the lake."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dwell.text.plurals import pluralize
from dwell.warehouse import journal, rebuild
from dwell.warehouse.batches import PROVIDER_FORMATS

_NAMED = 10


def describe_loss(root: Path) -> str:
    """The files to import again after a rebuild from the lake, as the end of a sentence; empty where it cannot be read.

    Responses of providers are not among them: they are loaded again.
    """
    provider_formats = ", ".join("?" * len(PROVIDER_FORMATS))
    sql = f"SELECT path FROM ingest_batches WHERE seq > ? AND format NOT IN ({provider_formats}) ORDER BY seq"
    try:
        with closing(sqlite3.connect(f"{(root / journal.NAME).absolute().as_uri()}?mode=ro", uri=True)) as log:
            found = log.execute(sql, (rebuild.sealed_seq(root), *PROVIDER_FORMATS)).fetchall()
    except (sqlite3.Error, UnicodeError):  # of a damaged database anything may be unreadable
        return ""
    files = list(dict.fromkeys(str(path) for (path,) in found))
    if not files:
        return ""
    others = f" and {pluralize(len(files) - _NAMED, 'other')}" if len(files) > _NAMED else ""
    return f". The lake does not have {pluralize(len(found), 'import')}: {', '.join(files[:_NAMED])}{others}"
