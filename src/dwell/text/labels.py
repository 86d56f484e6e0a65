"""Names that users give to things of their own: watchlists and schedules."""

from __future__ import annotations

from dwell.errors import SettingsError

_MOST = 100


def check_label(name: str, what: str) -> str:
    """The name without spaces around it.

    Args:
        name: As the user wrote it.
        what: What it is for, for the message: `watchlist` or `schedule`.

    Raises:
        SettingsError: It is empty, longer than 100 characters, or has characters that cannot be seen.
    """
    label = name.strip()
    if not label or len(label) > _MOST or not label.isprintable():
        raise SettingsError(f"A {what} needs a name of 1 to {_MOST} characters that can be seen, such as rivals.")
    return label
