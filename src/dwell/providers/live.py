"""The live providers, by name."""

from __future__ import annotations

from dwell.providers.base import Provider
from dwell.providers.display_api.client import DisplayAPI
from dwell.providers.research_api.client import ResearchAPI
from dwell.providers.scavio.client import Scavio
from dwell.providers.tikliveapi.client import TikLiveAPI

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (TikLiveAPI(), Scavio(), DisplayAPI(), ResearchAPI())
}
"""In the order in which they are tried when the user names none. They hold no state, no key and no connection."""
