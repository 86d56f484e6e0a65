"""What a webhook may reach besides the public internet: `DWELL_WEBHOOK_ALLOW`."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping

from dwell.errors import SettingsError

VARIABLE = "DWELL_WEBHOOK_ALLOW"
_HOST = r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"


def read_allowed(
    environment: Mapping[str, str] | None = None,
) -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], frozenset[str]]:
    """The networks and the names of hosts that the setting names, separated by commas.

    Args:
        environment: The environment; that of this process if None.

    Raises:
        SettingsError: A part is neither a network such as 192.168.1.0/24 nor the name of a host.
    """
    networks, hosts = [], set()
    text = (os.environ if environment is None else environment).get(VARIABLE, "")
    for part in filter(None, (each.strip().lower() for each in text.split(","))):
        try:
            networks.append(ipaddress.ip_network(part))
        except ValueError:
            if "/" in part or re.fullmatch(r"[0-9.]+", part) or not re.fullmatch(_HOST, part):
                raise SettingsError(
                    f"{VARIABLE} has {part!r}: give networks and names of hosts, separated by commas, such as "
                    "192.168.1.0/24,hooks.local."
                ) from None
            hosts.add(part.rstrip("."))
    return tuple(networks), frozenset(hosts)
