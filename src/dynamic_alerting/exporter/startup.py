"""From checked flags to a running exporter."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.asking_thread import AskingThread
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.worker import Discovery
from dynamic_alerting.exporter.reload_loop import ReloadLoop
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.model.catalogue import Catalogue

if TYPE_CHECKING:  # the program imports it only if it is given a file
    from dynamic_alerting.exporter.web_config.file import WebConfigFile


def start(
    source: Path,
    catalogue: Catalogue,
    listener: socket.socket,
    *,
    strict: bool,
    interval: float,
    started: float,
    web_config: "WebConfigFile | None",
    lifecycle: bool,
    asking: DiscoverySettings,
    series_limit: int,
) -> int:
    """Loads, serves until asked to end, and returns the exit status.

    Args:
        source: The configuration directory or file.
        catalogue: What the packs in force declare.
        listener: The bound socket to serve at.
        strict: Serve only if the first load has no error.
        interval: Seconds between two looks at the files.
        started: When the process started, in seconds since the epoch.
        web_config: TLS, authentication and headers; None for plain HTTP for everybody.
        lifecycle: Whether /-/reload is answered.
        asking: Whom to ask for label values.
        series_limit: The most threshold series of one tenant; 0 for no limit.
    """

    def look_soon() -> None:
        loop.look_soon()  # which is made last

    discovery = Discovery(asking, catalogue, on_news=look_soon)
    asker = AskingThread(asking, catalogue, source, on_news=look_soon) if asking.url else None
    reloader = Reloader(
        Loader(source, catalogue),
        catalogue,
        started=started,
        discovery=discovery,
        series_limit=series_limit,
        asker=asker,
    )
    if strict and (status := _first_load(reloader)):
        return status
    loop = ReloadLoop(reloader, interval)
    loop.start()
    # Imported while the first load runs beside it: the web server is the larger half of the start.
    from dynamic_alerting.exporter.server import Running, run_server, watched_directory  # noqa: PLC0415
    from dynamic_alerting.exporter.watching import DirectoryWatch  # noqa: PLC0415

    watch = DirectoryWatch(watched_directory(source), loop.look_soon)
    # Not before: its HTTP client is as large again, and would be imported in competition with the server.
    discovery.start()
    if asker is not None:
        asker.start()
    run_server(Running(reloader, loop, watch, listener, web_config, lifecycle))
    discovery.stop()
    if asker is not None:
        asker.stop()
    return 0


def _first_load(reloader: Reloader) -> int:
    """Loads once under --config.strict: 0 if it is good, 1 with errors printed, 2 if it cannot be read."""
    reloader.look()
    served = reloader.served
    if served.snapshot is None:
        click.echo(f"threshold-exporter: {served.health.unreadable}", err=True)
        return 2
    errors = [finding for finding in served.snapshot.findings if finding.severity == "error"]
    for finding in errors:
        click.echo(finding.explained() + "\n", err=True)
    if errors:
        click.echo(f"threshold-exporter: {len(errors)} errors, and --config.strict is given.", err=True)
    return 1 if errors else 0
