"""What only the owner of a simulated account can see, as a pure function of seed, id and instant.

`analytics.OwnerAnalytics` has it all, complete and without delay; a protocol decides what of it is shown, and when.
"""

from dwell_sandbox.owner.analytics import OwnerAnalytics

__all__ = ["OwnerAnalytics"]
