"""Property tests deal the same examples on every machine, and a slow machine is no failure."""

from hypothesis import settings

settings.register_profile("dwell", derandomize=True, deadline=None, database=None)
settings.load_profile("dwell")
