"""How one creator's watch time hangs together with what is public: weakly, and for each creator in another way."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.seeded_random import SeededRandom

RATES = ("likes", "comments", "shares", "saves", "downloads")

_MEAN_LOADINGS = (0.08, 0.16, 0.30, 0.30, 0.15)
_LOADING_SDS = (0.10, 0.14, 0.14, 0.16, 0.12)
_NOISES = (0.22, 0.48, 0.42, 0.38, 0.55)


@dataclass(frozen=True, slots=True)
class WatchModel:
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


def draw_watch_model(rng: SeededRandom) -> WatchModel:
    """Coefficients drawn around those that real accounts show: like rate says little, shares and saves say more.

    A loading may come out at nothing or with the other sign: which proxy works is a question for each account.
    """
    return WatchModel(
        level=rng.normal("level", -0.4, 0.6),
        slope=rng.uniform("slope", 0.8, 1.5),
        hold=rng.uniform("hold", 0.6, 0.9),
        noise=rng.uniform("noise", 0.3, 0.45),
        full=rng.normal("full", -1.6, 0.5),
        loops=rng.uniform("loops", 0.6, 1.4),
        views=rng.normal("views", 0.45, 0.2),
        views_noise=rng.uniform("views noise", 0.6, 0.9),
        loadings=tuple(rng.normal(f"loading {at}", _MEAN_LOADINGS[at], _LOADING_SDS[at]) for at in range(len(RATES))),
        noises=_NOISES,
    )
