"""What is wrong with the environment variables: each is read on its own, as the commands that use it read it."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping

from dwell.connections.secret_keys import parse_keys
from dwell.errors import DwellError, SettingsError
from dwell.http.request_url import parse_address
from dwell.providers.provider_registry import get_provider, provider_names
from dwell.settings import Settings
from dwell.settings.limits import LIMITS
from dwell.settings.tracking import read_tracking_settings
from dwell.settings.variables import BASIC, PREFIX, TRACKING, known_variables, unknown_variables
from dwell.settings.webhooks import read_allowed
from dwell.text.nearest import did_you_mean

_Environment = Mapping[str, str]


def find_wrong_settings(environment: _Environment) -> dict[str, str]:
    """The variables that cannot be used, with what is wrong and the cure; a key is never shown."""
    wrong: dict[str, str] = {}
    for variable, read in _readers().items():
        if environment.get(variable, "").strip():
            try:
                read({variable: environment[variable]})
            except DwellError as error:
                wrong[variable] = str(error)
    known = list(known_variables(provider_names()))
    bare = [name.removeprefix(PREFIX) for name in known]
    for variable in unknown_variables(environment, known):
        near = did_you_mean(variable[len(PREFIX) :], bare, sign=PREFIX)
        wrong[variable] = f"dwell has no setting {variable}.{near or ' Unset it.'}"
    return wrong


def _readers() -> dict[str, Callable[[_Environment], object]]:
    """Variable -> what reads it; providers' variables are read with their keys."""
    readers: dict[str, Callable[[_Environment], object]] = {limit.variable: limit.value for limit in LIMITS}
    readers |= dict.fromkeys(BASIC, lambda environment: Settings.read(environment=environment))
    readers |= dict.fromkeys(TRACKING, read_tracking_settings)
    readers |= {
        "DWELL_CHROMIUM": _find_program("DWELL_CHROMIUM"),
        "DWELL_DATABASE": _read_database,
        "DWELL_PAGER": _find_program("DWELL_PAGER"),
        "DWELL_SECRET_KEY": lambda environment: parse_keys(environment["DWELL_SECRET_KEY"], "DWELL_SECRET_KEY"),
        "DWELL_SERVER": lambda environment: parse_address(environment["DWELL_SERVER"], "DWELL_SERVER"),
        "DWELL_TRACK_PROVIDER": lambda environment: get_provider(environment["DWELL_TRACK_PROVIDER"].strip()),
        "DWELL_WEBHOOK_ALLOW": read_allowed,
    }
    return readers


def _read_database(environment: _Environment) -> object:
    from dwell.state.database import parse_url  # with SQLAlchemy

    return parse_url(environment["DWELL_DATABASE"])


def _find_program(variable: str) -> Callable[[_Environment], object]:
    def find(environment: _Environment) -> str:
        text = environment[variable].strip()
        try:
            words = [text] if variable == "DWELL_CHROMIUM" else shlex.split(text)
        except ValueError:
            raise SettingsError(f"{variable} has a quote without its end: close it.") from None
        if not words or not (path := shutil.which(words[0])):
            raise SettingsError(f"{variable} names no program that can be run: correct its path, or unset it.")
        return path

    return find
