"""Clients of a dwell server: `dwell.Client` and `dwell.AsyncClient`."""

from __future__ import annotations

from dwell.client.async_client import AsyncClient
from dwell.client.sync_client import Client

__all__ = ["AsyncClient", "Client"]
