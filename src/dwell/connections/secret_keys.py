"""The keys that encrypt tokens: of `DWELL_SECRET_KEY`, and of a file in the data folder that only its owner can read.

The first key encrypts, all of them decrypt. The file is never part of a backup: whoever finds a backup has no tokens.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dwell.disk.errors import os_error
from dwell.disk.lock import exclusive
from dwell.disk.replace import replacing
from dwell.errors import BadFileError, SettingsError
from dwell.settings.secret import Secret
from dwell.special import open_file

VARIABLE = "DWELL_SECRET_KEY"
FILE = "secret.key"
LOCK = "secret.lock"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """Keys of one data folder.

    Attributes:
        keys: The keys; the first one encrypts.
        from_environment: Whether the first is of `DWELL_SECRET_KEY`.
    """

    keys: tuple[Secret, ...] = field(repr=False)
    from_environment: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The fingerprint of each key."""
        return tuple(key.fingerprint() for key in self.keys)


def read_keys(folder: Path, environment: Mapping[str, str] | None = None) -> SecretKeys:
    """The keys of a data folder; none if there are none.

    Args:
        folder: The data folder.
        environment: The environment; that of this process if None.

    Raises:
        SettingsError: A key is malformed, or other users can read the file.
    """
    text = (os.environ if environment is None else environment).get(VARIABLE, "")
    named = parse_keys(text, VARIABLE)
    stored = _read_file(folder / FILE)
    keys = dict.fromkeys((*named, *stored))
    return SecretKeys(tuple(Secret(key) for key in keys), from_environment=bool(named))


def ensure_keys(folder: Path) -> SecretKeys:
    """The keys of a data folder; makes the file with a new key where there are none.

    Raises:
        SettingsError: As `read_keys`.
        StorageError: The file cannot be written.
    """
    keys = read_keys(folder)
    if keys.keys:
        return keys
    with exclusive(folder / LOCK):
        if not _read_file(folder / FILE):  # another process may have been faster
            _write_file(folder / FILE, [_new_key()])
    return read_keys(folder)


def add_key(folder: Path) -> SecretKeys:
    """Puts a new key before those of the file, which stay: rows and backups may still need them.

    Raises:
        SettingsError: As `read_keys`.
        StorageError: The file cannot be written.
    """
    with exclusive(folder / LOCK):
        _write_file(folder / FILE, [_new_key(), *_read_file(folder / FILE)])
    return read_keys(folder)


def _new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def parse_keys(text: str, where: str) -> list[str]:
    """Keys between commas, blanks or line breaks; SettingsError, which shows none, where `where` has others."""
    keys = [part for part in re.split(r"[\s,]+", text) if part]
    if not all(_is_key(key) for key in keys):
        raise SettingsError(
            f"{where} isn't a list of keys: each is 32 random bytes in URL-safe base64; make one with: "
            "openssl rand -base64 32 | tr +/ -_"
        )
    return keys


def _is_key(text: str) -> bool:
    try:
        return text.isascii() and len(base64.b64decode(text, altchars=b"-_", validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _read_file(path: Path) -> list[str]:
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(f"Other users can read or change {path}, which has a key: run  chmod 600 {path}")
            text = file.read(1 << 16).decode("ascii", "replace")
    except FileNotFoundError:
        return []
    except BadFileError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): check who owns it.") from error
    return parse_keys(text, str(path))


def _write_file(path: Path, keys: Sequence[str]) -> None:
    try:
        with replacing(path, mode=0o600) as partial:
            # Made with its permissions: at no moment can others read it.
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write("".join(f"{key}\n" for key in keys))
    except OSError as error:
        raise os_error(path, error) from error
