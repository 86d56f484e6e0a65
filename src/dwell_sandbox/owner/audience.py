"""The followers of an account and the viewers of a video, by age, gender, country and city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.owner.shares import Shares, draw_shares, largest, normalize

TOP = 10
"""How many countries and cities are listed."""

_DAY = 86_400
_DRIFT = 0.05
_AGES = MappingProxyType({"18-24": 0.34, "25-34": 0.33, "35-44": 0.18, "45-54": 0.1, "55+": 0.05})
_GENDERS = MappingProxyType({"Female": 0.58, "Male": 0.4, "Other": 0.02})
_COUNTRIES = ("DE", "AT", "CH", "US", "NL", "GB", "PL", "FR", "IT", "ES", "BR", "ID")
_LANGUAGE = MappingProxyType({"DE": ("AT", "CH"), "GB": ("US", "NL"), "US": ("GB", "BR"), "BR": ("US",), "ID": ("US",)})
_CITIES = MappingProxyType(
    {
        "DE": ("Berlin", "Hamburg", "München"), "AT": ("Wien", "Graz", "Linz"), "CH": ("Zürich", "Bern", "Basel"),
        "US": ("New York", "Los Angeles", "Cincinnati"), "NL": ("Amsterdam", "Utrecht", "Rotterdam"),
        "GB": ("London", "Manchester", "Leeds"), "PL": ("Warszawa", "Kraków", "Gdańsk"),
        "FR": ("Paris", "Lyon", "Lille"), "IT": ("Milano", "Roma", "Torino"), "ES": ("Madrid", "Barcelona", "Valencia"),
        "BR": ("São Paulo", "Rio de Janeiro", "Recife"), "ID": ("Jakarta", "Bandung", "Surabaya"),
    }
)  # fmt: skip
_CITY_SHARES = (0.16, 0.07, 0.04)


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience; every share is 0-1.

    Attributes:
        ages: Age group -> share; they add up to 1.
        genders: Female, Male, Other -> share; they add up to 1.
        countries: ISO code -> share: the ten largest, largest first.
        cities: `US Cincinnati` -> share of the whole audience: the ten largest, largest first.
    """

    ages: Shares
    genders: Shares
    countries: Shares
    cities: Shares


NOBODY = Audience({}, {}, {}, {})
"""The audience of a video without views."""


def account_audience(seed: int, creator: Creator, second: int) -> Audience:
    """The followers of an account at a Unix second; it changes at midnight UTC, by little."""
    return _account_audience(seed, creator.number, second // _DAY).listed()


def video_audience(seed: int, creator: Creator, post_id: str, second: int) -> Audience:
    """The viewers of a video: like the account's followers, but for a difference of its own."""
    day = second // _DAY
    return _draw(seed, ("viewers", post_id), _account_audience(seed, creator.number, day), day, spread=0.2).listed()


@dataclass(frozen=True, slots=True)
class _Shares:
    """Shares by age, gender and country; of all countries."""

    ages: Shares
    genders: Shares
    countries: Shares

    def listed(self) -> Audience:
        """With the largest countries and cities."""
        cities = {
            f"{country} {city}": share * part
            for country, share in self.countries.items()
            for city, part in zip(_CITIES[country], _CITY_SHARES, strict=True)
        }
        return Audience(self.ages, self.genders, largest(self.countries, TOP), largest(cities, TOP))


@lru_cache(maxsize=1024)
def _account_audience(seed: int, number: int, day: int) -> _Shares:
    around = _Shares(dict(_AGES), dict(_GENDERS), _country_weights(get_creator(seed, number)))
    return _draw(seed, ("audience", number), around, day, spread=0.3)


def _draw(seed: int, key: tuple[str, str | int], around: _Shares, day: int, *, spread: float) -> _Shares:
    return _Shares(
        ages=draw_shares(seed, key, around.ages, day, spread, _DRIFT),
        genders=draw_shares(seed, key, around.genders, day, spread, _DRIFT),
        countries=draw_shares(seed, key, around.countries, day, spread, _DRIFT),
    )


def _country_weights(creator: Creator) -> Shares:
    """The creator's own country first, then those that share its language, then the others."""
    home = creator.region
    near = _LANGUAGE.get(home, ())
    order = [home, *near, *(each for each in _COUNTRIES if each != home and each not in near)]
    return normalize({country: 0.55**position for position, country in enumerate(order)})
