"""How many connections there may be, and how long each may take."""

from dataclasses import dataclass

_MOST = 1024

#: Descriptors left for all that is not a connection: files of the configuration, their watch, discovery, the
#: log, and connections that are accepted before those closed in their favour have given theirs back.
_RESERVE = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of the HTTP server.

    Attributes:
        connections: The most connections at once.
        request: Seconds from accepting a connection, or from the first byte of a later request, until the
            request's headers must be complete, with the TLS handshake; and again until its body must be.
        idle: Seconds that a connection may wait for its next request. Longer than scrape intervals are: who
            scrapes every two minutes keeps the connection.
        stalled: Seconds that a client may take nothing of its answer.
        answer: Seconds that a client may take for the whole of it.
    """

    connections: int = _MOST
    request: float = 10
    idle: float = 150
    stalled: float = 30
    answer: float = 300


def most_connections(open_files: int) -> int:
    """How many connections a process may hold that may open so many files."""
    return max(1, min(_MOST, open_files - min(_RESERVE, open_files // 2)))
