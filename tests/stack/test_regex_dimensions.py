"""A label value that is new in the data gets its threshold and fires its alert; nobody touches a file.

Real: Prometheus, two threshold-exporters, the packs' rules. Not real: the databases and their exporters. A
tiny HTTP server of the test stands for them; it serves the series that redis_exporter (`redis_key_size`, with
--check-keys) and oracledb_exporter (`oracledb_tablespace_bytes`, `…_max_bytes`) have, and made-up ones for
the `queues` pack of the tests, which has two dimensions. The rules are copies in which `for` is 4 s and
slow groups take turns every 2 s.
"""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from tests.local_server import LocalServer

from dynamic_alerting.packs.generation import rules_text
from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack.process import Child, end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.server import BaseHTTPRequestHandler

pytestmark = pytest.mark.stack
OWN_PACKS = Path(__file__).parents[1] / "rules" / "fixtures"
RETENTION_S = 15

TENANTS = {
    "shop": """
tenants:
  shop:
    redis_queue_length: "5000"
    'redis_queue_length{queue=~"mail.*"}': "100"
    oracle_tablespace_used_percent: "60"
    'oracle_tablespace_used_percent{tablespace="USERS"}': "85"
    'oracle_tablespace_used_percent{tablespace=~"SYS.*"}': "97"
    queue_items: "1000"
    'queue_items{vhost="web"}': "10"
""",
    "other": """
tenants:
  other: {redis_queue_length: 5000, oracle_tablespace_used_percent: 60, queue_items: 1000}
""",
}


class Source(LocalServer):
    """Stands for the exporters of one tenant's databases: a value for each series."""

    def __init__(self) -> None:
        self.queues: dict[str, float] = {}
        self.tablespaces: dict[str, float] = {}
        self.items: dict[tuple[str, str], float] = {}
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.send(request, self.exposition())

    def exposition(self) -> str:
        lines = [f'redis_key_size{{db="db0",key="{name}"}} {size}' for name, size in self.queues.items()]
        for name, percent in self.tablespaces.items():
            labels = f'{{tablespace="{name}",type="PERMANENT"}}'
            lines += [
                f"oracledb_tablespace_bytes{labels} {percent}",
                f"oracledb_tablespace_max_bytes{labels} 100",
            ]
        for (vhost, name), count in self.items.items():
            lines.append(f'queue_items{{vhost="{vhost}",name="{name}"}} {count}')
        return "\n".join(lines) + "\n"


@dataclass
class World:
    """The running programs, and what they say."""

    directory: Path
    port: int
    exporters: list[int]
    sources: dict[str, Source]
    children: dict[str, Child] = field(default_factory=dict)

    def start_prometheus(self) -> None:
        command = [
            shutil.which("prometheus") or "prometheus",
            f"--config.file={self.directory / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.directory / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        self._start("prometheus", command)

    def start_exporter(self, port: int) -> None:
        # No shipped pack knows `queues`: it is a pack of these exporters' own.
        code = "from dynamic_alerting.exporter.main import main; main()"
        command = [sys.executable, "-P", "-c", code, f"--packs.dir={OWN_PACKS}"]
        command += [f"--config-dir={self.directory / 'conf.d'}", f"--web.listen-address=127.0.0.1:{port}"]
        command += [f"--prometheus.url=http://127.0.0.1:{self.port}", "--discovery.interval=1s"]
        command += ["--discovery.timeout=2s", f"--discovery.retention={RETENTION_S}s"]
        self._start(f"exporter-{port}", command)

    def stop(self, name: str) -> None:
        end_children([self.children.pop(name)])

    def thresholds(self, port: int, **labels: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The thresholds of tenant shop that one exporter serves with these labels, by all their labels."""
        return {
            tuple(sorted(sample.labels.items())): sample.value
            for sample in self._samples(port)
            if sample.name == "user_threshold"
            and {"tenant": "shop", **labels}.items() <= sample.labels.items()
        }

    def number(self, port: int, name: str) -> float | None:
        return next((sample.value for sample in self._samples(port) if sample.name == name), None)

    def everywhere(self, expected: float | None, **labels: str) -> bool:
        """Whether each exporter serves exactly this warning for a label value (None: has none)."""
        wanted = [] if expected is None else [expected]
        served = [self.thresholds(port, severity="warning", **labels) for port in self.exporters]
        return all(list(one.values()) == wanted for one in served)

    def firing(self) -> set[tuple[str, str, str]]:
        """Every warning that fires: tenant, alert, and its queue or tablespace."""
        with Prometheus(f"http://127.0.0.1:{self.port}") as prometheus:
            return {
                (
                    alert.labels["tenant"],
                    alert.name,
                    alert.labels.get("queue") or alert.labels.get("tablespace", ""),
                )
                for alert in prometheus.alerts()
                if alert.state == "firing"
                and "tenant" in alert.labels
                and alert.labels["severity"] == "warning"
            }

    def _start(self, name: str, command: list[str]) -> None:
        self.children[name] = spawn(name, command, log=self.directory / f"{name}.log")

    def _samples(self, port: int) -> list[Any]:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            return [sample for family in families for sample in family.samples]


def _write_files(world: World, hasty_packs: Path) -> None:
    queues = load_pack(OWN_PACKS / "queues" / "pack.yaml")
    hasty = yaml.safe_load(rules_text(queues))
    for group in hasty["groups"]:
        group.pop("interval", None)
        for rule in group["rules"]:
            rule.update({"for": "4s"} if "for" in rule else {})
    (world.directory / "queues.yaml").write_text(yaml.safe_dump(hasty))
    (world.directory / "conf.d").mkdir()
    for tenant, text in TENANTS.items():
        (world.directory / "conf.d" / f"{tenant}.yaml").write_text(text)
    scraped = [
        {"targets": [f"127.0.0.1:{source.port}"], "labels": {"tenant": tenant}}
        for tenant, source in world.sources.items()
    ]
    exporters = [{"targets": [f"127.0.0.1:{port}" for port in world.exporters]}]
    document = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [
            str(world.directory / "queues.yaml"),
            *(str(hasty_packs / pack / "rules.yaml") for pack in ("redis", "oracle")),
        ],
        "scrape_configs": [
            {"job_name": "databases", "static_configs": scraped},
            {"job_name": "threshold-exporter", "static_configs": exporters},
        ],
    }
    (world.directory / "prometheus.yml").write_text(yaml.safe_dump(document))


@pytest.fixture
def world(tmp_path: Path, hasty_packs: Path, port_base: int) -> Iterator[World]:
    sources = {tenant: Source() for tenant in TENANTS}
    for source in sources.values():
        source.queues = {"news": 200, "mail-in": 50}
        source.tablespaces = {"USERS": 70, "SYSTEM": 90, "TEMP": 10}
        source.items = {("web", "orders"): 5, ("batch", "orders"): 500}
    world = World(tmp_path, port_base, [port_base + 1, port_base + 2], sources)
    _write_files(world, hasty_packs)
    try:
        world.start_prometheus()
        for port in world.exporters:
            world.start_exporter(port)
        yield world
    finally:
        end_children(world.children.values())
        for source in sources.values():
            source.close()


@pytest.fixture
def eventually(until: Callable[..., Any]) -> Callable[..., Any]:
    """`until`, for programs that may not listen yet."""

    def look_until(look: Callable[[], Any], seconds: float = 30) -> Any:
        def answered() -> Any:
            try:
                return look()
            except (URLError, ConnectionError, ApiError):
                return None

        return until(answered, seconds)

    return look_until


def modification_times(directory: Path) -> Mapping[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in directory.iterdir()}


def test_a_new_label_value_fires_its_alert_and_nobody_touches_a_file(
    world: World, eventually: Callable[..., Any]
) -> None:
    shop = world.sources["shop"]
    files = modification_times(world.directory / "conf.d")

    # Redis style: queues that match mail.*, beside the base threshold.
    eventually(lambda: world.everywhere(100, queue="mail-in"))
    # Oracle style: SYS.* beside the exact USERS; the base would be crossed by both, and is for others.
    eventually(lambda: world.everywhere(97, tablespace="SYSTEM"))
    assert world.everywhere(85, tablespace="USERS")
    # An exact key that leaves out one of two dimensions.
    eventually(lambda: world.everywhere(10, vhost="web", queue="orders"))
    for labels in ({"queue": "news"}, {"tablespace": "TEMP"}, {"vhost": "batch"}):
        assert world.everywhere(None, **labels), f"{labels} has the base threshold"
    for labels in ({"queue_re": "mail.*"}, {"tablespace_re": "SYS.*"}):
        assert all(world.thresholds(port, **labels) for port in world.exporters), "served as written too"

    # The other tenant has the same data and only base thresholds: SYSTEM and USERS cross its 60.
    fires = {("other", "OracleTablespaceFilling", name) for name in ("SYSTEM", "USERS")}
    eventually(lambda: world.firing() == fires)

    for source in world.sources.values():
        source.queues["mail-out"] = 150
        source.tablespaces["SYSAUX"] = 98
        source.items["web", "returns"] = 11
    eventually(lambda: world.everywhere(100, queue="mail-out"))
    eventually(lambda: world.everywhere(97, tablespace="SYSAUX"))
    eventually(lambda: world.everywhere(10, vhost="web", queue="returns"))
    fires |= {
        ("shop", "RedisQueueLong", "mail-out"),
        ("shop", "OracleTablespaceFilling", "SYSAUX"),
        ("shop", "QueueLong", "returns"),
        ("other", "OracleTablespaceFilling", "SYSAUX"),
    }
    eventually(lambda: world.firing() == fires)
    assert modification_times(world.directory / "conf.d") == files
    assert world.thresholds(world.exporters[0]) == world.thresholds(world.exporters[1]), "replicas agree"
    assert world.number(world.exporters[0], "threshold_exporter_expanded_series") == world.number(
        world.exporters[1], "threshold_exporter_expanded_series"
    )

    shop.queues["mail-out"] = 99
    fires.remove(("shop", "RedisQueueLong", "mail-out"))
    eventually(lambda: world.firing() == fires)
    assert world.everywhere(100, queue="mail-out")


def test_a_label_value_that_is_gone_keeps_its_threshold_for_the_retention(
    world: World, eventually: Callable[..., Any]
) -> None:
    eventually(lambda: world.everywhere(100, queue="mail-in"))
    del world.sources["shop"].queues["mail-in"]
    gone = time.monotonic()
    eventually(lambda: world.everywhere(None, queue="mail-in"), seconds=4 * RETENTION_S)
    assert time.monotonic() - gone > RETENTION_S
    assert world.everywhere(97, tablespace="SYSTEM")


@pytest.mark.parametrize("data", ["kept", "lost"])
def test_thresholds_stay_while_prometheus_restarts(
    world: World, eventually: Callable[..., Any], data: str
) -> None:
    failures, success = (
        "threshold_exporter_expansion_failures_total",
        "threshold_exporter_expansion_last_success_timestamp_seconds",
    )
    world.sources["shop"].queues["mail-out"] = 150
    fires = ("shop", "RedisQueueLong", "mail-out")
    eventually(lambda: fires in world.firing())
    eventually(lambda: world.thresholds(world.exporters[0]) == world.thresholds(world.exporters[1]))
    expected = world.thresholds(world.exporters[0])
    began = {port: world.number(port, failures) or 0 for port in world.exporters}

    def still_the_same() -> bool:
        served = [world.thresholds(port) for port in world.exporters]
        assert served == [expected, expected], "a threshold was lost"
        return True

    world.stop("prometheus")
    eventually(lambda: still_the_same() and all((world.number(p, failures) or 0) > began[p] for p in began))
    if data == "lost":
        shutil.rmtree(world.directory / "tsdb")
    world.start_prometheus()
    restarted = time.time()
    eventually(lambda: still_the_same() and all((world.number(p, success) or 0) > restarted for p in began))
    for _ in range(20):
        still_the_same()
        time.sleep(0.25)
    eventually(lambda: fires in world.firing() and still_the_same())

    world.sources["shop"].queues["mail-new"] = 101
    eventually(lambda: world.everywhere(100, queue="mail-new"))
    eventually(lambda: ("shop", "RedisQueueLong", "mail-new") in world.firing())
