"""The niches of the simulated creators: subjects, hashtags, usual lengths, usual public rates."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Niche:
    """One niche.

    Attributes:
        name: As a user would give it to `--niche`.
        duration_s: Median length of a video, seconds.
        rates: Usual likes, comments, shares, saves and downloads per view.
        hashtags: Pool of hashtags, without #.
        subjects: Possible subjects of a caption.
        openings: Possible first words of a caption.
    """

    name: str
    duration_s: float
    rates: tuple[float, float, float, float, float]
    hashtags: tuple[str, ...]
    subjects: tuple[str, ...]
    openings: tuple[str, ...]


_OPENINGS = (
    "POV:", "Trying", "You asked for", "Part 2 of", "Nobody talks about", "Day 12 of", "My honest take on",
    "Three mistakes with", "Wait for", "How I do",
)  # fmt: skip

_ALL = (
    Niche(
        "cooking", 31, (0.046, 0.0031, 0.0062, 0.0125, 0.0011),
        ("recipe", "foodtok", "easyrecipe", "onepan", "dinnerideas", "mealprep", "comfortfood", "baking"),
        ("lemon orzo", "crispy potatoes", "miso noodles", "a 20 minute curry", "grandma's dumplings",
         "burnt butter cookies", "tomato galette", "rice paper rolls", "smoky beans",
         '"too much garlic", the flatbread'),
        (*_OPENINGS, "Dinner tonight:", "Five ingredients:"),
    ),
    Niche(
        "running", 24, (0.061, 0.0043, 0.0034, 0.0058, 0.0006),
        ("runtok", "trailrunning", "marathontraining", "runner", "5k", "ultra", "morningrun"),
        ("hill repeats", "the last kilometre", "a sunrise long run", "new trail shoes", "race nerves",
         "easy pace", "my cadence", "a muddy loop"),
        _OPENINGS,
    ),
    Niche(
        "beauty", 27, (0.053, 0.0024, 0.0041, 0.0107, 0.0008),
        ("grwm", "skincare", "makeuptutorial", "beautytok", "dupe", "skintok"),
        ("a five minute face", "glass skin", "drugstore blush", "retinol", "my night routine", "winged liner"),
        _OPENINGS,
    ),
    Niche(
        "tech", 46, (0.041, 0.0052, 0.0058, 0.0132, 0.0009),
        ("techtok", "gadgets", "smarthome", "desksetup", "coding", "phonetips"),
        ("a silent keyboard", "my desk cables", "battery myths", "a tiny server", "phone cameras", "e-ink"),
        _OPENINGS,
    ),
    Niche(
        "travel", 19, (0.058, 0.0021, 0.0071, 0.0098, 0.0012),
        ("traveltok", "hiddengems", "citybreak", "vanlife", "itinerary", "solotravel"),
        ("a night train", "48 hours in Porto", "packing light", "the quiet coast", "street food", "a ferry day"),
        _OPENINGS,
    ),
    Niche(
        "comedy", 16, (0.079, 0.0061, 0.0115, 0.0047, 0.0024),
        ("comedy", "skit", "relatable", "officehumor", "siblings"),
        ("every meeting", "the group chat", "my flatmate", "customer service", "Sunday evening", "the landlord"),
        _OPENINGS,
    ),
)  # fmt: skip

NICHES: MappingProxyType[str, Niche] = MappingProxyType({niche.name: niche for niche in _ALL})

GENERIC_HASHTAGS = ("fyp", "foryou", "viral")
"""Hashtags that every niche uses."""
