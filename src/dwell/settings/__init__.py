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
    from dwell.settings.tracking import TrackingSettings

DEFAULT_DATA = Path("dwell-data")
_MEMORY_SIZE = r"(?=[0.]*[1-9])(?:[0-9]{1,9}(?:\.[0-9]{1,3})? ?[KM]|[0-9]{1,6}(?:\.[0-9]{1,3})? ?[GT])i?B"
DUCKDB = "duckdb"
_SPARK_ADDRESS = r"sc://(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?(?:/(?:;[^\s]*)?)?"
_ALIASES: Mapping[str, str] = {"DWELL_TIKLIVEAPI_KEY": "TIKLIVEAPI_KEY"}
"""Other environment variables for a key, which other tools use; ours takes precedence."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data lives and how much of the machine a query may use.

    Attributes:
        data: The data folder (`--data`, `DWELL_DATA`).
        memory: DuckDB's memory limit (`DWELL_MEMORY`), e.g. `300MB`; it spills to disk above it.
        threads: Threads of one query (`DWELL_THREADS`), at most one a core; all cores if not set.
        keep_days: Days for which raw responses of providers are kept (`DWELL_KEEP_DAYS`).
        engine: What answers questions (`--engine`, `DWELL_ENGINE`): `duckdb` in this process, or the address of a Spark
            Connect server, `sc://host:port`.
        database: `postgresql://...` of the state, shared by several machines (`DWELL_DATABASE`); `live.db` in the data
            folder if not set.
    """

    data: Path = DEFAULT_DATA
    memory: str | None = None
    threads: int | None = None
    keep_days: int = 30
    engine: str = field(default=DUCKDB, repr=False)  # an address may contain a token
    database: str | None = field(default=None, repr=False)  # it may contain a password

    @classmethod
    def read(
        cls,
        data: str | os.PathLike[str] | None = None,
        engine: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Settings:
        """Read the settings of this process.

        Args:
            data: The folder given on the command line or to `dwell.open`.
            engine: The engine given there.
            environment: The environment; that of this process if None.

        Raises:
            SettingsError: A value is malformed.
        """
        environment = os.environ if environment is None else environment
        threads = environment.get("DWELL_THREADS")
        return cls(
            data=Path(data or environment.get("DWELL_DATA") or DEFAULT_DATA),
            memory=_parse_memory(environment.get("DWELL_MEMORY", "").strip()),
            threads=_parse_threads(threads) if threads else None,
            keep_days=_parse_keep_days(environment.get("DWELL_KEEP_DAYS") or "30"),
            engine=_parse_engine(engine or environment.get("DWELL_ENGINE", "")),
            database=environment.get("DWELL_DATABASE") or None,
        )

    def provider(self, name: str) -> ProviderSettings:
        """Read the settings of one provider: `DWELL_<NAME>_KEY` (or `_TOKEN`), `_URL`, `_LIMIT`, `_CREDIT_PRICE`.

        Settings missing from the environment come from section `[providers.<name>]` of the settings file.

        Raises:
            SettingsError: A value is malformed, the file has an unknown key, or other users can read it.
        """
        from dwell.settings.file import read_section
        from dwell.settings.provider import FIELDS, parse_settings

        path, section = read_section(os.environ, name, FIELDS)
        from_file: dict[str, tuple[Any, str]] = {
            option: (value, f"{option} in [providers.{name}] of {path}") for option, value in section.items()
        }
        from_environment = _read_environment(os.environ, name, FIELDS)
        if "key" in from_environment or "token" in from_environment:
            from_file.pop("key", None)
        return parse_settings({**from_file, **from_environment})

    @staticmethod
    def tracking() -> TrackingSettings:
        """Read the settings of the tracking service: `DWELL_TRACK_*`, `DWELL_BILLING`, `DWELL_PLAN_*`.

        Raises:
            SettingsError: A value is malformed.
        """
        from dwell.settings.tracking import read_tracking_settings

        return read_tracking_settings(os.environ)


def _parse_memory(text: str) -> str | None:
    if text and not re.fullmatch(_MEMORY_SIZE, text, re.IGNORECASE):
        raise SettingsError(f"DWELL_MEMORY is {text!r}: give a size, such as 300MB, 2GB or 1.5GiB.")
    return text or None


def _parse_threads(text: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise SettingsError(f"DWELL_THREADS is {text[:40]!r}: give a number of threads, such as 4.")
    from dwell.settings.cores import limit_threads

    return limit_threads(int(text))


def _parse_engine(text: str) -> str:
    text = text.strip()
    if text and text != DUCKDB and not re.fullmatch(_SPARK_ADDRESS, text):
        # What is longer or looks otherwise may contain a token.
        shown = f"is {text!r}" if re.fullmatch(r"(\w{1,8}://)?[\w.:-]{1,60}/?", text) else "cannot be read"
        raise SettingsError(
            f"The engine {shown}: give duckdb, or the address of a Spark Connect server, such as "
            "sc://127.0.0.1:15002 (--engine or DWELL_ENGINE)."
        )
    return text or DUCKDB


def _parse_keep_days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise SettingsError(f"DWELL_KEEP_DAYS is {text!r}: give a number of days, such as 30.")
    return int(text)


def _read_environment(environment: Mapping[str, str], name: str, fields: tuple[str, ...]) -> dict[str, tuple[Any, str]]:
    from dwell.settings.variables import provider_variable

    values: dict[str, tuple[Any, str]] = {}
    for option in fields:
        variable = provider_variable(name, option)
        for alias in (variable, _ALIASES.get(variable)):
            if alias and environment.get(alias, "").strip():
                values[option] = (environment[alias], alias)
                break
    return values
