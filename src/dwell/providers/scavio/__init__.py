"""Scavio: TikTok's mobile objects passed through, and the flat shape of the published examples."""
