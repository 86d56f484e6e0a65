"""Loading: one file of rows becomes rows of tables, in bulk, exactly once.

The path of a row: `source` (the file as a relation) -> `stage` (text to values, the first reason against it) ->
`verdict` (what only the whole file can say) -> `rows` (what it gives to each table) -> `settle` (against its own file
and the store) -> one commit.
"""

from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.run import load

__all__ = ["Loaded", "load"]
