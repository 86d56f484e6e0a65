"""`--fail-on abstain`: a pipeline stops where the data cannot tell, although the command did what it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from dwell.errors import AbstainedError


class Failure(StrEnum):
    """What is a failure though the command has an answer."""

    ABSTAIN = "abstain"


FailOn = Annotated[
    Failure | None,
    typer.Option(
        "--fail-on", help="abstain: exit code 1 where the data cannot tell; the answer is printed all the same."
    ),
]


def require_verdict(fail_on: Failure | None, what: str, reasons: Iterable[str], *, abstained: bool) -> None:
    """Ends the command with exit code 1 if it abstained and that counts as a failure; after the answer was printed.

    Args:
        fail_on: The option.
        what: How the sentence begins, such as "dwell fit abstained".
        reasons: Why; the first one is said.
        abstained: The data cannot tell.

    Raises:
        AbstainedError: It is so.
    """
    if fail_on is Failure.ABSTAIN and abstained:
        reason = next(iter(reasons), "")
        raise AbstainedError(f"{what}: {reason}" if reason else f"{what}.")
