"""Property tests draw their examples without a random seed, and a slow machine is no failure."""

from hypothesis import settings

settings.register_profile("dwell", derandomize=True, deadline=None, database=None)
settings.load_profile("dwell")
