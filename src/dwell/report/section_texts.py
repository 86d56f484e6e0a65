"""The words of each section: its title, and one or two sentences on how to read it."""

from __future__ import annotations

TITLES = {
    "benchmarks": "Benchmarks by video length",
    "tiers": "What the best posts share",
    "posting-times": "Posting times",
    "trend": "Over time",
    "audit": "Public ratios against watch time",
    "model": "How far predictions can be trusted",
    "top-posts": "Posts worth a look",
}
INTRODUCTIONS = {
    "benchmarks": "Short and long videos earn different rates, so a post is compared with posts of its own length.",
    "tiers": "The quarter of posts with the highest engagement rate, against the quarter with the lowest. "
    "An association is not a cause.",
    "posting-times": "Where the posts are, and how they did. Whether an hour or a weekday matters is tested above.",
    "trend": "Each period's posts, by their latest observation. Medians of a few posts jump by chance.",
    "audit": "Public ratios stand in for watch time that cannot be seen. Where both are known, they can be checked.",
    "model": "How well public counters predict watch time of posts that the model did not see, beside simple guesses.",
    "top-posts": "The highest engagement rates among posts of the same length. Watch them to see what they do.",
}
EMPTY = {
    "benchmarks": "No eligible post has a known length and a known rate yet.",
    "tiers": "Too few eligible posts to cut into quarters.",
    "posting-times": "No eligible post has a known posting time.",
    "trend": "No eligible post has a known posting time.",
    "audit": "No measured watch time was imported for this account; a TikTok Studio export or the watch-time template "
    "makes this section possible.",
    "model": "No model was fitted: that needs posts with measured watch time (dwell fit).",
    "top-posts": "No eligible post can be ranked among posts of its length yet.",
}
