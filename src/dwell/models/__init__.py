"""Statistics and models: completion model and its checks, proxy audit, tiers, vetting, life cycle of a topic."""
