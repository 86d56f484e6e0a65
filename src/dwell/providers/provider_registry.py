"""The list of live providers, by name: dwell's own, then those of installed packages.

A package registers a provider with an entry point in the group `dwell.providers`: its name, and where its class or an
instance is. Entry points are read only when none of dwell's own providers matches; a provider is loaded when used.
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
from dwell.providers.tiktok_organic.client import TikTokOrganic
from dwell.records.reading import SIMULATED_SUFFIX

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "dwell.providers"

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (TikLiveAPI(), Scavio(), DisplayAPI(), ResearchAPI(), TikTokOrganic())
}
"""Dwell's own, in the order in which they are tried when the user names none. They hold no state, key or connection."""

_METHODS = [name for name in vars(Provider) if not name.startswith("_")]
_PARSER_METHODS = [name for name in vars(Parser) if not name.startswith("_")]


def provider_names() -> Iterator[str]:
    """The providers that the user can choose: dwell's own, then the others in alphabetical order; none is loaded."""
    yield from PROVIDERS
    yield from (name for name, offers in _entry_points().items() if not _name_problem(name, offers))


@cache
def get_provider(name: str) -> Provider:
    """The provider of that name; one of dwell's own is never replaced by another.

    Raises:
        SettingsError: No such provider, or the one of a package cannot be used; the message names the package.
    """
    if name in PROVIDERS:
        return PROVIDERS[name]
    offers = _entry_points().get(name)
    if offers is None:
        ignored = "".join(
            f"; {each!r} of package {_package_names(given)} is ignored: {why}"
            for each, given in _entry_points().items()
            if (why := _name_problem(each, given))
        )
        raise SettingsError(
            f"Unknown provider {name!r}: choose from {', '.join(provider_names())}, or install the package that "
            f"provides it{ignored}."
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
    """The providers of installed packages, by name; read once, because that takes about 20 ms."""
    from importlib.metadata import entry_points

    by_name: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.name, _package_names([entry]))):
        by_name.setdefault(entry.name, []).append(entry)
    return by_name


def _package_names(offers: Sequence[EntryPoint]) -> str:
    return " and ".join(str(entry.dist.name) if entry.dist else entry.value for entry in offers)


def _name_problem(name: str, offers: Sequence[EntryPoint]) -> str:
    """Why a provider cannot have this name, and the cure; empty where the name is fine."""
    if name in PROVIDERS:
        return "dwell has a provider of that name, so its entry point must be renamed"
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):  # it becomes part of DWELL_<NAME>_KEY
        return "a name has lower-case letters, digits and dashes only, so its entry point must be renamed"
    if name.endswith(SIMULATED_SUFFIX):
        return f"{SIMULATED_SUFFIX} marks simulated rows, so its entry point must be renamed"
    return "only one package can offer it, so the others must be uninstalled" if len(offers) > 1 else ""


def _load(entry: EntryPoint) -> Provider:
    who = f"The provider {entry.name!r} of package {_package_names([entry])} ({entry.value})"
    try:
        target: Any = entry.load()
        loaded: Any = target() if isinstance(target, type) else target
        lacks = [name for name in Provider.__annotations__ if not hasattr(loaded, name)]
        lacks += [f"{name}()" for name in _METHODS if not callable(getattr(loaded, name, None))]
        parser = getattr(loaded, "parser", None)
        lacks += [
            f"parser.{name}()" for name in _PARSER_METHODS if parser and not callable(getattr(parser, name, None))
        ]
    except Exception as error:  # code of another package can raise anything
        raise SettingsError(f"{who} cannot be loaded, {error!r}: update, repair or uninstall that package.") from error
    if lacks:
        raise SettingsError(
            f"{who} lacks {', '.join(lacks)}: update that package; its author finds the rest with "
            "dwell.testing.check_provider."
        )
    if loaded.name != entry.name:
        raise SettingsError(f"{who} calls itself {loaded.name!r}: its author must give both the same name.")
    provider: Provider = loaded
    return provider
