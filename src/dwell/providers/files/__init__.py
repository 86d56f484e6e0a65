"""Exports on disk: scraper results, TikTok Studio, YouTube Studio, tables made by hand, dwell's own."""
