"""The live providers, by name: dwell's own, then those that installed packages offer.

A package offers one by an entry point in the group `dwell.providers`: the provider's name, and where its class or an
instance of it is. It is looked up when no provider of dwell's answers the question, and loaded when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from dwell.errors import SettingsError
from dwell.providers.base import Provider
from dwell.providers.display_api.client import DisplayAPI
from dwell.providers.parser import Parser
from dwell.providers.research_api.client import ResearchAPI
from dwell.providers.scavio.client import Scavio
from dwell.providers.tikliveapi.client import TikLiveAPI

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "dwell.providers"

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (TikLiveAPI(), Scavio(), DisplayAPI(), ResearchAPI())
}
"""Dwell's own, in the order in which they are tried when the user names none. They hold no state, key or connection."""

_METHODS = [name for name in vars(Provider) if not name.startswith("_")]
_PARSER_METHODS = [name for name in vars(Parser) if not name.startswith("_")]


def provider_names() -> Iterator[str]:
    """Whom the user can name: dwell's own, then others in alphabetical order; these are looked up, not loaded."""
    yield from PROVIDERS
    yield from (name for name, offers in _entry_points().items() if not _name_problem(name, offers))


@cache
def get_provider(name: str) -> Provider:
    """The provider of that name; dwell's own is never replaced by another.

    Raises:
        SettingsError: There is none, or the one that a package offers cannot be used; the message names the package.
    """
    if name in PROVIDERS:
        return PROVIDERS[name]
    offers = _entry_points().get(name)
    if offers is None:
        left_out = "".join(
            f"; {each!r} of package {_package_names(given)} is left out: {why}"
            for each, given in _entry_points().items()
            if (why := _name_problem(each, given))
        )
        raise SettingsError(
            f"There is no provider {name!r}: choose from {', '.join(provider_names())}, or install the package that "
            f"offers it{left_out}."
        )
    if why := _name_problem(name, offers):
        raise SettingsError(f"The provider {name!r} of package {_package_names(offers)} cannot be used: {why}.")
    return _load(offers[0])


def package_version(name: str) -> str:
    """Package and version that a provider comes from; empty for dwell's own."""
    dist = None if name in PROVIDERS else _entry_points()[name][0].dist
    return f"{dist.name} {dist.version}" if dist else ""


def parser_version(name: str) -> str:
    """Which parser reads a provider's responses: its number, and the package that it comes from if that is not dwell.

    Raises:
        SettingsError: There is no such provider.
    """
    return f"{get_provider(name).parser_version} {package_version(name)}".rstrip()


@cache
def _entry_points() -> Mapping[str, Sequence[EntryPoint]]:
    """What installed packages offer, by name; read once, since it takes some 20 ms."""
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.name, _package_names([entry]))):
        found.setdefault(entry.name, []).append(entry)
    return found


def _package_names(offers: Sequence[EntryPoint]) -> str:
    return " and ".join(str(entry.dist.name) if entry.dist else entry.value for entry in offers)


def _name_problem(name: str, offers: Sequence[EntryPoint]) -> str:
    """Why nobody can be called so, and the cure; empty where the name is fine."""
    if name in PROVIDERS:
        return "dwell has a provider of that name, so its entry point must be renamed"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):  # it becomes part of DWELL_<NAME>_KEY
        return "a name has lower-case letters, digits and dashes only, so its entry point must be renamed"
    if name.endswith("-sandbox"):
        return "-sandbox marks simulated rows, so its entry point must be renamed"
    return "only one package can offer it, so the others must be uninstalled" if len(offers) > 1 else ""


def _load(entry: EntryPoint) -> Provider:
    who = f"The provider {entry.name!r} of package {_package_names([entry])} ({entry.value})"
    try:
        made: Any = entry.load()
        found: Any = made() if isinstance(made, type) else made
        lacks = [name for name in Provider.__annotations__ if not hasattr(found, name)]
        lacks += [f"{name}()" for name in _METHODS if not callable(getattr(found, name, None))]
        parser = getattr(found, "parser", None)
        lacks += [
            f"parser.{name}()" for name in _PARSER_METHODS if parser and not callable(getattr(parser, name, None))
        ]
    except Exception as error:  # what the code of others raises can be anything
        raise SettingsError(f"{who} cannot be loaded, {error!r}: update, repair or uninstall that package.") from error
    if lacks:
        raise SettingsError(
            f"{who} lacks {', '.join(lacks)}: update that package; its author finds the rest with "
            "dwell.testing.check_provider."
        )
    if found.name != entry.name:
        raise SettingsError(f"{who} calls itself {found.name!r}: its author must give both the same name.")
    provider: Provider = found
    return provider
