"""The real program on a free port, and a small world of configuration files."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.declared import without_defaults

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue

PROGRAM = Path(sys.executable).parent / "threshold-exporter"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def samples_of(exposition: str) -> Samples:
    """Every sample of a text exposition; a series that is there twice is an error."""
    samples: Samples = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in samples, f"twice: {key}"
            samples[key] = sample.value
    return samples


def value(samples: Samples, name: str, **labels: str) -> float | None:
    """The sample of this name that has at least these labels, None if there is none."""
    found = [
        sample
        for (metric, pairs), sample in samples.items()
        if metric == name and labels.items() <= dict(pairs).items()
    ]
    assert len(found) <= 1, f"{len(found)} series of {name} have {labels}"
    return found[0] if found else None


class ReadSamples:
    """The two functions above, for tests: modules here cannot import this one."""

    def __call__(self, exposition: str) -> Samples:
        return samples_of(exposition)

    def one(self, samples: Samples, name: str, **labels: str) -> float | None:
        return value(samples, name, **labels)


@pytest.fixture(scope="session")
def read_samples() -> ReadSamples:
    return ReadSamples()


@dataclass
class Exporter:
    """A running threshold-exporter process."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    def request(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body)
        finally:
            connection.close()

    def samples(self) -> Samples:
        return samples_of(self.request("/metrics").body.decode())

    def value(self, name: str, **labels: str) -> float | None:
        return value(self.samples(), name, **labels)

    def threshold(self, tenant: str, metric: str = "connections", severity: str = "warning") -> float | None:
        labels = {"component": "mysql", "metric": metric, "severity": severity}
        return self.value("user_threshold", tenant=tenant, **labels)

    def until(self, condition: Callable[[], bool], seconds: float = 5) -> float:
        """Waits for a condition; returns how long it took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < seconds, f"not within {seconds} s; log:\n{self.logged()}"
            assert self.process.poll() is None, f"the exporter ended; log:\n{self.logged()}"
            time.sleep(0.02)
        return time.monotonic() - begun

    def reload(self) -> None:
        """Has a load happen now and waits for it."""
        before = self._loads()
        self.process.send_signal(signal.SIGHUP)
        self.until(lambda: self._loads() > before)

    def logged(self) -> str:
        return self.log.read_text()

    def _loads(self) -> float:
        samples = self.samples()
        name = "threshold_exporter_config_reloads_total"
        return (value(samples, name, result="success") or 0) + (value(samples, name, result="failure") or 0)


StartExporter = Callable[..., Exporter]
RunExporter = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    ours = ("THRESHOLD_EXPORTER_", "PROMETHEUS_", "CONFIG_DIR", "CONFIG_PATH", "LISTEN_ADDR")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    return kept | dict(extra)


def _starting(directory: Path) -> Iterator[StartExporter]:
    """Starts programs on free ports, with their logs in the directory, and ends all of them afterwards."""
    started: list[Exporter] = []

    def start(
        *arguments: object, open_files: int | None = None, ready: bool = True, **environment: str
    ) -> Exporter:
        log = directory / f"exporter-{len(started)}.log"
        command = [str(PROGRAM), *map(str, arguments), "--web.listen-address", "127.0.0.1:0"]
        if open_files is not None:
            command = ["bash", "-c", f'ulimit -n {open_files} && exec "$0" "$@"', *command]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, stderr=stream, env=clean_environment(environment))
        exporter = Exporter(process, log)
        started.append(exporter)
        listening = re.compile(r"listening.*127\.0\.0\.1:(\d+)")
        exporter.until(lambda: listening.search(exporter.logged()) is not None, 30)
        exporter.port = int(listening.findall(exporter.logged())[0])
        if ready:
            exporter.until(lambda: exporter.request("/ready").status == 200, 30)
        return exporter

    try:
        yield start
    finally:
        for exporter in started:
            exporter.process.kill()
            exporter.process.wait(10)


@pytest.fixture
def start_exporter(tmp_path: Path) -> Iterator[StartExporter]:
    """For a test that changes what the program reads, or ends it."""
    yield from _starting(tmp_path)


@pytest.fixture(scope="module")
def start_shared_exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartExporter]:
    """For tests that only ask: one program for all of a module."""
    yield from _starting(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def run_exporter() -> RunExporter:
    """Runs the program to its end, for what it refuses."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAM), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=clean_environment(environment),
        )

    return run


def write_conf_d(directory: Path) -> Path:
    """A directory with defaults and two tenants."""
    directory.mkdir()
    (directory / "_defaults.yaml").write_text(
        "packs: [mariadb, redis]\ndefaults:\n  mysql_connections: 80\n"
        "state_filters:\n  maintenance: {reasons: [], severity: info, default_state: disable}\n"
    )
    (directory / "db-a.yaml").write_text('tenants:\n  db-a:\n    mysql_connections: "70"\n')
    (directory / "db-b.yaml").write_text("tenants:\n  db-b: {}\n")
    return directory


@pytest.fixture
def conf_d(tmp_path: Path) -> Path:
    """Defaults and two tenants."""
    return write_conf_d(tmp_path / "conf.d")


@pytest.fixture(scope="module")
def shared_conf_d(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, for a whole module."""
    return write_conf_d(tmp_path_factory.mktemp("shared") / "conf.d")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped packs' keys, without their defaults: what is served is what a test writes."""
    return without_defaults(load_catalogue())
