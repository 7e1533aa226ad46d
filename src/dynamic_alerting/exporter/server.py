"""Running it: the HTTP server, the reload thread, the directory watch, and an orderly end."""

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp

from dynamic_alerting.exporter.app import build_app
from dynamic_alerting.exporter.connections.limits import Limits, most_connections
from dynamic_alerting.exporter.connections.open_files import raise_soft_limit
from dynamic_alerting.exporter.connections.own_metrics import ConnectionsCollector
from dynamic_alerting.exporter.connections.server import BoundedServer
from dynamic_alerting.exporter.connections.table import Connections
from dynamic_alerting.exporter.listening import address_of
from dynamic_alerting.exporter.logs import log_event
from dynamic_alerting.exporter.own_metrics import ProcessMetrics
from dynamic_alerting.exporter.reload_loop import ReloadLoop
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.exporter.watching import DirectoryWatch

if TYPE_CHECKING:  # imported only by a program that is given a file
    from dynamic_alerting.exporter.web_config.file import WebConfigFile

#: Whole seconds in which answers may finish at the end; a second later uvicorn cancels what works on one.
_GRACE = 1


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of a running exporter.

    Attributes:
        reloader: Holds what is served.
        loop: The reload thread, already started.
        watch: The directory watch, not yet started.
        listener: The bound socket.
        web_config: TLS, authentication and headers; None for plain HTTP for everybody.
        lifecycle: Whether /-/reload is answered.
    """

    reloader: Reloader
    loop: ReloadLoop
    watch: DirectoryWatch
    listener: socket.socket
    web_config: "WebConfigFile | None"
    lifecycle: bool


def run_server(running: Running) -> None:
    """Serves until SIGTERM or SIGINT."""
    # It warns of each write to a client that has gone, several times for one answer.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    asyncio.run(_serve(running))


def _application(running: Running, connections: Connections) -> ASGIApp:
    app = build_app(
        lambda: running.reloader.served,
        running.loop.reload if running.lifecycle else None,
        ProcessMetrics(ConnectionsCollector(connections)),
    )
    if running.web_config is None:
        return app
    from dynamic_alerting.exporter.web_config.gate import Gate  # noqa: PLC0415 - see above

    return Gate(app, running.web_config)


def _tls(web_config: "WebConfigFile | None") -> Callable[..., ssl.SSLContext] | None:
    """What uvicorn makes the server's TLS context with, None for plain HTTP."""
    if web_config is None or not web_config.is_tls:
        return None
    from dynamic_alerting.exporter.web_config.handshakes import FollowingContext  # noqa: PLC0415 - see above

    context = FollowingContext(web_config.for_connection)
    return lambda *_: context


async def _serve(running: Running) -> None:
    loop = asyncio.get_running_loop()
    connections = Connections(Limits(most_connections(raise_soft_limit())), loop.time)
    config = uvicorn.Config(
        _application(running, connections),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing asks who the client is
        server_header=False,
        # The table of connections ends idle ones before that.
        timeout_keep_alive=2 * round(connections.limits.idle),
        timeout_graceful_shutdown=_GRACE + 1,
        ssl_context_factory=_tls(running.web_config),
    )
    server = BoundedServer(config, connections, _GRACE)

    def end(name: str) -> None:
        log_event(logging.INFO, "ending", signal=name)
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number.name)
    loop.add_signal_handler(signal.SIGHUP, running.loop.reload)
    running.watch.start()
    log_event(logging.INFO, "listening", address=str(address_of(running.listener)))
    try:
        await server.serve(sockets=[running.listener])
    finally:
        # Not waited for: they are daemons that write nothing, and a long load must not hold up the end.
        running.watch.stop()
        running.loop.stop()
    log_event(logging.INFO, "ended")
