"""A Prometheus that a test starts, stops and asks, and the programs that it scrapes."""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from tests.local_server import LocalServer
from tests.outages.accelerated import written

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.http import ApiError, JsonApi
from dynamic_alerting.stack.process import Child, end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from dynamic_alerting.prometheus.client import Sample

FACTOR = 10
LOOKBACK_S = 5 * 60 / FACTOR
READY_S = 30
SIGNALS, THRESHOLDS = "signals", "thresholds"
HEALTHY = "threshold_exporter_config_loaded == 1"
Labels = frozenset[tuple[str, str]]
History = dict[Labels, tuple[float, ...]]


class Page(LocalServer):
    """The databases' exporters, all in one: serves a text to everybody, or one scrape of another to each."""

    def __init__(self) -> None:
        self.text = ""
        self._once: dict[str, str] = {}
        super().__init__()

    def once(self, reader: str, text: str) -> None:
        """Serve a reader another text at its next scrape only."""
        self._once[reader] = text

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        text = self._once.pop(request.path.rpartition("/")[2], self.text)
        request.send_response(200)
        request.send_header("Content-Type", "text/plain; version=0.0.4")  # Prometheus 3 wants one
        request.end_headers()
        request.wfile.write(text.encode())


@dataclass
class Exporter:
    """A real threshold-exporter with a configuration directory of its own."""

    name: str
    directory: Path
    port: int
    _child: Child | None = None

    @property
    def config(self) -> Path:
        return self.directory / "conf.d"

    def start(self) -> None:
        command = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
        options = [f"--config-dir={self.config}", f"--web.listen-address=127.0.0.1:{self.port}"]
        self._child = spawn(self.name, [*command, *options], log=self.directory / "log")

    def is_ready(self) -> bool:
        with JsonApi(f"http://127.0.0.1:{self.port}", program=self.name) as api:
            try:
                return api.get("/ready").is_success
            except ApiError:
                return False

    def hang(self) -> None:
        """Let it accept connections and answer nothing."""
        if self._child is not None:
            self._child.popen.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._child is not None:
            self._child.popen.kill()
            self._child.popen.wait()
            self._child = None


@dataclass
class Server:
    """A Prometheus whose clock is ten times as fast.

    Attributes:
        interval_s: Of scrapes and evaluations, in real seconds.
        timeout_s: Of scrapes of the threshold-exporters.
        restarts: How often it was started after the first time.
    """

    name: str
    program: str
    directory: Path
    port: int
    interval_s: float
    timeout_s: float
    client: Prometheus = field(init=False)
    restarts: int = -1
    child: Child | None = None

    def __post_init__(self) -> None:
        self.directory.mkdir()
        self.client = Prometheus(f"http://127.0.0.1:{self.port}", timeout_s=30)

    def write_config(self, rules: Iterable[Path], page: Page, exporters: Iterable[Exporter]) -> None:
        """Write what it scrapes; where it finds the exporters, it is told in a file."""
        often, timeout = written(self.interval_s), written(self.timeout_s)
        document = {
            "global": {"scrape_interval": often, "scrape_timeout": often, "evaluation_interval": often},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [
                {
                    "job_name": SIGNALS,
                    "honor_labels": True,
                    "metrics_path": f"/{self.name}",
                    "static_configs": [{"targets": [f"127.0.0.1:{page.port}"]}],
                },
                {
                    "job_name": THRESHOLDS,
                    "scrape_timeout": timeout,
                    "file_sd_configs": [{"files": [str(self.directory / "exporters.json")]}],
                },
            ],
        }
        (self.directory / "prometheus.yml").write_text(yaml.safe_dump(document))
        self.discover(exporters)

    def discover(self, exporters: Iterable[Exporter]) -> None:
        """Tell it of which exporters there are."""
        targets = [f"127.0.0.1:{each.port}" for each in exporters]
        new = self.directory / "new.json"
        new.write_text(json.dumps([{"targets": targets}] if targets else []))
        new.rename(self.directory / "exporters.json")

    def start(self) -> None:
        options = {
            "config.file": self.directory / "prometheus.yml",
            "storage.tsdb.path": self.directory / "data",
            "web.listen-address": f"127.0.0.1:{self.port}",
            "query.lookback-delta": written(LOOKBACK_S),
            "rules.alert.for-outage-tolerance": written(3600 / FACTOR),
            "rules.alert.for-grace-period": written(600 / FACTOR),
            "log.level": "warn",
        }
        command = [self.program, *(f"--{name}={value}" for name, value in options.items())]
        self.child = spawn(self.name, command, log=self.directory / "log")
        self.restarts += 1

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        while not self.client.is_ready():
            assert self.child is not None
            assert time.monotonic() < deadline, f"{self.name} is not ready"
            self.child.require_alive()
            time.sleep(0.05)

    def close(self) -> None:
        self.client.close()

    def sees_an_exporter(self) -> bool:
        return bool(self.client.instant(HEALTHY))

    def thresholds(self) -> dict[Labels, float]:
        """What the rules keep of the thresholds: every recorded series, by its name and labels."""
        found = self.client.instant('{__name__=~"tenant:alert_threshold:.+"}')
        return {labels_of(each): each.value for each in found}

    def firing(self) -> set[tuple[str, str]]:
        """The (alert, tenant) pairs that fire; the platform's own have no tenant."""
        found = self.client.instant('ALERTS{alertstate="firing",component!="platform"}')
        return {(each.labels["alertname"], each.labels["tenant"]) for each in found}

    def samples(self, selector: str, since: float, *, value: float | None = 1) -> History:
        """The instants of each series' samples from an instant on: of those with a value, or of all."""
        length = written(time.time() - since)
        with JsonApi(self.client.base_url, program="Prometheus", timeout_s=30) as api:
            answer: Any = api.json("/api/v1/query", {"query": f"{selector}[{length}]"})
        return {
            frozenset(each["metric"].items()): tuple(
                float(at) for at, found in each["values"] if value in {None, float(found)}
            )
            for each in answer["data"]["result"]
        }


def start_all(servers: Sequence[Server]) -> None:
    """Start servers together, so that a server and its twin have run for as long."""
    for each in servers:
        each.start()
    for each in servers:
        each.await_ready()


def stop_all(servers: Sequence[Server]) -> None:
    """Stop servers together."""
    running = [each for each in servers if each.child is not None]
    end_children(each.child for each in running if each.child is not None)
    for each in running:
        each.child = None


def labels_of(sample: Sample) -> Labels:
    return frozenset(sample.labels.items())
