"""The export files that a user with such accounts would have on disk: simulated numbers in the real formats."""

from dwell_sandbox.exports.damage import DAMAGE, Damage
from dwell_sandbox.exports.write import COMPETITORS, DEMO_SEED, OWN_ACCOUNT, SCRAPE_INTERVAL, Export, write_exports

__all__ = ["COMPETITORS", "DAMAGE", "DEMO_SEED", "OWN_ACCOUNT", "SCRAPE_INTERVAL", "Damage", "Export", "write_exports"]
