"""Live accounts: requests to providers, their price and rate, and how responses become rows."""
