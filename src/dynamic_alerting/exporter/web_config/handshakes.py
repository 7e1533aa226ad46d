"""TLS for an asyncio server whose settings and certificates may change at any moment.

asyncio asks the context that it was given for a new TLS object at each connection. `FollowingContext` passes
that on to whatever context is right at that moment, so a connection sees the versions, suites, certificates
and client authentication of now. (Exchanging the context in sni_callback comes too late for versions and
client authentication: OpenSSL has taken them over from the first context by then.)
"""

import ipaddress
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

from dynamic_alerting.exporter.logs import log_event

#: What Go's server says to somebody who speaks HTTP where TLS is spoken.
_ANSWER_TO_PLAIN_HTTP = (
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 48\r\n\r\n"
    b"Client sent an HTTP request to an HTTPS server.\n"
)


class ServerHandshake(ssl.SSLObject):
    """A handshake that checks the client's names, and tells the client when it fails.

    asyncio closes the connection at the first error, before OpenSSL's alert is sent. So the error is held
    back once, which makes asyncio send what lies ready, and raised at the next event of the connection: the
    client hangs up, or the handshake times out.
    """

    outgoing: ssl.MemoryBIO | None = None
    _failure: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        """Shakes hands as far as possible with what has arrived.

        Raises:
            ssl.SSLError: More must arrive first, or the handshake failed.
        """
        if self._failure is not None:
            raise self._failure
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            _note(error)
            if self.outgoing is None:
                raise
            if error.reason == "HTTP_REQUEST":
                self.outgoing.write(_ANSWER_TO_PLAIN_HTTP)
            if not self.outgoing.pending:
                raise
            self._failure = error
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "an answer is to be sent") from error
        if isinstance(self.context, ServerContext):
            self.context.check_names(self)


class ServerContext(ssl.SSLContext):
    """One generation of settings and certificates."""

    sslobject_class = ServerHandshake
    allowed_sans: frozenset[str] | None = None

    def check_names(self, handshake: ssl.SSLObject) -> None:
        """Checks a client's subject alternative names against client_allowed_sans.

        Raises:
            ssl.SSLCertVerificationError: None of them is allowed.
        """
        if self.allowed_sans is None:
            return
        names = set(_names_of(handshake))
        if self.allowed_sans.isdisjoint(names):
            refusal = ssl.SSLCertVerificationError(1, f"no name of the client is allowed: {sorted(names)}")
            _note(refusal)
            raise refusal


class FollowingContext(ssl.SSLContext):
    """Stands for the context that is right at the moment of a connection.

    Args:
        current: Gives that context; must not raise, for asyncio would leave the connection open.
    """

    def __new__(cls, current: Callable[[], ssl.SSLContext]) -> Self:  # noqa: D102 - as __init__
        del current
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, current: Callable[[], ssl.SSLContext]) -> None:
        self._current = current

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the overridden signature
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """A TLS object of the context of now."""
        handshake = self._current().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if isinstance(handshake, ServerHandshake):
            handshake.outgoing = outgoing
        return handshake


def _note(error: ssl.SSLError) -> None:
    """Logs what went wrong, at the level of what any port scanner can cause."""
    log_event(logging.DEBUG, "TLS handshake failed", reason=str(error))


def _names_of(handshake: ssl.SSLObject) -> Iterator[str]:
    """The subject alternative names of the client's certificate, spelled as Go spells them."""
    certificate = handshake.getpeercert() or {}
    for pair in certificate.get("subjectAltName", ()):
        kind, name = str(pair[0]), str(pair[1])
        if kind in {"DNS", "email", "URI"}:
            yield name
        elif kind == "IP Address":
            with suppress(ValueError):  # Python writes one of a strange length as "<invalid>"
                yield str(ipaddress.ip_address(name.strip()))
