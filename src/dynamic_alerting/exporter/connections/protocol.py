"""HTTP/1.1 on one connection, which notes in the table what it waits for."""

import asyncio
import logging
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from dynamic_alerting.exporter.connections.table import Connection, Connections, Reason, Stage

#: uvicorn's without its warnings: it has one for each request that is not HTTP, which anybody can send.
_ERRORS = logging.getLogger("uvicorn.error.connection")
_ERRORS.setLevel(logging.ERROR)

#: In the one shape of errors. Written as it is: h11 may be in the middle of an answer without a body.
_BAD_REQUEST_BODY = (
    b'{"status":"error","errorType":"bad_data",'
    b'"error":"This is no HTTP request, or its headers are longer than 64 KiB."}'
)
_BAD_REQUEST_HEAD = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n" % len(_BAD_REQUEST_BODY)
)


class HttpProtocol(H11Protocol):
    """uvicorn's protocol, kept within limits.

    Args:
        connections: The table.
        connection: This connection's row in it.
        config: uvicorn's.
        server_state: The server's.
        app_state: The application's.
    """

    def __init__(
        self,
        connections: Connections,
        connection: Connection,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
    ) -> None:
        super().__init__(config=config, server_state=server_state, app_state=app_state)
        self.logger = _ERRORS
        self._connections = connections
        self._connection = connection
        self._seen: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Notes how the connection is ended; with TLS, after the handshake."""
        self._connection.abort = transport.abort
        self._connection.unsent = self._unsent
        self._connection.settle = self._settle
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Notes the end."""
        self._connections.forget(self._connection)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # which uvicorn does only after an orderly end

    def data_received(self, data: bytes) -> None:
        """Reads some of a request."""
        if self._connection.stage is Stage.NEXT:
            self._connections.enter(self._connection, Stage.REQUEST)
        super().data_received(data)
        self._settle()

    def resume_writing(self) -> None:
        """Notes that the client reads."""
        self._connection.moved = self._connections.clock()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Goes on with the next request."""
        super().on_response_complete()
        self._settle()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Refuses what is not HTTP; in the middle of an answer, by hanging up."""
        self._connections.closed[Reason.BAD_REQUEST] += 1
        if self.cycle is not None:
            self.cycle.disconnected = True  # else its answer meets this one: a traceback
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        has_body = self.conn.our_state is h11.IDLE or self.scope["method"] != "HEAD"
        self.transport.write(_BAD_REQUEST_HEAD + (_BAD_REQUEST_BODY if has_body else b""))
        self.transport.close()

    def _settle(self) -> None:
        """Notes what the connection waits for after something happened."""
        if self.cycle is not self._seen:
            self._seen = self.cycle
            self._connections.enter(self._connection, Stage.ANSWER)
        if self.cycle is None or not self.cycle.response_complete or self._unsent():
            return
        stage = Stage.NEXT if self._has_nothing() else Stage.REQUEST
        if stage is not self._connection.stage:
            self._connections.enter(self._connection, stage)

    def _has_nothing(self) -> bool:
        """Nothing of a further request, nor of the last one's body, is there or to come."""
        return self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

    def _unsent(self) -> int:
        # One that is closing under TLS is ended by asyncio in time, and may no longer know its buffer.
        if self.scheme == "https" and self.transport.is_closing():
            return 0
        return self.transport.get_write_buffer_size()
