"""Loading: one file of rows becomes rows of tables, in bulk, exactly once.

The path of a row, a module a step: `raw` (as the engine reads it) -> `text` (one text a column) -> `typed` (values;
`spellings` reads what is not canonical) -> `checked` (ids, times, the first reason against it; `file_checks` adds what
only the whole file can tell) -> `rows` (what it gives to each table) -> `merge` (with its own file and the store) ->
stored in one commit. Each step is a query with a name (`pipeline`), and `explainer` shows what it made of a row.
"""
