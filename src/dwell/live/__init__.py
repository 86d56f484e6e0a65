"""Live accounts: what is asked of providers, at what price and pace, and how their answers become rows."""
