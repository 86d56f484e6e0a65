"""How one creator's watch time hangs together with what is public: weakly, and for each creator in another way."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.dice import Dice

RATES = ("likes", "comments", "shares", "saves", "downloads")

_LOADING = (0.08, 0.16, 0.30, 0.30, 0.15)
_LOADING_SD = (0.10, 0.14, 0.14, 0.16, 0.12)
_NOISE = (0.22, 0.48, 0.42, 0.38, 0.55)


@dataclass(frozen=True, slots=True)
class Link:
    """One creator's coefficients. *Pull* is what a post has that makes people stay: standard normal, never public.

    Attributes:
        level: Logit of the share held by a post of usual length and no particular pull.
        slope: Fall of that logit per unit of log length.
        hold: Rise of that logit per unit of pull.
        noise: Its standard deviation left unexplained.
        full: Level of the logit of the share that reaches the end.
        loops: How readily short videos are watched again.
        views: Rise of log views per unit of pull, and `views_noise` around it.
        loadings: Rise of each log rate (`RATES`) per unit of pull.
        noises: Standard deviation of each log rate around it.
    """

    level: float
    slope: float
    hold: float
    noise: float
    full: float
    loops: float
    views: float
    views_noise: float
    loadings: tuple[float, ...]
    noises: tuple[float, ...]


def link(dice: Dice) -> Link:
    """Coefficients drawn around those that real accounts show: like rate says little, shares and saves say more.

    A loading may come out at nothing or with the other sign: which proxy works is a question for each account.
    """
    return Link(
        level=dice.normal("level", -0.4, 0.6),
        slope=dice.uniform("slope", 0.8, 1.5),
        hold=dice.uniform("hold", 0.6, 0.9),
        noise=dice.uniform("noise", 0.3, 0.45),
        full=dice.normal("full", -1.6, 0.5),
        loops=dice.uniform("loops", 0.6, 1.4),
        views=dice.normal("views", 0.45, 0.2),
        views_noise=dice.uniform("views noise", 0.6, 0.9),
        loadings=tuple(dice.normal(f"loading {at}", _LOADING[at], _LOADING_SD[at]) for at in range(len(RATES))),
        noises=_NOISE,
    )
