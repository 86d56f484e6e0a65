"""TikTok's API for Business: what the owner of an account can see of it (TikTok Organic)."""
