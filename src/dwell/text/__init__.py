"""How people and exports write values: one table of facts for each kind of value, and its rule in Python.

The loader has the same rules as SQL macros (`warehouse/load/`), made from the same facts. Patterns are written in the
subset that Python's `re` and DuckDB's RE2 read alike: `[0-9]` and explicit blanks, since each has its own idea of a
digit, a blank or a letter. `tests/unit/test_text_rules.py` drives both and compares values and refusals.
"""
