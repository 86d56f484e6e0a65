"""What a field of a record says about itself, beside its type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value means, with its unit; `Annotated[int | None, Meaning("Views since publishing")]`.

    The text is the column's documentation. A field that may be unknown has the default None: unknown is never 0.

    Attributes:
        text: The documentation.
        default: What rows have that were written before the column existed; None where that is unknown.
    """

    text: str
    default: str | None = None
