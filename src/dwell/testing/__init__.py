"""Contract tests for plug-ins, shipped so that outside providers can run them."""

from dwell.testing.provider import check_provider

__all__ = ["check_provider"]
