"""The credits that a server may spend for assistants, over all calls of its process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dwell.errors import BudgetError
from dwell.live.budget import Budget
from dwell.text.plurals import pluralize


class Allowance:
    """At most `limit` credits: reserved before a sweep begins, so that calls at once cannot spend more together.

    Args:
        limit: Credits, as `--allow-credits` says.
    """

    def __init__(self, limit: int) -> None:
        self._budget = Budget(limit)
        self.limit = limit

    @property
    def left(self) -> int:
        """Credits that are neither spent nor reserved."""
        return self.limit - self._budget.spent

    @contextmanager
    def reserved(self, most: int, ledger: Callable[[], int]) -> Iterator[None]:
        """Hold credits for a block; what the ledger does not show as spent after it is given back.

        Where the ledger cannot be read, all of them count as spent.

        Args:
            most: What the block may cost at most.
            ledger: Returns the credits that were ever spent from the folder.

        Raises:
            BudgetError: Fewer are left.
        """
        before = ledger()
        try:
            self._budget.reserve(most)
        except BudgetError:
            raise BudgetError(
                f"The sweep may cost {pluralize(most, 'credit')}, and of the {self.limit:,} that this server may"
                f" spend {self.left:,} are left: ask for fewer posts, or start it with a higher --allow-credits."
            ) from None
        spent = most
        try:
            yield
        finally:
            try:
                spent = min(most, max(0, ledger() - before))
            finally:
                self._budget.refund(most, spent)
