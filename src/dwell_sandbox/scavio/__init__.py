"""Scavio's protocol, on top of the simulated world."""
