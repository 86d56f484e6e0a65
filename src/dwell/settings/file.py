"""The settings file: TOML that only its owner can read, because it contains keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dwell.errors import BadFileError, SettingsError
from dwell.special import open_file


def read_section(environment: Mapping[str, str], name: str, fields: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """Read section `[providers.<name>]`.

    The file is the one named by `DWELL_SETTINGS`, otherwise `dwell/settings.toml` in `$XDG_CONFIG_HOME` or `~/.config`.
    Dashes in a name may be written as underscores. Any provider name is allowed, because plug-ins add their own.

    Returns:
        The path of the file, and the section; empty if there is no file or no such section.

    Raises:
        SettingsError: The named file does not exist, other users can read it, it is malformed, or any of its sections
            has a key that is not in `fields`.
    """
    named = environment.get("DWELL_SETTINGS")
    path = _expand_home(named) if named else _default_path(environment)
    document = _read_document(path, required=bool(named))
    providers = document.pop("providers", {})
    if not isinstance(providers, dict):
        raise SettingsError(f"{path}: providers isn't a table: write a section [providers.{name}].")
    if document:
        raise SettingsError(
            f"Unknown setting {', '.join(sorted(document))} in {path}. Only sections such as [providers.{name}] are "
            f"allowed, with {', '.join(fields)}; everything else is set in the environment: DWELL_DATA, DWELL_MEMORY, "
            "DWELL_THREADS, DWELL_KEEP_DAYS."
        )
    for section_name, values in providers.items():
        _check_fields(path, section_name, values, fields)
    own: dict[str, Any] = providers.get(name) or providers.get(name.replace("-", "_")) or {}
    return path, own


def _check_fields(path: Path, name: str, values: Any, fields: Sequence[str]) -> None:
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: providers.{name} isn't a table: write a section [providers.{name}].")
    if unknown := sorted(values.keys() - set(fields)):
        raise SettingsError(
            f"Unknown setting {', '.join(unknown)} in [providers.{name}] of {path}; "
            f"the settings are {', '.join(fields)}."
        )


def _default_path(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CONFIG_HOME", "")
    folder = Path(home) if home and Path(home).is_absolute() else _expand_home("~/.config")
    return folder / "dwell" / "settings.toml"


def _expand_home(path: str) -> Path:
    """Replace `~` by the home folder; unchanged if the user has none, as in some containers."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _read_document(path: Path, *, required: bool) -> dict[str, Any]:
    import tomllib

    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(
                    f"Other users can read or change {path}, which may contain keys: run  chmod 600 {path}"
                )
            text = file.read().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise SettingsError(f"Settings file not found: {path}: correct DWELL_SETTINGS, or unset it.") from None
        return {}
    except BadFileError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): check who owns it.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{path} isn't UTF-8 text: save it again as UTF-8.") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Give the position, not the text, which may be a key. The error is not chained, because it contains the text.
        raise SettingsError(
            f'{path} isn\'t valid TOML{_error_position(error)}: write  key = "..."  with quotes.'
        ) from None


def _error_position(error: Exception) -> str:
    _, separator, position = str(error).rpartition("(")
    return f" ({position.rstrip(')')})" if separator and position.startswith(("at line", "at end")) else ""
