"""TikTok's Display API: an account's own videos with public counters, no saves, no watch time."""
