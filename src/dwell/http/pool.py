"""The connection pool of a provider: direct, or through the proxy that the environment names."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2

from dwell.errors import SettingsError
from dwell.http.deadline import DeadlineBackend

# Servers often close an idle connection after 5 s; reusing it at that moment would break the request.
_KEEPALIVE_S = 4.0


def open_pool(address: SplitResult, connections: int) -> httpcore2.ConnectionPool:
    """A pool of connections to one host, which obey the deadline of the request that uses them.

    Args:
        address: The provider's address.
        connections: Maximum number of open connections.

    Raises:
        SettingsError: The environment names a proxy or certificates that cannot be used.
    """
    options = {**_options(connections), "network_backend": DeadlineBackend()}
    with _environment_errors():
        proxy = _find_proxy(address)
        if proxy is None:
            return httpcore2.ConnectionPool(ssl_context=_ssl_context(address), **options)
        pool = httpcore2.SOCKSProxy if proxy.scheme.startswith("socks5") else httpcore2.HTTPProxy
        return pool(*_proxy_arguments(proxy), ssl_context=_ssl_context(address), **options)


def open_async_pool(address: SplitResult, connections: int) -> httpcore2.AsyncConnectionPool:
    """The same for asyncio; the caller keeps the deadline.

    Args:
        address: The server's address.
        connections: Maximum number of open connections.

    Raises:
        SettingsError: The environment names a proxy or certificates that cannot be used.
    """
    options = _options(connections)
    with _environment_errors():
        proxy = _find_proxy(address)
        if proxy is None:
            return httpcore2.AsyncConnectionPool(ssl_context=_ssl_context(address), **options)
        pool = httpcore2.AsyncSOCKSProxy if proxy.scheme.startswith("socks5") else httpcore2.AsyncHTTPProxy
        return pool(*_proxy_arguments(proxy), ssl_context=_ssl_context(address), **options)


def _options(connections: int) -> dict[str, Any]:
    return {
        "max_connections": connections,
        "max_keepalive_connections": connections,
        "keepalive_expiry": _KEEPALIVE_S,
    }


def _proxy_arguments(proxy: SplitResult) -> tuple[str, tuple[str, str] | None]:
    """The URL of a proxy, and its user with the password."""
    user = (unquote(proxy.username), unquote(proxy.password or "")) if proxy.username else None
    return f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}", user


def _find_proxy(address: SplitResult) -> SplitResult | None:
    """The proxy for an address; None where there is none, or `NO_PROXY` names the host."""
    if address.hostname in {"localhost", "127.0.0.1", "::1"}:
        return None  # traffic between processes of one machine must not go through a proxy
    proxies = getproxies()
    text = proxies.get(address.scheme) or proxies.get("all")
    if not text or proxy_bypass(address.hostname or "", proxies):
        return None
    proxy = urlsplit(text if "://" in text else f"http://{text}")
    if proxy.scheme not in {"http", "https", "socks5", "socks5h"} or not proxy.hostname or proxy.port == 0:
        raise ValueError(proxy.scheme)
    return proxy


def _ssl_context(address: SplitResult) -> ssl.SSLContext | None:
    """Certificates that the environment names, otherwise those of the system; None for http, as reading takes long."""
    return None if address.scheme == "http" else httpcore2.default_ssl_context()


@contextmanager
def _environment_errors() -> Iterator[None]:
    """Explain what is wrong with the proxy or certificates that the client reads from the environment."""
    try:
        yield
    except (ImportError, RuntimeError, ValueError) as error:
        raise SettingsError(
            "The proxy in the environment (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY) cannot be used: write it as "
            "http://host:port, or unset it."
        ) from error
    except OSError as error:
        raise SettingsError(
            "The certificates in the environment (SSL_CERT_FILE or SSL_CERT_DIR) cannot be read: correct the path, "
            "or unset it."
        ) from error
