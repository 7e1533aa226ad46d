"""Which programs make up the platform: each one's command, port, health and log."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dynamic_alerting.stack import health, mariadb
from dynamic_alerting.stack.settings import local

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dynamic_alerting.stack.programs import Programs
    from dynamic_alerting.stack.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """One long-running program.

    Attributes:
        name: unique, such as ``mariadb-db-a``; its log is named after it.
        address: what a person opens or connects to.
        probe: says what is wrong with it, or None.
        needs_data: waits until the MariaDB data directories are made.
    """

    name: str
    command: tuple[str, ...]
    port: int
    address: str
    log: Path
    probe: Callable[[], str | None]
    needs_data: bool = False


def plan(settings: Settings, programs: Programs) -> tuple[Service, ...]:
    """Every program of the platform, in the order in which they are shown."""
    return (
        _prometheus(settings, programs),
        _alertmanager(settings, programs),
        _receiver(settings),
        *(_threshold_exporter(settings, replica) for replica in range(1, settings.replicas + 1)),
        *(_mysqld_exporter(settings, programs, tenant) for tenant in settings.tenants),
        *(_mariadb(settings, programs, tenant) for tenant in settings.tenants),
    )


def _prometheus(settings: Settings, programs: Programs) -> Service:
    port = settings.prometheus_port
    home = settings.state_dir / "prometheus"
    return Service(
        name="prometheus",
        command=(
            programs.prometheus,
            f"--config.file={home / 'prometheus.yml'}",
            f"--storage.tsdb.path={home / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ),
        port=port,
        address=local(port),
        log=settings.logs / "prometheus.log",
        probe=partial(health.answers, local(port, "/-/ready")),
    )


def _alertmanager(settings: Settings, programs: Programs) -> Service:
    port = settings.alertmanager_port
    home = settings.state_dir / "alertmanager"
    return Service(
        name="alertmanager",
        command=(
            programs.alertmanager,
            f"--config.file={home / 'alertmanager.yml'}",
            f"--storage.path={home / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",  # alone: no gossip port
        ),
        port=port,
        address=local(port),
        log=settings.logs / "alertmanager.log",
        probe=partial(health.answers, local(port, "/-/ready")),
    )


def _receiver(settings: Settings) -> Service:
    port = settings.receiver_port
    module = ("-m", "dynamic_alerting.stack.receiver")
    return Service(
        name="receiver",
        command=(
            *_python(*module),
            f"--listen=127.0.0.1:{port}",
            f"--journal={settings.journal}",
        ),
        port=port,
        address=local(port, "/notifications"),
        log=settings.logs / "receiver.log",
        probe=partial(health.answers, local(port, "/health")),
    )


def _threshold_exporter(settings: Settings, replica: int) -> Service:
    port = settings.threshold_exporter_port(replica)
    name = f"threshold-exporter-{replica}"
    return Service(
        name=name,
        command=(
            *_python("-c", "from dynamic_alerting.exporter.main import main; main()"),
            f"--config-dir={settings.config_dir}",
            f"--prometheus.url={local(settings.prometheus_port)}",
            # Patterns follow new label values as quickly as everything else here; see docs/dimensions.md.
            f"--discovery.interval={2 * settings.interval_s}s",
            f"--web.listen-address=127.0.0.1:{port}",
        ),
        port=port,
        address=local(port),
        log=settings.logs / f"{name}.log",
        probe=partial(health.answers, local(port, "/ready")),
    )


def _mysqld_exporter(settings: Settings, programs: Programs, tenant: str) -> Service:
    port = settings.mysqld_exporter_port(tenant)
    name = f"mysqld-exporter-{tenant}"
    return Service(
        name=name,
        command=(
            programs.mysqld_exporter,
            # A file rather than DATA_SOURCE_NAME: 0.14 takes both, 0.15 dropped the variable.
            f"--config.my-cnf={mariadb.client_file(settings, tenant, 'exporter')}",
            f"--web.listen-address=127.0.0.1:{port}",
        ),
        port=port,
        address=local(port, "/metrics"),
        log=settings.logs / f"{name}.log",
        probe=partial(health.reaches_its_database, local(port, "/metrics")),
        needs_data=True,
    )


def _mariadb(settings: Settings, programs: Programs, tenant: str) -> Service:
    port = settings.mariadb_port(tenant)
    name = f"mariadb-{tenant}"
    client_file = mariadb.client_file(settings, tenant, "load")
    return Service(
        name=name,
        command=tuple(mariadb.server_command(programs, settings, tenant)),
        port=port,
        address=shlex.join(["mariadb", f"--defaults-file={client_file}"]),
        log=settings.logs / f"{name}.log",
        probe=partial(health.accepts_connections, client_file),
        needs_data=True,
    )


def _python(*arguments: str) -> tuple[str, ...]:
    """This environment's Python, without the current directory on its module path."""
    return (sys.executable, "-P", *arguments)
