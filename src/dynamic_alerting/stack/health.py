"""Whether a program of ours answers as it should: each probe says what is wrong, or None."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx2
import pymysql
from prometheus_client.parser import text_string_to_metric_families

from dynamic_alerting.stack.errors import ProgramError
from dynamic_alerting.stack.mariadb import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dynamic_alerting.stack.services import Service

    Probe = Callable[[], str | None]

PROBE_TIMEOUT_S = 2.0
_PAUSE_S = 0.1
_PROBES_AT_ONCE = 6


def answers(url: str) -> str | None:
    """The address answers 2xx."""
    try:
        response = httpx2.get(url, timeout=PROBE_TIMEOUT_S, trust_env=False)
    except httpx2.HTTPError as error:
        return f"{url}: {error or type(error).__name__}"
    return None if response.is_success else f"{url} answers {response.status_code}"


def accepts_connections(defaults_file: Path) -> str | None:
    """The MariaDB server accepts the account of the option file, which it creates at its start."""
    try:
        connect(defaults_file).close()
    except pymysql.err.OperationalError as error:
        return str(error.args[-1])
    return None


def reaches_its_database(url: str) -> str | None:
    """The mysqld_exporter answers, and says ``mysql_up 1``."""
    try:
        response = httpx2.get(url, timeout=PROBE_TIMEOUT_S, trust_env=False)
        response.raise_for_status()
    except httpx2.HTTPError as error:
        return f"{url}: {error or type(error).__name__}"
    for family in text_string_to_metric_families(response.text):
        if family.name == "mysql_up":
            return None if family.samples[0].value == 1 else "it cannot reach its database (mysql_up 0)"
    return f"{url} has no mysql_up"


def await_healthy(
    services: Iterable[Service],
    *,
    still_alive: Callable[[], None],
    on_healthy: Callable[[Service], None],
    timeout_s: float,
) -> None:
    """Probe programs side by side until each is healthy.

    Args:
        services: the programs.
        still_alive: raises when a program ended, so that nobody waits for the dead.
        on_healthy: told of each program once.
        timeout_s: seconds for all of them together.

    Raises:
        ProgramError: one is still not healthy after that time.
    """
    waiting = list(services)
    deadline = time.monotonic() + timeout_s
    with ThreadPoolExecutor(_PROBES_AT_ONCE, thread_name_prefix="probe") as pool:
        while waiting:
            still_alive()
            problems = list(pool.map(lambda service: service.probe(), waiting))
            for service, problem in zip(waiting, problems, strict=True):
                if problem is None:
                    on_healthy(service)
                elif time.monotonic() > deadline:
                    raise ProgramError(
                        service.name, f"is not healthy after {timeout_s:.0f} s: {problem}", service.log
                    )
            waiting = [
                service for service, problem in zip(waiting, problems, strict=True) if problem is not None
            ]
            time.sleep(_PAUSE_S if waiting else 0)
