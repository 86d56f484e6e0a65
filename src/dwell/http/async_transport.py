"""The HTTP transport for asyncio, with the rules of the other: no redirects, no cookies, no key shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell import clock, logs
from dwell.errors import TemporaryError
from dwell.http.connect_errors import explain_connect_error
from dwell.http.messages import HttpRequest, HttpResponse
from dwell.http.request_url import (
    CONNECT_S,
    MAX_BODY_BYTES,
    build_url,
    check_headers,
    default_headers,
    encode_body,
    find_secrets,
    parse_address,
)
from dwell.redact import Redactor, register_secrets


class AsyncHttpTransport:
    """An HTTP connection pool for one server, used in one event loop.

    Args:
        base_url: The server's address.
        headers: Headers of every request, including the key.
        connections: Maximum number of open connections.

    Raises:
        SettingsError: The address is invalid, the key has characters that are not allowed in a header, or the
            environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, connections: int = 16) -> None:
        from dwell.http.pool import open_async_pool

        self._address = parse_address(base_url)
        check_headers(headers)
        self.host = self._address.netloc
        self._headers = default_headers(headers)
        secrets = find_secrets(headers)
        self.redactor = Redactor(secrets)
        register_secrets(secrets)
        logs.redact_libraries()
        self._pool = open_async_pool(self._address, connections)

    async def send(self, request: HttpRequest, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send one request and wait for the whole response, at most `request.timeout_s` seconds in all.

        Args:
            request: What to send.
            headers: Headers in addition to those of the transport.

        Raises:
            TemporaryError: There was no response in time, the connection broke, or the response is too large.
            ProviderError: The request cannot be built from this input.
        """
        import anyio
        import httpcore2

        from dwell.http.encoding import EncodingError

        url, body = build_url(self._address, request), encode_body(request.body)
        content = {} if body is None else {"content-type": "application/json"}
        sent: Any = {**self._headers, **(headers or {}), **content}
        timeouts = {"connect": min(CONNECT_S, request.timeout_s), "pool": request.timeout_s}
        try:
            with anyio.fail_after(request.timeout_s):
                async with self._pool.stream(
                    request.method,
                    url,
                    headers=sent,
                    content=body,
                    extensions={"timeout": timeouts},
                ) as response:
                    return await self._read(response)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
            raise TemporaryError(explain_connect_error(self.host, error), sent=False) from error
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise TemporaryError(f"{self.host} did not respond within {request.timeout_s:g} s.") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, EncodingError) as error:
            raise TemporaryError(f"The connection to {self.host} failed ({type(error).__name__}).") from error

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _read(self, response: Any) -> HttpResponse:
        from dwell.http.encoding import decode

        headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
        received, body = bytearray(), bytearray()
        async for chunk in response.aiter_stream():
            received += chunk
            self._check_size(received)
        for chunk in decode([bytes(received)], headers.get("content-encoding", "")):
            body += chunk
            self._check_size(body)
        return HttpResponse(
            status=response.status,
            headers=headers,
            body=self.redactor.redact_body(bytes(body)),
            received_at=clock.now(),
        )

    def _check_size(self, body: bytearray) -> None:
        if len(body) > MAX_BODY_BYTES:
            raise TemporaryError(f"{self.host} sent more than {MAX_BODY_BYTES >> 20} MB.")
