"""How a platform is now: each program, and what fires."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dynamic_alerting.prometheus.client import Alert, Prometheus
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack.identity import is_alive
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.record import Record
from dynamic_alerting.stack.services import Service, plan
from dynamic_alerting.stack.settings import local

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.stack.settings import Settings

State = Literal["healthy", "unhealthy", "ended"]
_PROMETHEUS_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One program. ``problem`` says why it is not healthy; ``pid`` is None when it ended."""

    name: str
    state: State
    pid: int | None
    port: int
    address: str
    log: Path
    problem: str | None


@dataclass(frozen=True, slots=True)
class PlatformStatus:
    """The platform of one state directory; no programs when it is not running.

    Attributes:
        alerts: what is pending or firing; None when Prometheus could not be asked.
    """

    running: bool
    settings: Settings | None
    programs: tuple[ProgramStatus, ...]
    alerts: tuple[Alert, ...] | None

    @property
    def healthy(self) -> bool:
        """Whether it runs and every program is healthy."""
        return self.running and all(program.state == "healthy" for program in self.programs)


def look(state_dir: Path) -> PlatformStatus:
    """Look at the platform of a state directory; probes all programs, side by side.

    Raises:
        StackError: the record of what runs is damaged, or a program was uninstalled.
    """
    record = Record.read(state_dir)
    if record is None or not is_alive(record.holder):
        return PlatformStatus(running=False, settings=None, programs=(), alerts=None)
    alive = {program.name: program.identity.pid for program in record.programs if is_alive(program.identity)}
    services = plan(record.settings, Programs.find())
    with ThreadPoolExecutor(len(services), thread_name_prefix="status") as pool:
        programs = tuple(pool.map(lambda service: _look_at(service, alive.get(service.name)), services))
    return PlatformStatus(True, record.settings, programs, _alerts(record.settings))


def _look_at(service: Service, pid: int | None) -> ProgramStatus:
    problem = "it is not running" if pid is None else service.probe()
    state: State = "ended" if pid is None else "healthy" if problem is None else "unhealthy"
    return ProgramStatus(service.name, state, pid, service.port, service.address, service.log, problem)


def _alerts(settings: Settings) -> tuple[Alert, ...] | None:
    try:
        with Prometheus(local(settings.prometheus_port), timeout_s=_PROMETHEUS_TIMEOUT_S) as prometheus:
            return prometheus.alerts()
    except ApiError:
        # Said by Prometheus' own row: it is not healthy.
        return None
