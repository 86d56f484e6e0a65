"""A simulated world of creators with known true watch times: a pure function of seed, id and instant."""

from dwell_sandbox.world import Profile, World

__all__ = ["Profile", "World"]
