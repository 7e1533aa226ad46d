"""Accepting connections: never more than there is room for, and in peace when there are no descriptors left.

asyncio's own server accepts whatever waits in one go, and logs each time that it cannot.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from dynamic_alerting.exporter.connections.report import Report
from dynamic_alerting.exporter.connections.table import Connection, Connections

#: Connections accepted before those closed in their favour have ended; the reserve has room for them.
_AT_ONCE = 16

#: Seconds until the next try after one that failed.
_AGAIN_AFTER = 0.1

_LOOK_EVERY = 1.0

#: Bytes that the kernel keeps for a client that does not read; else it is megabytes each, and their copying
#: delays others. What is under way to a distant client is not counted.
_UNSENT = 1 << 19


class Acceptor:
    """A server on one bound and listening socket.

    Args:
        listener: The socket, which stays the caller's.
        connections: The table of what is open.
        protocol: Makes the protocol of a connection.
        tls: The TLS context; None for plain HTTP.
    """

    def __init__(
        self,
        listener: socket.socket,
        connections: Connections,
        protocol: Callable[[Connection], asyncio.Protocol],
        tls: ssl.SSLContext | None,
    ) -> None:
        self._listener = listener
        self._connections = connections
        self._protocol = protocol
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._report = Report(connections)
        self._opening: set[asyncio.Task[object]] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._closed = False
        self._at_once = max(1, min(_AT_ONCE, connections.limits.connections // 4))

    def start(self) -> None:
        """Accepts from now on."""
        self._listener.setblocking(False)
        with suppress(AttributeError, OSError):  # not every system has it
            self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
        self._listen()
        self._look()

    def close(self) -> None:
        """Accepts no more, and ends what has not shaken hands yet; the rest is the protocols' to end."""
        self._closed = True
        self._loop.remove_reader(self._listener)
        for timer in self._timers:
            timer.cancel()
        for task in self._opening:
            task.cancel()

    async def wait_closed(self) -> None:
        """Returns at once: uvicorn waits for the connections itself."""

    def _listen(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(self._at_once):
            try:
                accepted, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            accepted.setblocking(False)
            self._open(accepted)

    def _open(self, accepted: socket.socket) -> None:
        connection = self._connections.open()
        task: asyncio.Task[object] = self._loop.create_task(
            self._loop.connect_accepted_socket(
                partial(self._protocol, connection),
                accepted,
                ssl=self._tls,
                # The table ends it earlier; this is for a handshake that was told why it fails.
                ssl_handshake_timeout=self._connections.limits.request + 1 if self._tls else None,
            )
        )
        connection.abort = task.cancel
        self._opening.add(task)
        task.add_done_callback(partial(self._opened, accepted, connection))

    def _opened(self, accepted: socket.socket, connection: Connection, task: asyncio.Task[object]) -> None:
        self._opening.discard(task)
        if task.cancelled() or task.exception():
            self._connections.forget(connection)
            self._loop.call_soon(accepted.close)  # after its transport's end, if it came so far

    def _pause(self, error: OSError) -> None:
        """Tries again soon: the connection still waits, and would wake the loop up at once."""
        self._report.not_accepted(error)
        self._connections.close_one()
        self._loop.remove_reader(self._listener)
        self._later(_AGAIN_AFTER, self._listen)

    def _look(self) -> None:
        self._connections.close_overdue()
        self._report.say()
        self._later(_LOOK_EVERY, self._look)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        now = self._loop.time()
        self._timers = [timer for timer in self._timers if timer.when() > now]
        self._timers.append(self._loop.call_later(seconds, work))
