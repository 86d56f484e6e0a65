"""Taking an import back: the tables have what the other imports would have given without it."""

from dwell.warehouse.undo.plan import Undone, plan_undo
from dwell.warehouse.undo.undo import undo

__all__ = ["Undone", "plan_undo", "undo"]
