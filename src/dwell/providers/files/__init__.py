"""Exports on disk: scraper results, TikTok Studio, YouTube Studio, tables that users made, dwell's own exports."""
