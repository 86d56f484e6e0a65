"""Scavio's protocol, spoken over the simulated world."""
