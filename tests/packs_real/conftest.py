"""What the packs' tests on real servers share: programs, a Prometheus with a pack's rules, and waiting."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.ports import is_free
from dynamic_alerting.stack.process import Child, end_children, spawn
from dynamic_alerting.stack.programs import EXTRA_DIRECTORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60
PATIENCE_S = 90  # for what takes seconds on an idle machine
PORTS = (12_000, 20_000)  # below those of tests/stack, and below those that systems give to clients
WINDOWS = {"15m": "10s", "5m": "7s", "2m": "6s", "1m": "5s"}  # as the rules have them → in these tests


@dataclass
class Stage:
    """A directory, and the programs that run in it until the tests of a file are over."""

    directory: Path
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str, *command: str | Path) -> Child:
        """Start a program under a name; its output goes to ``<name>.log``."""
        self.children[name] = spawn(name, [str(part) for part in command], log=self.directory / f"{name}.log")
        return self.children[name]

    def await_up(self, look: Callable[[], Any], *names: str) -> None:
        """Wait until it neither raises ConnectionError nor is false, for as long as these programs run.

        Raises:
            ProgramError: one of them ended; with its log's last lines.
        """
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            for name in names:
                self.children[name].require_alive()
            with suppress(ConnectionError):  # not listening yet
                if look():
                    return
            logs = "\n".join(self.log(name) for name in names)
            assert time.monotonic() < deadline, f"{names}: not within {STARTS_WITHIN_S} s:\n{logs}"
            time.sleep(0.1)

    def end(self, name: str) -> None:
        """End the program of that name and wait until it is gone."""
        end_children([self.children.pop(name)])

    def end_everything(self) -> None:
        """End all programs at once."""
        end_children(self.children.values())
        self.children.clear()

    def log(self, name: str) -> str:
        """What a program has said so far."""
        return (self.directory / f"{name}.log").read_text()


@dataclass
class Watch:
    """A real Prometheus with the rules of one pack, and a real threshold-exporter."""

    stage: Stage
    conf_d: Path
    prometheus: Prometheus
    expands_patterns: bool

    def configure(self, tenant: str, keys: Mapping[str, Any]) -> None:
        """Write a tenant's file; the exporter notices within a moment."""
        text = yaml.safe_dump({"tenants": {tenant: dict(keys)}}, sort_keys=False)
        temporary = self.conf_d / f".{tenant}"
        temporary.write_text(text)
        temporary.rename(self.conf_d / f"{tenant}.yaml")

    def firing(self) -> set[str]:
        """What fires now: ``Alert``, ``Alert/severity`` and ``Alert{label=value}`` for each."""
        found = set()
        for alert in self.prometheus.alerts():
            if alert.state == "firing":
                found |= {alert.name, f"{alert.name}/{alert.labels['severity']}"}
                found |= {f"{alert.name}{{{name}={value}}}" for name, value in alert.labels.items()}
        return found

    def await_firing(
        self, *wanted: str, seconds: float = PATIENCE_S, meanwhile: Callable[[], Any] | None = None
    ) -> None:
        """Wait until each of the alerts was seen firing, calling ``meanwhile`` (the load) between looks."""
        missing = set(wanted)
        deadline = time.monotonic() + seconds
        while missing := missing - self.firing():
            assert time.monotonic() < deadline, f"not firing: {missing}; firing: {sorted(self.firing())}"
            if meanwhile is not None:
                meanwhile()
            time.sleep(0.2)

    def await_resolved(
        self, *names: str, seconds: float = PATIENCE_S, meanwhile: Callable[[], Any] | None = None
    ) -> None:
        """Wait until none of the alerts fires; without names: nothing at all."""
        deadline = time.monotonic() + seconds
        while still := (self.firing() & set(names) if names else self.firing()):
            assert time.monotonic() < deadline, f"still firing: {sorted(still)}"
            if meanwhile is not None:
                meanwhile()
            time.sleep(0.2)

    def ever_fired(self) -> set[str]:
        """The names of all alerts that fired during these tests."""
        fired = self.prometheus.instant('last_over_time(ALERTS{alertstate="firing"}[1h])')
        return {sample.labels["alertname"] for sample in fired}

    def never_seen(self, metrics: Collection[str]) -> set[str]:
        """Those metrics of which nothing was scraped during these tests."""
        return {name for name in metrics if not self.prometheus.instant(f"last_over_time({name}[1h])")}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A directory of its own, short (sockets) and open to a server that runs as another user."""
    directory = Path(tempfile.mkdtemp(prefix="pack-"))
    directory.chmod(0o755)
    stage = Stage(directory)
    try:
        yield stage
    finally:
        stage.end_everything()
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Find a port for a server that starts a moment later.

    Not one that the system chooses: those it gives to any client in the meantime.
    """
    given: set[int] = set()

    def find() -> int:
        while True:
            port = random.randrange(*PORTS)
            if port not in given and is_free(port):
                given.add(port)
                return port

    return find


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Find a program under one of its names, or fail and name Debian's package that has it."""

    def find(*names: str, package: str, directories: tuple[str, ...] = ()) -> str:
        path = ":".join([*directories, *EXTRA_DIRECTORIES, "/usr/bin", "/bin"])
        for name in names:
            if found := shutil.which(name) or shutil.which(name, path=path):
                return found
        pytest.fail(
            f"{' or '.join(names)} is not installed: apt-get install {package} (or: pytest -m 'not stack')"
        )

    return find


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Try again and again until it neither raises ConnectionError nor is false."""

    def waiting(look: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if seen := look():
                    return seen
            except ConnectionError as error:  # not listening yet
                seen = error
            assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {seen!r}"
            time.sleep(0.1)

    return waiting


@pytest.fixture(scope="module")
def watch(
    stage: Stage, program: Callable[..., str], free_port: Callable[[], int]
) -> Iterator[Callable[..., Watch]]:
    """Start Prometheus with the rules of packs and targets per tenant, and the threshold-exporter."""
    clients = []

    def start(
        packs: str | tuple[str, ...],
        targets: Mapping[str, list[int]],
        tenants: Mapping[str, Mapping[str, Any]],
        scrape_s: int = 1,
        defaults: str = "",
    ) -> Watch:
        conf_d = stage.directory / "conf.d"
        conf_d.mkdir()
        if defaults:
            (conf_d / "_defaults.yaml").write_text(defaults)
        port, exporter_port = free_port(), free_port()
        url = f"http://127.0.0.1:{port}"
        clients.append(Prometheus(url))
        exporter = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
        help_text = subprocess.run([*exporter, "--help"], capture_output=True, text=True, check=True).stdout
        expands = "--prometheus.url" in help_text
        watch = Watch(stage, conf_d, clients[0], expands)
        for tenant, keys in tenants.items():
            watch.configure(tenant, keys)
        listen = f"--web.listen-address=127.0.0.1:{exporter_port}"
        discovery = [f"--prometheus.url={url}"] if expands else []
        stage.start("threshold-exporter", *exporter, f"--config-dir={conf_d}", listen, *discovery)
        config = stage.directory / "prometheus.yml"
        names = (packs,) if isinstance(packs, str) else packs
        rules = [_hurried(pack, stage.directory) for pack in names]
        config.write_text(_prometheus_config(rules, exporter_port, targets, scrape_s))
        data = f"--storage.tsdb.path={stage.directory / 'tsdb'}"
        command = program("prometheus", package="prometheus")
        stage.start(
            "prometheus", command, f"--config.file={config}", data, f"--web.listen-address=127.0.0.1:{port}"
        )
        count = sum(map(len, targets.values())) + 1
        stage.await_up(
            lambda: watch.prometheus.is_ready() and _all_up(watch, count), "prometheus", "threshold-exporter"
        )
        return watch

    yield start
    for client in clients:
        client.close()


def _hurried(pack: str, directory: Path) -> Path:
    """The shipped rules in a hurry: `for` is 1 s; windows, offsets and intervals are seconds."""
    text = (ROOT / "rule-packs" / pack / "rules.yaml").read_text()
    text = re.sub(r"(?m)^(\s+for: ).+$", r"\g<1>1s", text)
    for shipped, hurried in WINDOWS.items():
        for written in ("[{}]", "offset {}", "interval: {}\n"):
            text = text.replace(written.format(shipped), written.format(hurried))
        text = text.replace(f"[{shipped}:1m]", f"[{hurried}:1s]")  # a subquery
    path = directory / f"{pack}.yaml"
    path.write_text(text)
    return path


def _prometheus_config(
    rules: list[Path], exporter_port: int, targets: Mapping[str, list[int]], scrape_s: int
) -> str:
    databases = [
        {"targets": [f"127.0.0.1:{port}" for port in ports], "labels": {"tenant": tenant}}
        for tenant, ports in targets.items()
    ]
    exporters = [{"targets": [f"127.0.0.1:{exporter_port}"]}]
    jobs = {"thresholds": (exporters, 1), "databases": (databases, scrape_s)}
    return yaml.safe_dump(
        {
            "global": {"evaluation_interval": "1s"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [
                {
                    "job_name": job,
                    "scrape_interval": f"{seconds}s",
                    "scrape_timeout": f"{seconds}s",
                    "static_configs": groups,
                }
                for job, (groups, seconds) in jobs.items()
            ],
        }
    )


def _all_up(watch: Watch, count: int) -> bool:
    return len(watch.prometheus.instant("up == 1")) == count
