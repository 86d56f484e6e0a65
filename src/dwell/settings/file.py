"""The settings file: TOML that only its owner can read, because it holds keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dwell.errors import SettingsError


def section(environment: Mapping[str, str], name: str, fields: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """Section `[providers.<name>]`, and the file's path; empty where there is no file or no such section.

    The file is that which `DWELL_SETTINGS` names, else `dwell/settings.toml` in `$XDG_CONFIG_HOME` or `~/.config`.
    Dashes in a name may be written as underscores. A provider's name may be any, for plug-ins bring their own.

    Raises:
        SettingsError: The named file is not there, others can read it, it is malformed, or something in it (in
            whichever section) is none of the `fields`.
    """
    named = environment.get("DWELL_SETTINGS")
    path = _expanded(named) if named else _usual(environment)
    document = _document(path, must_be_there=bool(named))
    providers = document.pop("providers", {})
    if not isinstance(providers, dict):
        raise SettingsError(f"{path}: providers is no table: write a section [providers.{name}].")
    if document:
        raise SettingsError(
            f"{path} has {', '.join(sorted(document))}, which is unknown; what it can hold is sections such as "
            f"[providers.{name}] with {', '.join(fields)} (all else is set in the environment: DWELL_DATA, "
            "DWELL_MEMORY, DWELL_THREADS, DWELL_KEEP_DAYS)."
        )
    for each, found in providers.items():
        _check(path, each, found, fields)
    mine: dict[str, Any] = providers.get(name) or providers.get(name.replace("-", "_")) or {}
    return path, mine


def _check(path: Path, name: str, found: Any, fields: Sequence[str]) -> None:
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: providers.{name} is no table: write a section [providers.{name}].")
    if unknown := sorted(found.keys() - set(fields)):
        raise SettingsError(
            f"{path}: [providers.{name}] has {', '.join(unknown)}, which is unknown; "
            f"what can be set is {', '.join(fields)}."
        )


def _usual(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CONFIG_HOME", "")
    folder = Path(home) if home and Path(home).is_absolute() else _expanded("~/.config")
    return folder / "dwell" / "settings.toml"


def _expanded(path: str) -> Path:
    """With the home folder in place of `~`; as it is where the user has none, as in some containers."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _document(path: Path, *, must_be_there: bool) -> dict[str, Any]:
    import tomllib

    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(f"Others than you can use {path}, which may hold keys: run  chmod 600 {path}")
            text = file.read().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        if must_be_there:
            raise SettingsError(f"There is no settings file {path}: correct DWELL_SETTINGS, or unset it.") from None
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): check who owns it.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text: save it again as such.") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Where it is wrong, not what stands there: that may be a key. Nor is the error chained, for it holds the text.
        raise SettingsError(f'{path} is no TOML{_place(error)}: write  key = "..."  with quotes.') from None


def _place(error: Exception) -> str:
    _, found, where = str(error).rpartition("(")
    return f" ({where.rstrip(')')})" if found and where.startswith(("at line", "at end")) else ""
