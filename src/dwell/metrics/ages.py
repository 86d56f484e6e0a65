"""The ages at which posts are compared, and how close readings must be to know a counter at one of them."""

from __future__ import annotations

AGES = {"1h": 3_600, "24h": 86_400, "72h": 259_200, "7d": 604_800}
"""Age since publishing -> seconds."""
MAX_GAP = 0.5
"""Two readings enclose an age closely if they are at most this share of it apart."""
LEAST_GAP_S = 4_500
"""Or this far apart: hourly readings, with a quarter of an hour of delay, enclose the age of an hour."""
NOT_KNOWN = {
    "period": "figures of a period",
    "undated": "time of publishing unknown",
    "dated": "only the day of publishing known",
    "unread": "no reading with a time",
    "late": "first read later",
    "early": "not read since",
    "apart": "readings too far apart",
}
"""Why a counter at an age is not known: name -> words."""
