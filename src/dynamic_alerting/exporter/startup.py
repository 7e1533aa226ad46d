"""From checked flags to a running exporter."""

import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.config.patience import Patience
from dynamic_alerting.exporter.asking_thread import AskingThread
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.worker import Discovery
from dynamic_alerting.exporter.logs import log_event
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
    must_be_directory: bool,
    emptied_retention: float,
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
        must_be_directory: Whether the source is a directory, also if it is not there yet.
        emptied_retention: Seconds for which is kept what is gone from a file that held it.
    """

    def look_soon() -> None:
        loop.look_soon()  # which is made last

    discovery = Discovery(asking, catalogue, on_news=look_soon)
    asker = AskingThread(asking, catalogue, source, on_news=look_soon) if asking.url else None
    patience = Patience(emptied=emptied_retention, say=_say_being_written)
    loader = Loader(source, catalogue, patience=patience, must_be_directory=must_be_directory)
    reloader = Reloader(
        loader,
        catalogue,
        started=started,
        discovery=discovery,
        series_limit=series_limit,
        asker=asker,
        startup_wait=asking.startup_wait,
    )
    if strict and (status := _first_load(reloader)):
        return status
    loop = ReloadLoop(reloader, interval, loader.look_again_in)
    loop.start()
    # Imported while the first load runs beside it: the web server is the larger half of the start.
    from dynamic_alerting.exporter.server import Running, run_server  # noqa: PLC0415
    from dynamic_alerting.exporter.watching import DirectoryWatch  # noqa: PLC0415

    directory = source if must_be_directory else source.absolute().parent
    watch = DirectoryWatch(directory, loop.look_soon)
    # Not before: its HTTP client is as large again, and would be imported in competition with the server.
    discovery.start()
    if asker is not None:
        asker.start()
    run_server(Running(reloader, loop, watch, listener, web_config, lifecycle))
    discovery.stop()
    if asker is not None:
        asker.stop()
    return 0


def _say_being_written(name: str, *, overdue: bool) -> None:
    if overdue:
        log_event(logging.WARNING, "a file goes on changing, it is taken as it is now", file=name)
    else:
        log_event(logging.INFO, "a file is being written, its last state stays until it is quiet", file=name)


def _first_load(reloader: Reloader) -> int:
    """Loads once under --config.strict: 0 if it is good, 1 with errors printed, 2 if it cannot be read."""
    reloader.look()
    served = reloader.served
    snapshot = served.snapshot or reloader.prepared
    findings = snapshot.findings if snapshot else served.waiting.findings if served.waiting else ()
    errors = [finding for finding in findings if snapshot is None or finding.severity == "error"]
    for finding in errors:
        click.echo(finding.explained() + "\n", err=True)
    if snapshot is None:
        click.echo(f"threshold-exporter: {served.health.unreadable}.", err=True)
        return 1 if served.waiting and served.waiting.sha256 else 2
    if errors:
        click.echo(f"threshold-exporter: {len(errors)} errors, and --config.strict is given.", err=True)
    return 1 if errors else 0
