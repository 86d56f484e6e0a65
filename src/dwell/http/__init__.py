"""HTTP requests: the only place where dwell sends one."""

from __future__ import annotations

from dwell.http.async_transport import AsyncHttpTransport
from dwell.http.credentials import Credentials, FixedCredentials
from dwell.http.messages import HttpRequest, HttpResponse
from dwell.http.transport import SIMULATED_AT, HttpTransport

__all__ = [
    "SIMULATED_AT",
    "AsyncHttpTransport",
    "Credentials",
    "FixedCredentials",
    "HttpRequest",
    "HttpResponse",
    "HttpTransport",
]
