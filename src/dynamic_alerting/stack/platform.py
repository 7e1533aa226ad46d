"""Starting the platform, holding it, ending it: everything that is started here is ended here."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Self

from dynamic_alerting.stack import mariadb
from dynamic_alerting.stack.errors import ProgramError, StackError
from dynamic_alerting.stack.health import await_healthy
from dynamic_alerting.stack.identity import Identity, identify
from dynamic_alerting.stack.ports import require_free
from dynamic_alerting.stack.process import Child, end_all, spawn
from dynamic_alerting.stack.record import ProgramRecord, Record, StateLock
from dynamic_alerting.stack.server_configs import alertmanager_config, prometheus_config
from dynamic_alerting.stack.services import Service, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from dynamic_alerting.stack.programs import Programs
    from dynamic_alerting.stack.settings import Settings

HEALTHY_WITHIN_S = 60.0
_INSTALLED_WITHIN_S = 120.0


class Platform:
    """A context manager: entered when every program is healthy, left when none of them runs.

    Args:
        settings: where and how.
        programs: the servers of others.
        report: told of each thing that was done, as a sentence for a person.
    """

    def __init__(
        self, settings: Settings, programs: Programs, report: Callable[[str], None] = lambda _: None
    ) -> None:
        self.settings = settings
        self.services = {service.name: service for service in plan(settings, programs)}
        self._programs = programs
        self._report = report
        self._lock = StateLock(settings.state_dir)
        self._children: dict[str, Child] = {}
        self._ready = False

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def require_alive(self) -> None:
        """Check that no program ended by itself.

        Raises:
            ProgramError: one did.
        """
        for child in self._children.values():
            child.require_alive()

    def dead(self) -> list[str]:
        """Names of the programs that ended by themselves."""
        return [name for name, child in self._children.items() if child.popen.poll() is not None]

    def pid(self, name: str) -> int:
        """The process of one program."""
        return self._children[name].identity.pid

    def start_again(self, names: Iterable[str]) -> None:
        """Start programs that ended, and wait until they are healthy.

        Raises:
            ProgramError: one ended again or did not become healthy.
        """
        services = [self.services[name] for name in names]
        for service in services:
            self._spawn(service)
        self._await(services)

    def _start(self) -> None:
        started = time.monotonic()
        clean_leftovers(self.settings.state_dir, self._report)
        services = list(self.services.values())
        require_free(services)
        self._write_files()
        installation = self._begin_installation()
        for service in services:
            if not service.needs_data:
                self._spawn(service)
        if installation is not None:
            self._finish_installation(installation)
        for tenant in self.settings.tenants:
            mariadb.prepare(self.settings, tenant)
        for service in services:
            if service.needs_data:
                self._spawn(service)
        self._await(services)
        self._ready = True
        self._write_record()
        self._report(f"all {len(services)} programs are healthy after {time.monotonic() - started:.1f} s")

    def _write_files(self) -> None:
        settings = self.settings
        if not settings.config_source.is_dir():
            raise StackError(f"{settings.config_source} is not a directory of tenant files: say --config-dir")
        if not any(settings.rule_packs.glob("*/rules.yaml")):
            raise StackError(f"{settings.rule_packs} has no */rules.yaml: say --rule-packs")
        if not settings.keep_history:
            for name in ("prometheus", "alertmanager", "receiver"):
                shutil.rmtree(settings.state_dir / name, ignore_errors=True)
        for name in ("logs", "prometheus", "alertmanager", "receiver", "mariadb"):
            (settings.state_dir / name).mkdir(parents=True, exist_ok=True)
        for log in settings.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.previous"))
        shutil.rmtree(settings.config_dir, ignore_errors=True)
        shutil.copytree(settings.config_source, settings.config_dir)
        prometheus = settings.state_dir / "prometheus" / "prometheus.yml"
        prometheus.write_text(prometheus_config(settings), encoding="utf-8")
        alertmanager = settings.state_dir / "alertmanager" / "alertmanager.yml"
        alertmanager.write_text(alertmanager_config(settings), encoding="utf-8")

    def _begin_installation(self) -> Child | None:
        """Start making the data directory that the tenants' are copied from, unless they are there."""
        directories = [mariadb.data_dir(self.settings, tenant) for tenant in self.settings.tenants]
        template = mariadb.template_dir(self.settings)
        if template.exists() or all(directory.exists() for directory in directories):
            return None
        self._report("making MariaDB's data directories (the first time only)")
        shutil.rmtree(_unfinished(template), ignore_errors=True)
        child = spawn(
            "mariadb-install-db",
            mariadb.install_command(self._programs, _unfinished(template)),
            log=self.settings.logs / "mariadb-install-db.log",
        )
        self._children[child.name] = child
        self._write_record()
        return child

    def _finish_installation(self, child: Child) -> None:
        deadline = time.monotonic() + _INSTALLED_WITHIN_S
        while (code := child.popen.poll()) is None:
            if time.monotonic() > deadline:
                raise ProgramError(child.name, f"has not ended in {_INSTALLED_WITHIN_S:.0f} s", child.log)
            time.sleep(0.05)
        if code != 0:
            child.require_alive()
        del self._children[child.name]
        template = mariadb.template_dir(self.settings)
        _unfinished(template).rename(template)

    def _spawn(self, service: Service) -> None:
        self._children[service.name] = spawn(service.name, service.command, log=service.log)
        self._write_record()

    def _await(self, services: list[Service]) -> None:
        started = time.monotonic()
        names = [service.name for service in services]

        def still_alive() -> None:
            for name in names:
                self._children[name].require_alive()

        def on_healthy(service: Service) -> None:
            self._report(f"{service.name} is healthy after {time.monotonic() - started:.1f} s")

        await_healthy(services, still_alive=still_alive, on_healthy=on_healthy, timeout_s=HEALTHY_WITHIN_S)

    def _stop(self) -> None:
        children = list(self._children.values())
        try:
            end_all(child.identity for child in children)
        finally:
            collected = [child.is_collected() for child in children]
            if all(collected):
                Record.remove(self.settings.state_dir)
            self._children.clear()
            self._lock.release()

    def _write_record(self) -> None:
        programs = (ProgramRecord(name, child.identity) for name, child in self._children.items())
        Record(own_identity(), self.settings, self._ready, tuple(programs)).write()


def clean_leftovers(state_dir: Path, report: Callable[[str], None]) -> None:
    """End what a holder that is gone has left running. The caller holds the directory's lock.

    Raises:
        StackError: the record of it is damaged.
    """
    record = Record.read(state_dir)
    if record is None:
        return
    left = [program for program in record.programs if identify(program.identity.pid) == program.identity]
    for program in left:
        report(f"ending {program.name} (pid {program.identity.pid}), left over from an earlier run")
    end_all(program.identity for program in left)
    Record.remove(state_dir)


def own_identity() -> Identity:
    """Who this process is."""
    identity = identify(os.getpid())
    if identity is None:
        raise StackError("the system does not say when this process started; is /proc mounted?")
    return identity


def _unfinished(directory: Path) -> Path:
    return directory.with_name(directory.name + ".unfinished")
