"""How one creator's watch time relates to public counters: weakly, and differently for each creator."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.seeded_random import SeededRandom

RATES = ("likes", "comments", "shares", "saves", "downloads")

_MEAN_LOADINGS = (0.08, 0.16, 0.30, 0.30, 0.15)
_LOADING_SDS = (0.10, 0.14, 0.14, 0.16, 0.12)
_NOISES = (0.22, 0.48, 0.42, 0.38, 0.55)


@dataclass(frozen=True, slots=True)
class WatchModel:
    """One creator's coefficients. *Quality* is what makes viewers of a post stay: standard normal, never public.

    Attributes:
        level: Logit of the share held by a post of median length and quality 0.
        slope: Decrease of that logit per unit of log length.
        hold: Increase of that logit per unit of quality.
        noise: Its unexplained standard deviation.
        full: Logit of the share that reaches the end, at median length and quality 0.
        loops: How often short videos are watched again, relative to the average creator.
        views: Increase of log views per unit of quality.
        views_noise: Standard deviation of log views around it.
        loadings: Increase of each log rate (`RATES`) per unit of quality.
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
    """Draw coefficients around those of real accounts: the like rate tells little, shares and saves tell more.

    A loading may be near 0 or negative, so which proxy works differs between accounts.
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
        loadings=tuple(
            rng.normal(f"loading {index}", _MEAN_LOADINGS[index], _LOADING_SDS[index]) for index in range(len(RATES))
        ),
        noises=_NOISES,
    )
