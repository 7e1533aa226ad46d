"""uvicorn's server with this package's way to accept connections."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from functools import partial

import uvicorn

from dynamic_alerting.exporter.connections.accepting import Acceptor
from dynamic_alerting.exporter.connections.protocol import HttpProtocol
from dynamic_alerting.exporter.connections.table import Connections


class BoundedServer(uvicorn.Server):
    """uvicorn with bounded connections, and without its own signal handling.

    Its handling would raise the signal again after an orderly end.

    Args:
        config: uvicorn's.
        connections: The table of what is open.
        grace: Seconds that answers may take to finish after the end is asked for. config's must be longer:
            uvicorn logs a traceback for each answer that it ends.
    """

    def __init__(self, config: uvicorn.Config, connections: Connections, grace: float) -> None:
        super().__init__(config)
        self._connections = connections
        self._grace = grace

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leaves signals to the caller."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts connections on these sockets."""
        await self.lifespan.startup()
        protocol = partial(
            HttpProtocol,
            self._connections,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        acceptors = [Acceptor(one, self._connections, protocol, self.config.ssl) for one in sockets or []]
        for acceptor in acceptors:
            acceptor.start()
        self.servers = acceptors  # type: ignore[assignment] # it only closes them and waits for their end
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts no more, lets answers finish for a while, and ends the others."""
        timer = asyncio.get_running_loop().call_later(self._grace, self._connections.abort_all)
        await super().shutdown(sockets)
        timer.cancel()
