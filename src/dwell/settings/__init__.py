"""What a user can set: an option beats the environment, which beats the settings file, which beats the default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.errors import SettingsError

if TYPE_CHECKING:
    from dwell.settings.provider import ProviderSettings

DEFAULT_DATA = Path("dwell-data")
_MEMORY = r"(?=[0.]*[1-9])(?:[0-9]{1,9}(?:\.[0-9]{1,3})? ?[KM]|[0-9]{1,6}(?:\.[0-9]{1,3})? ?[GT])i?B"
_ALIASES: Mapping[str, str] = {"DWELL_TIKLIVEAPI_KEY": "TIKLIVEAPI_KEY"}
"""Further names of a key in the environment, because programs in the field use them; ours comes first."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data lives and how much of the machine a query may use.

    Attributes:
        data: The data folder (`--data`, `DWELL_DATA`).
        memory: DuckDB's memory limit (`DWELL_MEMORY`), e.g. `300MB`; it spills to disk above it.
        threads: Threads of one query (`DWELL_THREADS`); all cores when not set.
        keep_days: Days for which providers' responses are kept as they came (`DWELL_KEEP_DAYS`).
        database: `postgresql://...` of the state, shared by several machines (`DWELL_DATABASE`); `live.db` in the data
            folder when not set.
    """

    data: Path = DEFAULT_DATA
    memory: str | None = None
    threads: int | None = None
    keep_days: int = 30
    database: str | None = field(default=None, repr=False)  # it may hold a password

    @classmethod
    def read(cls, data: str | os.PathLike[str] | None = None) -> Settings:
        """The settings of this process; `data` is what the user named on the command line or in `dwell.open`.

        Raises:
            SettingsError: A value is malformed.
        """
        environment = os.environ
        threads = environment.get("DWELL_THREADS")
        if threads and not re.fullmatch(r"[1-9][0-9]{0,3}", threads):
            raise SettingsError(f"DWELL_THREADS is {threads!r}: give a number of threads, such as 4.")
        return cls(
            data=Path(data or environment.get("DWELL_DATA") or DEFAULT_DATA),
            memory=_memory(environment.get("DWELL_MEMORY", "").strip()),
            threads=int(threads) if threads else None,
            keep_days=_days(environment.get("DWELL_KEEP_DAYS") or "30"),
            database=environment.get("DWELL_DATABASE") or None,
        )

    def provider(self, name: str) -> ProviderSettings:
        """What is set for one provider, read now: `DWELL_<NAME>_KEY` (or `_TOKEN`), `_URL`, `_LIMIT`, `_CREDIT_PRICE`.

        What the environment leaves out is taken from section `[providers.<name>]` of the settings file.

        Raises:
            SettingsError: A value is malformed, the file holds what is unknown, or others can read it.
        """
        from dwell.settings.file import section
        from dwell.settings.provider import FIELDS, checked

        path, found = section(os.environ, name, FIELDS)
        said: dict[str, tuple[Any, str]] = {
            field: (value, f"{field} in [providers.{name}] of {path}") for field, value in found.items()
        }
        spoken = _in_environment(os.environ, name, FIELDS)
        if "key" in spoken or "token" in spoken:
            said.pop("key", None)
        return checked({**said, **spoken})


def _memory(text: str) -> str | None:
    if text and not re.fullmatch(_MEMORY, text, re.IGNORECASE):
        raise SettingsError(f"DWELL_MEMORY is {text!r}: give a size, such as 300MB, 2GB or 1.5GiB.")
    return text or None


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise SettingsError(f"DWELL_KEEP_DAYS is {text!r}: give a number of days, such as 30.")
    return int(text)


def _in_environment(environment: Mapping[str, str], name: str, fields: tuple[str, ...]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    for each_field in fields:
        variable = f"DWELL_{name.upper().replace('-', '_')}_{each_field.upper()}"
        for each in (variable, _ALIASES.get(variable)):
            if each and environment.get(each, "").strip():
                found[each_field] = (environment[each], each)
                break
    return found
