"""Prometheus 2.42 and a current 3.x, side by side on the same data: the same alerts fire in both.

Real: both servers, two threshold-exporters, the rules of all packs. Not real: the databases. Each side of
each example is a tenant of its own, with the data that fires its alert or that just does not. The history
that windows reach back to is written into the servers' databases by promtool, and an HTTP server goes on from
there. The rules are the shipped ones, but `for` is 4 s and slow groups take turns every 2 s;
thresholds give way by 2 %, because a real scrape is never quite on time.

`scripts/prometheus3.sh` installs a Prometheus 3 as `prometheus3`; DA_PROMETHEUS_3 names another one.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
import yaml
from tests.example_scenes import JOB, Scene, clocks, scenes
from tests.example_timelines import ExampleServer
from tests.prometheus_3 import program_of_prometheus_3

from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import Child, end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.stack, pytest.mark.timeout(420)]
ROOT = Path(__file__).parents[2]
EVERY_S = 3
READY_S = 30
TOLERANCE = 0.01  # of a rate, by when it is scraped
SETTLES_S = 150  # a rule looks at whole minutes only
HELD_S = 15
# About all exporters together: an example's exporter would change what is said of the real ones.
ABOUT_ALL = {"ThresholdExporterAbsent", "ThresholdExporterTooFewReplicas", "ThresholdExporterNoTenants"}
Labels = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def prometheus3() -> str:
    return program_of_prometheus_3("prometheus3", "DA_PROMETHEUS_3")


@dataclass
class World:
    """The running programs."""

    directory: Path
    scenes: list[Scene]
    servers: dict[str, Prometheus]
    exporters: list[int]
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        self.children[name] = spawn(name, list(command), log=self.directory / f"{name}.log")

    def stop(self, name: str) -> None:
        end_children([self.children.pop(name)])

    def firing(self) -> dict[str, set[Labels]]:
        """Label sets of all alerts that fire, by server."""
        return {name: set(found) for name, found in self._ask('ALERTS{alertstate="firing"}').items()}

    def recorded(self) -> dict[str, dict[Labels, float]]:
        """All recorded series, by server."""
        return self._ask('{__name__=~"tenant:.+"}')

    def _ask(self, query: str) -> dict[str, dict[Labels, float]]:
        return {
            name: {frozenset(sample.labels.items()): sample.value for sample in server.instant(query)}
            for name, server in self.servers.items()
        }

    def wrong(self) -> list[str]:
        """Alerts that should fire and do not, or fire and should not, each with its server."""
        return [f"{name}: {each}" for name, firing in self.firing().items() for each in self._wrong(firing)]

    def _wrong(self, firing: set[Labels]) -> list[str]:
        by_alert: dict[str, list[Labels]] = {}
        for labels in firing:
            by_alert.setdefault(dict(labels)["alertname"], []).append(labels)
        return [
            f"{scene.alert}{scene.labels} {'does not fire' if scene.fires else 'fires'}"
            for scene in self.scenes
            if scene.fires != any(scene.labels.items() <= labels for labels in by_alert.get(scene.alert, []))
        ]


@pytest.fixture(scope="module")
def packs_scenes() -> tuple[list[Scene], set[str]]:
    packs = load_packs(ROOT / "rule-packs")
    # An alert without labels is quiet for nobody while it fires for someone: only its fire is looked at.
    found = [each for each in scenes(packs) if each.alert not in ABOUT_ALL and (each.fires or each.labels)]
    return found, clocks(packs)


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    hasty_packs: Path,
    shared_port_base: int,
    prometheus3: str,
    packs_scenes: tuple[list[Scene], set[str]],
) -> Iterator[World]:
    directory, (found, instants) = tmp_path_factory.mktemp("both"), packs_scenes
    ports = {"prometheus": shared_port_base, "prometheus3": shared_port_base + 1}
    servers = {name: Prometheus(f"http://127.0.0.1:{port}", timeout_s=30) for name, port in ports.items()}
    world = World(directory, found, servers, [shared_port_base + 2, shared_port_base + 3])
    start = time.time()
    timelines = [line for scene in found for line in scene.timelines(start, instants)]
    source = ExampleServer(timelines)
    _write_tenants(directory / "conf.d", found)
    history = "\n".join(line for each in timelines for line in each.history(start, EVERY_S))
    _write_config(world, hasty_packs, source.port)
    try:
        for port in world.exporters:
            _start_exporter(world, port)
        for name, program in (("prometheus", "prometheus"), ("prometheus3", prometheus3)):
            _backfill(directory, directory / f"tsdb-{name}", history)
            _start_server(world, name, program, ports[name])
        _await_ready(world)
        yield world
    finally:
        end_children(world.children.values())
        for server in servers.values():
            server.close()
        source.close()


def _write_tenants(conf_d: Path, found: list[Scene]) -> None:
    conf_d.mkdir()
    for scene in found:
        if scene.tenant is not None:
            text = yaml.safe_dump({"tenants": {scene.tenant: scene.keys}})
            (conf_d / f"{scene.tenant}.yaml").write_text(text)


def _write_config(world: World, hasty_packs: Path, source_port: int) -> None:
    def job(name: str, *ports: int) -> dict[str, Any]:
        targets = [f"127.0.0.1:{port}" for port in ports]
        return {"job_name": name, "honor_labels": True, "static_configs": [{"targets": targets}]}

    often = f"{EVERY_S}s"
    document = {
        "global": {"scrape_interval": often, "scrape_timeout": often, "evaluation_interval": often},
        "rule_files": [str(path) for path in sorted(hasty_packs.glob("*/rules.yaml"))],
        "scrape_configs": [job(JOB, source_port), job("thresholds", *world.exporters)],
    }
    (world.directory / "prometheus.yml").write_text(yaml.safe_dump(document))


def _backfill(directory: Path, database: Path, history: str) -> None:
    text = directory / "history.txt"
    text.write_text(f"{history}\n# EOF\n")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(text), str(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _start_exporter(world: World, port: int) -> None:
    command = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
    options = [f"--config-dir={world.directory / 'conf.d'}", f"--web.listen-address=127.0.0.1:{port}"]
    world.start(f"exporter-{port}", *command, *options)


def _start_server(world: World, name: str, program: str, port: int) -> None:
    config = f"--config.file={world.directory / 'prometheus.yml'}"
    data = f"--storage.tsdb.path={world.directory / f'tsdb-{name}'}"
    world.start(name, program, config, data, f"--web.listen-address=127.0.0.1:{port}")


def _await_ready(world: World) -> None:
    deadline = time.monotonic() + READY_S
    while not all(server.is_ready() for server in world.servers.values()):
        assert time.monotonic() < deadline, "a server is not ready"
        for child in world.children.values():
            child.require_alive()
        time.sleep(0.2)


def test_one_server_is_a_prometheus_3(world: World) -> None:
    versions = []
    for server in world.servers.values():
        with urlopen(f"{server.base_url}/api/v1/status/buildinfo", timeout=10) as answer:
            versions.append(json.load(answer)["data"]["version"].partition(".")[0])
    assert versions == ["2", "3"]


def test_every_example_fires_or_is_quiet_in_both(world: World) -> None:
    deadline = time.monotonic() + SETTLES_S
    while wrong := world.wrong():
        assert time.monotonic() < deadline, "\n".join(wrong)
        time.sleep(1)


def test_the_same_fires_and_the_same_is_recorded_in_both(world: World) -> None:
    deadline = time.monotonic() + SETTLES_S
    while different := _different(*world.firing().values()) or _differently_recorded(world):
        assert time.monotonic() < deadline, "\n".join(map(str, different))
        time.sleep(0.5)  # the servers evaluate at different moments, and some data changes


def _different(first: set[Labels], second: set[Labels]) -> list[list[tuple[str, str]]]:
    return [sorted(labels) for labels in first ^ second]


def _differently_recorded(world: World) -> list[Any]:
    first, second = world.recorded().values()
    assert len(first) > len(world.scenes)
    return _different(set(first), set(second)) or [
        (sorted(labels), value, second[labels])
        for labels, value in first.items()
        if not math.isclose(value, second[labels], rel_tol=TOLERANCE)
    ]


def test_all_holds_in_both_while_the_exporters_go(world: World, until: Callable[..., Any]) -> None:
    def of_tenants() -> list[set[Labels]]:
        """Without lost exporters of databases: these fire a minute after a last sample, whenever that was."""
        firing = world.firing().values()
        return [{each for each in one if is_steady(dict(each))} for one in firing]

    def is_steady(labels: dict[str, str]) -> bool:
        return labels["component"] != "platform" and not labels["alertname"].endswith("ExporterLost")

    def said(alert: str) -> bool:
        return all(any(dict(each)["alertname"] == alert for each in one) for one in world.firing().values())

    before = of_tenants()
    first, second = world.exporters
    world.stop(f"exporter-{first}")
    until(lambda: said("ThresholdExporterTooFewReplicas"))
    assert of_tenants() == before
    world.stop(f"exporter-{second}")
    until(lambda: said("ThresholdExporterAbsent"))
    deadline = time.monotonic() + HELD_S
    while time.monotonic() < deadline:
        assert of_tenants() == before
        time.sleep(1)
