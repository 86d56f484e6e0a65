"""How a tracked video stands, and why a slot of it has no snapshot."""

from __future__ import annotations

from typing import Literal

Status = Literal["monitoring", "completed", "paused", "error", "cancelled"]
GapReason = Literal["deleted", "private", "region", "provider", "budget", "missed"]
"""Why a slot has no snapshot: the video is deleted, private or blocked in the region; the provider did not answer; the
balance or the day's credits were used up; nobody polled."""
