"""The tokens of a data folder: encrypted before they are stored, decrypted only to be sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.connections.secret_keys import FILE, VARIABLE, SecretKeys, add_key, ensure_keys, read_keys
from dwell.errors import KeyRefusedError, SettingsError
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND
from dwell.providers.tiktok_organic.oauth import TokenAnswer
from dwell.redact import register_tokens
from dwell.state import connections
from dwell.state.connections import EncryptedTokens, StoredConnection

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from dwell.state import StateDatabase


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of a connection, in plain text."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came.

    Attributes:
        status: HTTP status.
        body: The bytes.
    """

    status: int
    body: bytes = field(repr=False)


class TokenVault:
    """Encrypts and decrypts the tokens of a data folder.

    Keys are read each time: they are needed once a day, and another process may have changed them.

    Args:
        folder: The data folder, where `secret.key` is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key_ids(self) -> frozenset[str]:
        """The fingerprints of the keys that there are.

        Raises:
            SettingsError: A key is malformed, or other users can read the file.
        """
        return frozenset(read_keys(self.folder).ids)

    def can_read(self, row: StoredConnection) -> bool:
        """Whether there is the key that a connection's tokens were encrypted with; true without tokens."""
        return row.key_id is None or row.key_id in self.key_ids()

    def encrypt(self, answer: TokenAnswer, asked_at: datetime) -> EncryptedTokens:
        """Tokens as they are stored; makes a key where there is none.

        Args:
            answer: The tokens.
            asked_at: When they were asked for: their lives are counted from then.
        """
        register_tokens([answer.access_token, answer.refresh_token])
        keys = ensure_keys(self.folder)
        fernet = _fernet(keys)
        return EncryptedTokens(
            key_id=keys.ids[0],
            access_token=fernet.encrypt(answer.access_token.encode()),
            refresh_token=fernet.encrypt(answer.refresh_token.encode()),
            access_expires_at=asked_at + timedelta(seconds=answer.access_life_s),
            access_life_s=answer.access_life_s,
            refresh_expires_at=asked_at + timedelta(seconds=answer.refresh_life_s),
            scopes=answer.scopes,
        )

    def decrypt(self, row: StoredConnection) -> TokenPair:
        """The tokens of a connection.

        Raises:
            KeyRefusedError: It was disconnected.
            SettingsError: The key is missing; the message says what to do.
        """
        if row.access_token is None or row.refresh_token is None:
            raise KeyRefusedError(f"{row.name} is not connected any more: run {CONNECT_COMMAND}.")
        fernet = self._opener(row)
        pair = TokenPair(_decrypt(fernet, row.access_token, row), _decrypt(fernet, row.refresh_token, row))
        register_tokens([pair.access_token, pair.refresh_token])
        return pair

    def encrypt_answer(self, answer: RawAnswer) -> bytes:
        """An answer as it is stored before it is read: it has tokens."""
        head = json.dumps({"status": answer.status}).encode()
        return _fernet(ensure_keys(self.folder)).encrypt(head + b"\n" + answer.body)

    def decrypt_answer(self, row: StoredConnection) -> RawAnswer | None:
        """The stored answer of a connection; None without one.

        Raises:
            SettingsError: The key is missing.
        """
        if row.response is None:
            return None
        head, _, body = _decrypt(self._opener(row), row.response, row).encode("latin-1").partition(b"\n")
        return RawAnswer(int(json.loads(head)["status"]), body)

    def rotate(self, database: StateDatabase, on_row: Callable[[str], None] = lambda _: None) -> int:
        """Encrypts all tokens again with the first key of `DWELL_SECRET_KEY`, or with a new one in the file.

        Killed at any moment, every token can be read: older keys stay, and each row changes in one transaction.

        Args:
            database: The state.
            on_row: Is told the id of each connection that was done.

        Returns:
            How many connections have tokens that the first key encrypts now.

        Raises:
            SettingsError: The key of a connection is missing; nothing was changed.
        """
        keys = read_keys(self.folder)
        rows = [row for row in connections.list_all(database) if row.access_token is not None]
        for row in rows:
            self._opener(row)
        if not keys.from_environment:
            keys = add_key(self.folder)
        for row in rows:
            self._encrypt_again(database, keys, row.connection_id)
            on_row(row.connection_id)
        return len(rows)

    def _encrypt_again(self, database: StateDatabase, keys: SecretKeys, connection_id: str) -> None:
        fernet = _fernet(keys)
        while (row := connections.find(database, connection_id)) is not None:
            if row.access_token is None or row.refresh_token is None:
                return
            parts = [_rotate(fernet, part, row) for part in (row.access_token, row.refresh_token)]
            answer = None if row.response is None else _rotate(fernet, row.response, row)
            if connections.encrypt_again(database, row, keys.ids[0], parts[0], parts[1], answer):
                return  # otherwise a refresh was faster: its tokens are next

    def _opener(self, row: StoredConnection) -> MultiFernet:
        keys = read_keys(self.folder)
        if row.key_id not in keys.ids:
            raise missing_key_error(self.folder, row)
        return _fernet(keys)


def missing_key_error(folder: Path, row: StoredConnection) -> SettingsError:
    """The error for tokens that no key opens."""
    return SettingsError(
        f"The tokens of {row.name} were encrypted with the key {row.key_id}, which is neither in {VARIABLE} nor in "
        f"{folder / FILE} (a backup has no keys): set {VARIABLE} to that key, put the file back, or connect again with "
        f"{CONNECT_COMMAND}."
    )


def _fernet(keys: SecretKeys) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key.reveal()) for key in keys.keys])


def _decrypt(fernet: MultiFernet, secret: bytes, row: StoredConnection) -> str:
    from cryptography.fernet import InvalidToken

    try:
        return fernet.decrypt(secret).decode("latin-1")
    except InvalidToken:
        raise _damaged(row) from None


def _rotate(fernet: MultiFernet, secret: bytes, row: StoredConnection) -> bytes:
    from cryptography.fernet import InvalidToken

    try:
        return fernet.rotate(secret)
    except InvalidToken:
        raise _damaged(row) from None


def _damaged(row: StoredConnection) -> SettingsError:
    return SettingsError(f"The stored tokens of {row.name} are damaged: connect again with {CONNECT_COMMAND}.")
