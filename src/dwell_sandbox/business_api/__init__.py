"""TikTok's API for Business: consent, tokens, and an owned account's insights, on top of the simulated world."""
