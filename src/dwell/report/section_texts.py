"""The texts of each section: its title, one or two sentences on how to read it, and a text for an empty one."""

from __future__ import annotations

TITLES = {
    "benchmarks": "Benchmarks by video length",
    "comparison": "Beside other accounts",
    "tiers": "What the best posts have in common",
    "retention": "How viewers leave",
    "posting-times": "Posting times",
    "trend": "Over time",
    "audit": "Public figures against watch time",
    "model": "How reliable predictions are",
    "top-posts": "Posts worth a look",
}
SHORT_TITLES = {
    "comparison": "Beside others",
    "benchmarks": "Lengths",
    "tiers": "In common",
    "retention": "Retention",
    "posting-times": "Times",
    "trend": "Over time",
    "audit": "Public figures",
    "model": "Predictions",
    "top-posts": "Best posts",
}
INTRODUCTIONS = {
    "benchmarks": "Short and long videos get different rates, so a post is compared with posts of similar length.",
    "comparison": "Posts are compared with posts of the same length, weighted as those of this account are. "
    "Intervals that cross the line show no difference.",
    "tiers": "The quarter of posts that did best, against the quarter that did worst. An association is not a cause.",
    "retention": "The share of views that is left at each second. Short videos keep more of it to their end, so "
    "a curve is compared with those of similar length.",
    "posting-times": "When posts were published, and how they performed. The findings above test whether time matters.",
    "trend": "The posts of each period, by their latest observation. Medians of a few posts vary by chance.",
    "audit": "Public ratios, views and length are a proxy for unknown watch time. "
    "Where both are known, the proxy can be checked.",
    "model": "How well public counters predict the watch time of unseen posts, compared with simple baselines.",
    "top-posts": "The best among posts of similar length. Watch them to see what they do.",
}
EMPTY = {
    "benchmarks": "No eligible post has a known length and a known rate yet.",
    "tiers": "Too few eligible posts to split into quarters.",
    "posting-times": "No eligible post has a known posting time.",
    "trend": "No eligible post has a known posting time.",
    "audit": "No watch time was measured for this account, and this section compares public figures with it.",
    "model": "A model is fitted to posts with measured watch time (dwell fit), and there is none for this account.",
    "top-posts": "No eligible post does better than another of similar length.",
}
