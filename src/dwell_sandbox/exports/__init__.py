"""The files that somebody with such accounts would have on disk: made up, and faithful in shape."""

from dwell_sandbox.exports.damage import DAMAGE, Damage
from dwell_sandbox.exports.write import APART, COMPETITORS, DEMO_SEED, OWN, Export, write_exports

__all__ = ["APART", "COMPETITORS", "DAMAGE", "DEMO_SEED", "OWN", "Damage", "Export", "write_exports"]
