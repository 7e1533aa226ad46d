"""The HTTP server of the exporter in this process, with limits that a test need not wait long for."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request  # noqa: TC002 - starlette asks for the annotations
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dynamic_alerting.exporter.connections.limits import Limits
from dynamic_alerting.exporter.connections.server import BoundedServer
from dynamic_alerting.exporter.connections.table import Connections, Reason
from dynamic_alerting.exporter.scrape import PartsResponse

#: What /big answers with: more than the kernel keeps for a client.
PARTS = [b"x" * 400_000] * 50


async def small(request: Request) -> Response:
    del request
    return PlainTextResponse("small")


async def big(request: Request) -> Response:
    del request
    return PartsResponse(PARTS, {}, "text/plain")


async def broken(request: Request) -> Response:
    raise RuntimeError(request.url.path)


def application() -> Starlette:
    both = ["GET", "POST"]
    routes = [
        Route("/small", small, methods=both),
        Route("/big", big, methods=both),
        Route("/broken", broken),
    ]
    return Starlette(routes=routes)


@dataclass
class Serving:
    """A server in a thread, and its clients."""

    limits: Limits
    listener: socket.socket
    clients: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._started.wait(30)

    async def _serve(self) -> None:
        self.table = Connections(self.limits, asyncio.get_running_loop().time)
        config = uvicorn.Config(
            application(), http="h11", ws="none", lifespan="off", log_config=None, access_log=False
        )
        self.server = BoundedServer(config, self.table, grace=0.5)
        self._started.set()
        await self.server.serve(sockets=[self.listener])

    def end(self) -> None:
        """Ends the server in order."""
        self.server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()

    def connect(self, *sent: bytes, window: int | None = None) -> socket.socket:
        """A client that sends something and waits."""
        client = socket.socket()
        self.clients.append(client)
        if window is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.port))
        for data in sent:
            client.sendall(data)
        return client

    def until_closed(self, reason: Reason, count: int = 1) -> None:
        self.until(lambda: self.table.closed[reason] >= count)

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, (self.table.closed, len(self.table))
            time.sleep(0.02)


StartServing = Callable[..., Serving]


@pytest.fixture
def serve() -> Iterator[StartServing]:
    """Starts servers with some limits, and ends them afterwards."""
    started: list[Serving] = []

    def start(listener: socket.socket | None = None, **limits: float) -> Serving:
        serving = Serving(
            Limits(**limits),  # type: ignore[arg-type] # the number of connections is whole
            listener or socket.create_server(("127.0.0.1", 0), backlog=1024),
        )
        started.append(serving)
        return serving

    try:
        yield start
    finally:
        for serving in started:
            for client in serving.clients:
                client.close()
            serving.end()
