"""Which parser read an answer: a version that changes whenever the code that reads a provider's objects does."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from dwell.providers import captions, values
from dwell.providers.live import provider_named, release
from dwell.providers.parser import Parser


@cache
def parser_version(provider: str) -> str:
    """Made of the files in which the parser's functions stand, and of the release of a package that is not dwell.

    Raises:
        SettingsError: There is no such provider.
    """
    code = hashlib.sha256()
    for module in (*_modules(provider_named(provider).parser), captions, values):
        file = Path(getattr(module, "__file__", None) or "")
        if file.is_file():  # what is built in, or read out of an archive, has none
            code.update(file.read_bytes())
    code.update(release(provider).encode())
    return code.hexdigest()[:12]


def _modules(parser: Parser) -> list[ModuleType]:
    """Where the functions stand, whether the parser is a module, a class or an object; each module once, in order."""
    readers = (parser.entity, parser.post, parser.user, parser.comment, parser.topic)
    written = (sys.modules.get(getattr(each, "__module__", "")) for each in (*readers, type(parser)))
    places = (parser if isinstance(parser, ModuleType) else None, *written)
    return list(dict.fromkeys(place for place in places if place is not None))
