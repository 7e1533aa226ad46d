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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

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
    _closed: bool = field(default=False, init=False)

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
        return self.value("user_threshold", tenant=tenant, metric=metric, severity=severity)

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
    kept = {name: text for name, text in os.environ.items() if not name.startswith("THRESHOLD_EXPORTER_")}
    return kept | dict(extra)


@pytest.fixture
def start_exporter(tmp_path: Path) -> Iterator[StartExporter]:
    """Starts the program with arguments on a free port; everything is ended after the test."""
    started: list[Exporter] = []

    def start(*arguments: object, ready: bool = True, **environment: str) -> Exporter:
        log = tmp_path / f"exporter-{len(started)}.log"
        command = [str(PROGRAM), *map(str, arguments), "--web.listen-address", "127.0.0.1:0"]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, stderr=stream, env=clean_environment(environment))
        exporter = Exporter(process, log)
        started.append(exporter)
        exporter.until(lambda: re.search(r"listening.*:\d+", log.read_text()) is not None, 20)
        match = re.search(r"msg\"?[=:] ?\"?listening.*?127\.0\.0\.1:(\d+)", log.read_text())
        assert match is not None, log.read_text()
        exporter.port = int(match[1])
        if ready:
            exporter.until(lambda: exporter.request("/ready").status == 200, 20)
        return exporter

    yield start
    for exporter in started:
        exporter.process.kill()
        exporter.process.wait(10)


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


@pytest.fixture
def conf_d(tmp_path: Path) -> Path:
    """A directory with defaults and two tenants."""
    directory = tmp_path / "conf.d"
    directory.mkdir()
    (directory / "_defaults.yaml").write_text(
        "defaults:\n  mysql_connections: 80\n"
        "state_filters:\n  maintenance: {reasons: [], severity: info, default_state: disable}\n"
    )
    (directory / "db-a.yaml").write_text('tenants:\n  db-a:\n    mysql_connections: "70"\n')
    (directory / "db-b.yaml").write_text("tenants:\n  db-b: {}\n")
    return directory


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped packs' keys."""
    return load_catalogue()
