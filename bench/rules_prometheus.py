"""A real Prometheus that scrapes invented tenants, and whose rules can be exchanged while it runs."""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import yaml

from bench.rules_data import REPLICAS, Source
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.ports import free_base
from dynamic_alerting.stack.process import Child, end_children, spawn

SCRAPE_S = 10
HISTORY = 31
"""Scrapes that are made up for: five minutes, the range of most rates."""
_PATIENCE_S = 240.0
_TIMEOUT_S = 120.0  # loading 100,000 rules takes a while
_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


class Exporters:
    """What is scraped: all tenants' sources at ``/sources``, thresholds at ``/thresholds``.

    ``/history/<server>`` gives the sources as they were, one moment further at each scrape, with timestamps:
    so the range of a rate is full after seconds.

    Attributes:
        thresholds: what each threshold-exporter serves.
        told: how much of its history each server has been told.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.thresholds = b""
        self.told: dict[str, int] = {}
        self._sources = sources
        self._started = time.time()

    def answer(self, path: str) -> Iterator[bytes]:
        """Yield the parts of an answer."""
        if path.startswith("/thresholds"):
            yield self.thresholds
        elif path.startswith("/history"):
            told = self.told.get(path, 0)
            if told < HISTORY:
                before = (HISTORY - told) * SCRAPE_S
                timestamp_ms = round((self._started - before) * 1000)
                yield from (source.at(-before, timestamp_ms) for source in self._sources)
                self.told[path] = told + 1
        else:
            elapsed = time.time() - self._started
            yield from (source.at(elapsed) for source in self._sources)

    @contextmanager
    def listening(self) -> Iterator[int]:
        """Serve meanwhile, and yield the port."""
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                for part in answer(self.path):
                    self.wfile.write(part)

            def log_message(self, *_: object) -> None:
                """Say nothing for each scrape."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass(frozen=True, slots=True)
class Counters:
    """What the process says of itself at one moment; all counters but the last three.

    Attributes:
        evaluation_s: seconds that all rule groups have been evaluated, one after the other.
        iterations: evaluations of a group.
        missed: evaluations of a group that were left out because the one before still ran.
        failed: evaluations of a rule that failed.
        cpu_s: CPU seconds, of user and system.
        resident_bytes: memory.
        series: series in the head.
        rules: rules that are loaded.
    """

    evaluation_s: float
    iterations: float
    missed: float
    failed: float
    cpu_s: float
    resident_bytes: float
    series: float
    rules: float


class Server:
    """A running Prometheus of one design.

    Attributes:
        base: its address.
        api: its HTTP API.
        directory: where its files are.
    """

    def __init__(self, directory: Path, base: str, api: Prometheus, port: int, *, thresholds: bool) -> None:
        self.directory = directory
        self.base = base
        self.api = api
        self.config = directory / "prometheus.yml"
        self._past = f"/history/{base.rpartition(':')[2]}"
        self._jobs = [_job("sources", port, "/sources", [""])]
        if thresholds:
            self._jobs.append(_job("thresholds", port, "/thresholds", list(REPLICAS)))
        self._write([_job("sources", port, self._past, [""])], scrape_s=1)

    def catch_up(self, exporters: Exporters) -> None:
        """Wait until it knows the sources' past, and have it scrape the present.

        Raises:
            TimeoutError: It does not scrape.
        """
        _wait(lambda: exporters.told.get(self._past, 0) >= HISTORY, self.directory / "prometheus.log")
        self.load([], interval_s=SCRAPE_S)

    def _write(self, jobs: list[dict[str, object]], *, scrape_s: int, rules: Sequence[Path] = ()) -> None:
        document = {
            "global": {"scrape_interval": f"{scrape_s}s", "scrape_timeout": f"{scrape_s}s"},
            "scrape_configs": jobs,
            "rule_files": [str(file) for file in rules],
        }
        self.config.write_text(yaml.safe_dump(document), encoding="utf-8")

    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.api.is_ready()

    def load(self, groups: Sequence[dict[str, object]], *, interval_s: int) -> None:
        """Evaluate these groups from now on, and no others."""
        file = self.directory / "rules.json"  # YAML, too, and written faster
        timed = [{"interval": f"{interval_s}s", **group} for group in groups]
        file.write_text(json.dumps({"groups": timed}), encoding="utf-8")
        # Scraping more often than evaluating would take time from it that nobody needs.
        scrape_s = max(SCRAPE_S, interval_s)
        self._write(self._jobs, scrape_s=scrape_s, rules=[file] if groups else [])
        httpx2.post(f"{self.base}/-/reload", timeout=_TIMEOUT_S).raise_for_status()

    def counters(self) -> Counters:
        """Read what it says of itself."""
        text = httpx2.get(f"{self.base}/metrics", timeout=_TIMEOUT_S).text
        sums: dict[str, float] = {}
        for name, value in _SAMPLE.findall(text):
            sums[name] = sums.get(name, 0.0) + float(value)
        return Counters(
            evaluation_s=sums["prometheus_rule_group_duration_seconds_sum"],
            iterations=sums["prometheus_rule_group_duration_seconds_count"],
            missed=sums.get("prometheus_rule_group_iterations_missed_total", 0.0),
            failed=sums.get("prometheus_rule_evaluation_failures_total", 0.0),
            cpu_s=sums["process_cpu_seconds_total"],
            resident_bytes=sums["process_resident_memory_bytes"],
            series=sums["prometheus_tsdb_head_series"],
            rules=sums.get("prometheus_rule_group_rules", 0.0),
        )

    def firing(self) -> frozenset[tuple[tuple[str, str], ...]]:
        """Return the labels of every firing alert."""
        return frozenset(
            tuple(sorted(alert.labels.items())) for alert in self.api.alerts() if alert.state == "firing"
        )


@contextmanager
def running(program: str, port: int, *, thresholds: bool) -> Iterator[Server]:
    """Run a Prometheus that scrapes the sources, and two threshold-exporters if ``thresholds``.

    It learns the sources' last five minutes first; `Server.catch_up` waits for that.

    Raises:
        TimeoutError: It does not answer, or does not scrape.
    """
    children: list[Child] = []
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        log = directory / "prometheus.log"
        base = f"http://127.0.0.1:{free_base()}"
        with Prometheus(base, timeout_s=_TIMEOUT_S) as api:
            server = Server(directory, base, api, port, thresholds=thresholds)
            options = [
                f"--config.file={server.config}",
                f"--storage.tsdb.path={directory / 'tsdb'}",
                f"--web.listen-address={base.removeprefix('http://')}",
                "--web.enable-lifecycle",
            ]
            try:
                children.append(spawn("prometheus", [program, *options], log=log))
                _wait(server.is_ready, log)
                yield server
            finally:
                end_children(children)


def found_program(program: str) -> str:
    """Return the path of a program.

    Raises:
        FileNotFoundError: There is none of that name.
    """
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(f"{program} is no program here; `make setup` installs prometheus")
    return path


def _job(name: str, port: int, path: str, instances: list[str]) -> dict[str, object]:
    targets: list[dict[str, object]] = []
    for instance in instances:
        labels = {"instance": instance, "__metrics_path__": f"{path}/{instance}"} if instance else {}
        targets.append({"targets": [f"127.0.0.1:{port}"], "labels": labels})
    return {
        "job_name": name,
        "honor_labels": name == "sources",
        "metrics_path": path,
        "static_configs": targets,
    }


def _wait(done: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Prometheus does not get so far; its log ends\n{log.read_text()[-2000:]}")
        time.sleep(0.2)
