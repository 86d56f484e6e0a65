"""The credits that polls may spend a day: a hard stop over all workers, counted before each request."""

from __future__ import annotations

from dwell.errors import BudgetError
from dwell.state import StateDatabase, tracking_days


class DayBudget:
    """Implements `dwell.live.budget.CreditBudget` for all polls of a day (UTC).

    A worker that dies between counting and sending leaves the credits counted: the limit holds in the worse case.

    Args:
        database: Where credits are counted.
        limit: The most that may be spent a day; None is no limit.
    """

    def __init__(self, database: StateDatabase, limit: int | None) -> None:
        self.database = database
        self.limit = limit

    def reserve(self, amount: int) -> None:
        """Count credits before a request.

        Raises:
            BudgetError: The day's limit does not allow them.
        """
        day = tracking_days.day_of(self.database.now())
        if amount and not tracking_days.reserve(self.database, day, amount, self.limit):
            raise BudgetError(
                f"The {self.limit:,} credits of the day (UTC) are used up: polls go on tomorrow, or raise "
                "DWELL_TRACK_MAX_CREDITS."
            )

    def refund(self, reserved: int, credits_charged: int) -> None:
        """Give back what a request did not cost."""
        day = tracking_days.day_of(self.database.now())
        tracking_days.refund(self.database, day, reserved - credits_charged)

    def spent_today(self) -> int:
        """Credits counted today."""
        return tracking_days.read(self.database, tracking_days.day_of(self.database.now()))
