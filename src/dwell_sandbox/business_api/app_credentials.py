"""The one app that is registered with the sandbox."""

from __future__ import annotations

CLIENT_ID = "sandbox-client-id"
"""Also named `client_key` and `app_id`."""

CLIENT_SECRET = "sandbox-client-secret"
