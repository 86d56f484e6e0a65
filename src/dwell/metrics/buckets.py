"""Duration buckets: a 9-second loop and a minute of talk are never compared with each other.

The bounds are data, so that the same cuts serve SQL, the models and the charts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.errors import DwellError

if TYPE_CHECKING:
    from ibis.expr.types import NumericValue, StringValue

# Each bucket ends at its bound, inclusive, and starts above the one before; the last has no upper bound.
SCHEMES: dict[str, tuple[tuple[str, float | None], ...]] = {
    "proxy": (("<=10", 10), ("<=20", 20), ("<=35", 35), ("<=60", 60), (">60", None)),
    "sweet-spot": (
        ("(0,15]", 15),
        ("(15,30]", 30),
        ("(30,60]", 60),
        ("(60,120]", 120),
        ("(120,300]", 300),
        (">300", None),
    ),
}
PHOTO = "photo"


def bounds(scheme: str) -> tuple[tuple[str, float | None], ...]:
    """The buckets of a scheme: label and inclusive upper bound in seconds, None for the last.

    Raises:
        DwellError: No such scheme.
    """
    if scheme not in SCHEMES:
        raise DwellError(f"Unknown bucket scheme {scheme!r}: choose from {', '.join(SCHEMES)}.")
    return SCHEMES[scheme]


def labels(scheme: str = "proxy") -> tuple[str, ...]:
    """The labels of a scheme, shortest videos first."""
    return tuple(label for label, _ in bounds(scheme))


def bucket_of(duration_s: float | None, scheme: str = "proxy") -> str | None:
    """The bucket of a video of this length; None when the length is unknown or not above 0."""
    cuts = bounds(scheme)
    if duration_s is None or not duration_s > 0:
        return None
    return next(label for label, bound in cuts if bound is None or duration_s <= bound)


def bucket(duration_s: NumericValue, is_photo: NumericValue, scheme: str) -> StringValue:
    """`bucket_of` as an expression; photo posts, which have no length, share the bucket `photo`."""
    import ibis

    branches = [(is_photo, PHOTO), (duration_s.isnull() | (duration_s <= 0), ibis.null("string"))]
    *bounded, (last, _) = bounds(scheme)
    branches += [(duration_s <= bound, label) for label, bound in bounded]
    return ibis.cases(*branches, else_=last)


def position(label: StringValue, scheme: str) -> NumericValue:
    """The position of a bucket in its scheme, from 0; `photo` comes last."""
    import ibis

    order = (*labels(scheme), PHOTO)
    return ibis.cases(*((label == name, place) for place, name in enumerate(order)), else_=len(order))


GROUPINGS = ("bucket", "creator-size", "niche")


def grouping(by: str) -> str | None:
    """What benchmarks are grouped by besides the bucket; None for the bucket alone.

    Raises:
        DwellError: No such grouping.
    """
    if by not in GROUPINGS:
        raise DwellError(f"Benchmarks can't be grouped by {by!r}: choose from {', '.join(GROUPINGS)}.")
    return None if by == "bucket" else by
