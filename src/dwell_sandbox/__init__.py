"""A simulated world of creators to try everything in: a pure function of seed, id and instant, with the truth known."""

from dwell_sandbox.world import Profile, World

__all__ = ["Profile", "World"]
