"""Which addresses a request to a URL of somebody else may reach: the public internet, and what an allow-list adds.

`ipaddress` calls several addresses global that lead back to this machine or its network (NAT64, 6to4, IPv4-compatible),
so what is public is said here.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from dwell.errors import AddressRefusedError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host; raises OSError where there is none."""

MAX_URL = 2_048
_USUAL_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1_024

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # unspecified: Linux connects it to this machine
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; metadata of some clouds
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public address that is the host of a virtual machine at Azure
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; metadata of some clouds
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""All that is routed; outside it are loopback, mapped and compatible addresses, NAT64, ULA, link-local, multicast."""
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address of any kind is inside
        "3fff::/20",
    )
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be reached although it is not public.

    Attributes:
        networks: Networks of addresses.
        hosts: Names of hosts in lower case; whatever they resolve to is allowed.
    """

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def has_address(self, address: Address) -> bool:
        """The address is in one of the networks."""
        return any(address in network for network in self.networks)


PUBLIC_ONLY = Allowed()
"""Nothing but the public internet."""


def is_public(address: Address) -> bool:
    """The address is one of the public internet, by whatever way it would be reached."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_V4)
    return (
        address.scope_id is None
        and address in _PUBLIC_V6
        and address.is_global
        and not any(address in network for network in _REFUSED_V6)
    )


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver; OSError where there is none.

    It reads every spelling of an IPv4 address that the system's connect would read: decimal, hexadecimal, octal, short.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check(host: str, port: int, allowed: Allowed, resolve: Resolve = resolve) -> list[str]:
    """The addresses of a host, each of them one that may be reached.

    Raises:
        AddressRefusedError: One of them may not, or the port may not.
        OSError: The host has no address.
    """
    found = list(resolve(host, port))
    if not found:
        raise OSError(f"{host} has no address")
    if host.lower().rstrip(".") in allowed.hosts:
        return found
    addresses = [_parse(text) for text in found]
    if all(address is not None and allowed.has_address(address) for address in addresses):
        return found
    # One address that may not be reached refuses all: the next lookup could put it first.
    if not all(address is not None and (is_public(address) or allowed.has_address(address)) for address in addresses):
        raise AddressRefusedError(
            f"{host} isn't on the public internet, so nothing is sent to it; whoever runs this server can allow it in "
            "DWELL_WEBHOOK_ALLOW."
        )
    check_port(port)
    return found


def check_port(port: int) -> None:
    """Refuses the ports of other protocols, such as mail.

    Raises:
        AddressRefusedError: It is below 1024, and neither 80 nor 443.
    """
    if port not in _USUAL_PORTS and port < _FIRST_FREE_PORT:
        raise AddressRefusedError(f"Port {port} belongs to another protocol: use 80, 443, or one from 1024 on.")


def parse_url(url: str) -> SplitResult:
    """The parts of a URL that may be sent to; its host is resolved and checked elsewhere.

    Raises:
        AddressRefusedError: It isn't http or https, contains a user, a fragment or characters that a URL cannot have,
            or is too long.
    """
    if len(url) > MAX_URL:
        raise AddressRefusedError(f"The URL is longer than {MAX_URL:,} characters.")
    if any(sign <= " " or sign in '\\"<>^`{|}\x7f' for sign in url):
        raise AddressRefusedError("The URL contains spaces or characters that must be percent-encoded.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        if host:
            host_name(host)
    except (ValueError, UnicodeError):
        raise AddressRefusedError("The URL cannot be read: write https://host/path.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefusedError("The URL must begin with https:// or http://, and name a host.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError("The URL must not contain a user or a password.")
    if parts.fragment or port == 0 or "%" in host:
        raise AddressRefusedError("The URL must have no fragment, no zone id and no port 0.")
    return parts


def host_name(host: str) -> str:
    """A host as it is looked up: international names in ASCII, addresses of IPv6 without brackets.

    Raises:
        UnicodeError: It cannot be the name of a host.
    """
    return host if ":" in host else host.encode("idna").decode("ascii")


def port_of(parts: SplitResult) -> int:
    """The port of a URL."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _parse(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
