"""A server that speaks as much of MongoDB's wire protocol as a driver needs to run commands.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

from __future__ import annotations

import socketserver
import struct
import threading
from typing import TYPE_CHECKING, Any

from tests.packs_real.mongodb.bson import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = struct.Struct("<iiii")  # length, number, answered number, operation
REPLY, QUERY, MESSAGE = 1, 2004, 2013
NO_FLAGS = struct.pack("<I", 0)


class _Connection(socketserver.StreamRequestHandler):
    server: WireServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def handle(self) -> None:
        try:
            while header := self.rfile.read(HEADER.size):
                length, number, _, operation = HEADER.unpack(header)
                body = self.rfile.read(length - HEADER.size)
                answer = self._query(body) if operation == QUERY else self._message(body)
                kind = REPLY if operation == QUERY else MESSAGE
                self.wfile.write(HEADER.pack(HEADER.size + len(answer), 0, number, kind) + answer)
        except (ConnectionError, ValueError, struct.error):
            return  # the other side, or stop(), has closed it

    def _message(self, body: bytes) -> bytes:
        # Flags, then a section of kind 0: the command.
        return NO_FLAGS + b"\0" + self._answer(body[5:])

    def _query(self, body: bytes) -> bytes:
        # Flags, name, two numbers, the command. Drivers greet like this, as all servers understand it.
        document = self._answer(body[body.index(b"\0", 4) + 9 :])
        return struct.pack("<iqii", 0, 0, 0, 1) + document

    def _answer(self, raw: bytes) -> bytes:
        command = decoded(raw)
        return encoded(self.server.answer(next(iter(command)), command))


class WireServer(socketserver.ThreadingTCPServer):
    """Listens on a port of 127.0.0.1 and answers each command by a function of its name and document."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, answer: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.answer = answer
        self.connections: set[Any] = set()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Close the port and all connections, as a server that ends."""
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            connection.close()
