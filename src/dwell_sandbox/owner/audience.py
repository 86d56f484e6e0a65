"""The followers of an account and the viewers of a video, by age, gender, country and city."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from dwell_sandbox.creators import Creator
from dwell_sandbox.owner.shares import Shares, draw_shares, largest, normalize
from dwell_sandbox.seeded_random import SeededRandom

TOP = 10
"""How many countries and cities are listed."""

_DAY = 86_400
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


def account_audience(seed: int, creator: Creator, second: int) -> Audience:
    """The followers of an account at a Unix second; it changes from day to day, by little."""
    rng = SeededRandom(seed, "audience", creator.number)
    return _audience(rng, _AGES, _GENDERS, _country_weights(creator), second, spread=0.3)


def video_audience(seed: int, creator: Creator, post_id: str, second: int) -> Audience:
    """The viewers of a video: like the account's followers, but for a difference of its own."""
    rng = SeededRandom(seed, "audience", creator.number)
    day = second // _DAY
    ages = draw_shares(rng, _AGES, day, 0.3, 0.05)
    genders = draw_shares(rng, _GENDERS, day, 0.3, 0.05)
    countries = draw_shares(rng, _country_weights(creator), day, 0.3, 0.05)
    return _audience(SeededRandom(seed, "viewers", post_id), ages, genders, countries, second, spread=0.2)


def _audience(
    rng: SeededRandom,
    ages: MappingProxyType[str, float] | Shares,
    genders: MappingProxyType[str, float] | Shares,
    countries: Shares,
    second: int,
    *,
    spread: float,
) -> Audience:
    day = second // _DAY
    drawn = draw_shares(rng, countries, day, spread, 0.05)
    cities = {
        f"{country} {city}": share * part
        for country, share in drawn.items()
        for city, part in zip(_CITIES[country], _CITY_SHARES, strict=True)
    }
    return Audience(
        ages=draw_shares(rng, ages, day, spread, 0.05),
        genders=draw_shares(rng, genders, day, spread, 0.05),
        countries=largest(drawn, TOP),
        cities=largest(cities, TOP),
    )


def _country_weights(creator: Creator) -> Shares:
    """The creator's own country first, then those that share its language, then the others."""
    home = creator.region
    near = _LANGUAGE.get(home, ())
    order = [home, *near, *(each for each in _COUNTRIES if each != home and each not in near)]
    return normalize({country: 0.55**position for position, country in enumerate(order)})
