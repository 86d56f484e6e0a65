"""Why a server cannot be reached, and what to do: the name, the port, TLS and the network have different cures."""

from __future__ import annotations

import errno
import socket
import ssl

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})


def explain_connect_error(host: str, error: BaseException) -> str:
    """A sentence with the cure.

    Args:
        host: The server, for the message.
        error: What the HTTP library raised; its causes tell more than its name.
    """
    return f"{host} cannot be reached: {_reason(error)}."


def _reason(error: BaseException) -> str:
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            break
        if reason := _reason_of(found):
            return reason
        found = found.__cause__ or found.__context__
    name = type(error).__name__
    if "Timeout" in name:
        return "it did not answer in time; check the address, the network and its firewall"
    return f"the connection failed ({name}); check the address and the network"


def _reason_of(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known (DNS); check the spelling of the address, and the network"
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None) or error
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({said}); if it is signed by an authority "
            "of your own, name that in SSL_CERT_FILE"
        )
    if isinstance(error, ssl.SSLError):
        if said in _NO_TLS:
            return "it does not speak TLS at that port; check the port, or write http://"
        return f"TLS failed ({said}); check the address and its port"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens at that port (connection refused); check the address, and that the server runs"
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return "there is no way to it from here; check the network"
    return ""
