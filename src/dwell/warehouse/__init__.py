"""Records as tables, exactly once: a journal for small writes, a lake for the rest, and an engine to ask them."""

from dwell.warehouse.batches import Batch
from dwell.warehouse.store import Store
from dwell.warehouse.writer import Writer

__all__ = ["Batch", "Store", "Writer"]
