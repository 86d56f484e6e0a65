"""The credits that a job may spend."""

from __future__ import annotations

import threading
from typing import Protocol

from dwell.errors import BudgetError


class CreditBudget(Protocol):
    """What limits the credits of requests: those of one job, or those of a day."""

    def reserve(self, amount: int) -> None:
        """Reserve credits before a request.

        Raises:
            BudgetError: The request would cost more than is left.
        """

    def refund(self, reserved: int, credits_charged: int) -> None:
        """Return the reserved credits that a request did not cost."""


class Budget:
    """The remaining credits of a job; shared by all its threads.

    Args:
        limit: Maximum credits of the whole job; None means no limit.
        spent: Credits spent so far.
    """

    def __init__(self, limit: int | None, spent: int = 0) -> None:
        self.limit = limit
        self.spent = spent
        self._lock = threading.Lock()

    def reserve(self, amount: int) -> None:
        """Reserve credits before a request.

        Raises:
            BudgetError: The request would cost more than is left.
        """
        with self._lock:
            if self.limit is not None and self.spent + amount > self.limit:
                limit = "1 credit" if self.limit == 1 else f"{self.limit:,} credits"
                raise BudgetError(f"the budget of {limit} is used up; run again with a higher --max-credits to resume")
            self.spent += amount

    def refund(self, reserved: int, credits_charged: int) -> None:
        """Return the reserved credits that a request did not cost."""
        with self._lock:
            self.spent += credits_charged - reserved
