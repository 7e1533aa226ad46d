"""The address to listen on: reading it, and binding it before anything else is done."""

import errno
import socket
from dataclasses import dataclass

_BACKLOG = 1024
_HIGHEST_PORT = 65535


class AddressError(ValueError):
    """The address is not HOST:PORT, or nothing can listen on it; the text says which and why."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen. An empty host is every interface; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> ListenAddress:
    """Reads ``HOST:PORT``, ``[IPv6]:PORT`` or ``:PORT``.

    Raises:
        AddressError: It is none of these.
    """
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
        raise AddressError(f"{text!r} is not HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:8080.")
    if ":" in host and not bracketed:
        raise AddressError(f"{text!r}: write an IPv6 address in brackets, such as [::1]:8080.")
    return ListenAddress(host[1:-1] if bracketed else host, int(port))


def bind(address: ListenAddress) -> socket.socket:
    """Opens the listening socket.

    Raises:
        AddressError: The port is taken, not permitted, or the host is not one of this machine's.
    """
    try:
        return _bound(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressError(
                f"Cannot listen on {address}: another program uses this port. "
                "End it, or choose another one with --web.listen-address."
            ) from error
        raise AddressError(f"Cannot listen on {address}: {error.strerror or error}.") from error


def address_of(listener: socket.socket) -> ListenAddress:
    """The address that a socket really has, with the port that the system chose for port 0."""
    host, port = listener.getsockname()[:2]
    return ListenAddress(host, port)


def _bound(address: ListenAddress) -> socket.socket:
    if not address.host and socket.has_dualstack_ipv6():
        return socket.create_server(
            ("", address.port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True
        )
    family = socket.AF_INET
    if address.host:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family = found[0][0]
    return socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
