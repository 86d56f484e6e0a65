"""Time zones by their IANA name: the same on every machine."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dwell.errors import DwellError

_OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the zones: which zone they are, if any, depends on the machine."""
_OTHER_CLOCKS = ("posix/", "right/")
"""Folders with the same zones once more; one of them counts leap seconds."""


def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        DwellError: There is none.
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, or a name that is too long
        zone = None
    if zone is None or name in _OF_THE_MACHINE or name.startswith(_OTHER_CLOCKS):
        raise DwellError(f"{name[:40]!r} isn't a time zone; write one as Europe/Berlin.")
    return zone
