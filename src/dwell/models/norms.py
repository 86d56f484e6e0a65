"""The norms that rates per view are compared with: those of a glossary of TikTok engagement metrics (seed S2).

They are a vendor's rules of thumb for all niches, so a check also shows what is usual in the niche.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Norm:
    """The bands of one rate.

    Attributes:
        text: The norm in words.
        bands: (upper end, name), lowest first; a value equal to an end belongs to the band below it.
    """

    text: str
    bands: tuple[tuple[float, str], ...]

    def band_name(self, value: float) -> str:
        """The name of the band that contains a value."""
        return next((name for end, name in self.bands if value <= end), self.bands[-1][1])


NOT_RESONATING = 0.02
HEALTHY_LIKES = 0.03
HEALTHY_COMMENTS = 0.001
_BELOW = 1e-12  # "under 2 %" does not include 2 % itself

NORMS: dict[str, Norm] = {
    "like_rate": Norm(
        "3-8 % of views is healthy, under 2 % does not resonate, over 10 % is a highly engaged audience (S2)",
        (
            (NOT_RESONATING - _BELOW, "not resonating"),
            (HEALTHY_LIKES - _BELOW, "between not resonating and healthy"),
            (0.08, "healthy"),
            (0.10, "between healthy and highly engaged"),
            (1.0, "highly engaged"),
        ),
    ),
    "comment_rate": Norm(
        "0.1-0.5 % of views is healthy, above it is discussion or controversy (S2)",
        ((HEALTHY_COMMENTS - _BELOW, "below healthy"), (0.005, "healthy"), (1.0, "discussion")),
    ),
    "share_rate": Norm(
        "over 1 % of views is viral potential (S2)",
        ((0.01, "no viral potential shown"), (1.0, "viral potential")),
    ),
}
