"""`/business/benchmark/`: averages of a business category, which change once a month."""

from __future__ import annotations

from math import exp
from types import MappingProxyType

from dwell_sandbox.business_api.call import Call
from dwell_sandbox.business_api.parameters import read_choice, read_text
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.response import Response

CATEGORIES = MappingProxyType(
    {
        "ART_AND_CRAFTS": "Art & Crafts", "AUTOMOTIVE_AND_TRANSPORTATION": "Automotive & Transportation",
        "BABY": "Baby", "BEAUTY": "Beauty", "CLOTHING_AND_ACCESSORIES": "Clothing & Accessories",
        "EDUCATION_AND_TRAINING": "Education & Training", "ELECTRONICS": "Electronics",
        "FINANCE_AND_INVESTING": "Finance & Investing", "FOOD_AND_BEVERAGE": "Food & Beverage", "GAMING": "Gaming",
        "HEALTH_AND_WELLNESS": "Health & Wellness", "HOME_FURNITURE_AND_APPLIANCES": "Home, Furniture & Appliances",
        "MACHINERY_AND_EQUIPMENT": "Machinery & Equipment", "MEDIA_AND_ENTERTAINMENT": "Media & Entertainment",
        "PERSONAL_BLOG": "Personal Blog", "PETS": "Pets", "PROFESSIONAL_SERVICES": "Professional Services",
        "PUBLIC_ADMINISTRATION": "Public Administration", "REAL_ESTATE": "Real Estate",
        "RESTAURANTS_AND_BARS": "Restaurants & Bars", "SHOPPING_AND_RETAIL": "Shopping & Retail",
        "SOFTWARE_AND_APPS": "Software & Apps", "SPORTS_FITNESS_AND_OUTDOORS": "Sports, Fitness & Outdoors",
        "TRAVEL_AND_TOURISM": "Travel & Tourism",
    }
)  # fmt: skip
"""`business_category` -> how the response names it."""

_TYPICAL = MappingProxyType(
    {
        "average_comments": 300.0,
        "average_follower_count": 4_000.0,
        "average_follower_growth": 40.0,
        "average_likes": 9_000.0,
        "average_shares": 500.0,
        "average_video_count": 120.0,
        "average_video_views": 200_000.0,
    }
)
_SPREAD = 0.6


def get_benchmark(call: Call) -> Response:
    """`/business/benchmark/`."""
    read_text(call.query, "business_category")
    category = read_choice(call.query, "business_category", *CATEGORIES)
    rng = SeededRandom(call.seed, "benchmark", category)
    month = SeededRandom(call.seed, "benchmark", category, f"{call.context.at:%Y-%m}").normal("month", 0.0, 0.05)
    data = {name: round(value * exp(rng.normal(name, 0.0, _SPREAD) + month), 4) for name, value in _TYPICAL.items()}
    engaged = data["average_likes"] + data["average_comments"] + data["average_shares"]
    rate = round(engaged / data["average_video_views"], 4)
    return Response(200, {**data, "average_engagement_rate": rate, "business_category": CATEGORIES[category]})
