"""A platform of one's own: one own pack and a replaced one, from the wheel alone in an empty environment.

Everything is done by the installed programs, with a working directory outside of any checkout.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import jsonschema
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from tests.local_server import LocalServer
from tests.wheel_environment import WheelEnvironment, build_environment

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.prometheus.http import ApiError
from dynamic_alerting.stack.process import Child, end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.server import BaseHTTPRequestHandler

pytestmark = pytest.mark.stack

OWN_PACKS = Path(__file__).parent / "own_packs"

CONF_D = {
    # Less than the packs have: their defaults lie below.
    "_defaults.yaml": "defaults: {redis_memory: 75}\n",
    "mq-a.yaml": "tenants:\n  mq-a:\n    _packs: [rabbitmq]\n    rabbitmq_connections: 100\n"
    "    'rabbitmq_queue_messages{vhost=\"mail\"}': 50\n",
    "mq-b.yaml": "tenants:\n  mq-b:\n    _packs: [rabbitmq]\n",
    "db-a.yaml": "tenants:\n  db-a:\n    _packs: [mariadb]\n    mysql_connections_critical: 60\n",
    "db-b.yaml": "tenants:\n  db-b:\n    _packs: [mariadb]\n    mysql_connections: 1000\n",
}
SIGNALS = {
    "mq-a": "rabbitmq_connections 101",
    "mq-b": "rabbitmq_connections 501",
    "db-a": "mysql_global_status_threads_connected 61",
    "db-b": "mysql_global_status_threads_connected 61",
}


class Source(LocalServer):
    """Stands for the exporter of one tenant's servers."""

    def __init__(self, exposition: str) -> None:
        self._exposition = exposition
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.send(request, f"{self._exposition}\n")


@dataclass
class World:
    """A directory with conf.d and packs, and what runs there."""

    directory: Path
    wheel: WheelEnvironment
    ports: list[int] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    @property
    def own(self) -> Path:
        return self.directory / "packs"

    def tools(self, *arguments: object, **options: Any) -> str:
        """What da-tools prints, with the platform's own packs."""
        return self.wheel.run(*arguments, "--packs.dir", self.own, cwd=self.directory, **options).stdout

    def start_exporter(self, *, environment: bool = False) -> None:
        log = self.directory / f"exporter-{len(self.ports)}.log"
        command = [self.wheel.program("threshold-exporter"), "--config-dir", "conf.d"]
        command += [] if environment else ["--packs.dir", "packs"]
        twin = [f"THRESHOLD_EXPORTER_PACKS_DIR={self.own}"] if environment else []
        clean = ["env", "-i", f"-C{self.directory}", f"PATH={self.wheel.environment['PATH']}", *twin]
        self.children.append(spawn(log.stem, [*clean, *command, "--web.listen-address=127.0.0.1:0"], log=log))
        self.ports.append(0)

    def find_ports(self) -> bool:
        """Whether every exporter says where it listens."""
        for index in range(len(self.ports)):
            text = (self.directory / f"exporter-{index}.log").read_text()
            found = re.findall(r"listening.*127\.0\.0\.1:(\d+)", text)
            self.ports[index] = int(found[0]) if found else 0
        return all(self.ports)

    def get(self, path: str, replica: int = 0) -> str:
        with urlopen(f"http://127.0.0.1:{self.ports[replica]}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def samples(self, name: str, labels: Mapping[str, str], replica: int = 0) -> dict[str, float]:
        """Every sample of a metric that has some labels: its severity (or hash) to its value."""
        return {
            sample.labels.get("severity") or sample.labels.get("sha256", ""): sample.value
            for family in text_string_to_metric_families(self.get("/metrics", replica))
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        }

    def thresholds(self, **labels: str) -> dict[str, float]:
        """The thresholds with some labels that the first replica serves, by severity."""
        return self.samples("user_threshold", labels)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> WheelEnvironment:
    return build_environment(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, wheel: WheelEnvironment) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("platform"), wheel)
    (world.directory / "conf.d").mkdir()
    for name, text in CONF_D.items():
        (world.directory / "conf.d" / name).write_text(text)
    world.tools("rule-packs", "new", "rabbitmq", "--word", "RabbitMQ")
    shutil.copy(OWN_PACKS / "rabbitmq" / "pack.yaml", world.own / "rabbitmq" / "pack.yaml")
    world.tools("rule-packs", "new", "mariadb", "--copy")
    replaced = world.own / "mariadb" / "pack.yaml"
    text = replaced.read_text().replace("  default: 80\n", "  default: 33\n", 1)
    text = re.sub(r"(threads_connected: )8([01])", lambda found: f"{found[1]}3{int(found[2]) + 3}", text)
    text = text.replace("prints: 81 connections", "prints: 34 connections")
    replaced.write_text(
        text.replace("for: 30s\n    summary: Many client", "for: 0s\n    summary: Our client")
    )
    try:
        yield world
    finally:
        end_children(world.children)


@pytest.fixture(scope="module")
def serving(world: World) -> World:
    """Two replicas, one with the flag and one with its environment twin."""
    world.start_exporter()
    world.start_exporter(environment=True)
    return world


@pytest.fixture
def ready(serving: World, until: Callable[..., Any]) -> World:
    until(serving.find_ports, 60)

    def answers() -> bool:
        try:
            return all(serving.get("/ready", replica) for replica in (0, 1))
        except (URLError, ConnectionError):
            return False

    until(answers, 60)
    return serving


def test_the_commands_know_own_packs_without_the_repository(world: World) -> None:
    listed = json.loads(world.tools("rule-packs", "list", "--output", "json"))
    origins = {row["pack"]: row["origin"] for row in listed["packs"]}
    assert (origins["rabbitmq"], origins["mariadb"], origins["redis"]) == ("own", "replaced", "shipped")
    assert "rabbitmq_connections (connections, above; default 500)" in world.tools(
        "rule-packs", "show", "rabbitmq"
    )
    assert "Everything generated is current." in world.tools("rule-packs", "check")
    assert "vhost" in world.tools("inhibition", "render")


def test_what_is_generated_beside_own_packs_passes_promtool(world: World) -> None:
    world.tools("rule-packs", "generate")
    for pack in ("rabbitmq", "mariadb"):
        for verb, name in (("check", "rules"), ("test", "tests")):
            command = ["promtool", verb, "rules", str(world.own / pack / f"{name}.yaml")]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    assert "(runbook.md#rabbitmqhighconnections)" in (world.own / "rabbitmq" / "reference.md").read_text()
    assert "Everything generated is current." in world.tools("rule-packs", "check")
    (world.own / "rabbitmq" / "rules.yaml").write_text("groups: []\n")
    assert "rabbitmq/rules.yaml" in world.tools("rule-packs", "check", fails=1)
    world.tools("rule-packs", "generate")


def test_the_configuration_is_validated_with_own_packs(world: World) -> None:
    document = json.loads(world.tools("validate", "conf.d", "--output", "json"))
    assert document["ok"]
    assert [finding["id"] for finding in document["findings"]] == []
    without = world.wheel.run("validate", "conf.d", cwd=world.directory, fails=1).stdout
    assert "DA042" in without
    assert "DA071" in without  # _packs: [rabbitmq]


def test_explain_names_the_own_pack(world: World) -> None:
    said = world.tools("explain", "mq-a", "rabbitmq_connections", "--config-dir", "conf.d")
    assert "rabbitmq_connections (connections, fires above; pack rabbitmq)" in said


def test_an_editor_s_schema_completes_own_keys(world: World) -> None:
    world.tools("schema", "--output-dir", "schemas")
    schema = json.loads((world.directory / "schemas" / "tenant.schema.json").read_text())
    assert schema == json.loads(world.tools("schema", "tenant"))
    offered = schema["$defs"]["tenant"]["properties"]
    assert offered["rabbitmq_connections"]["default"] == "500"
    assert "Pack: rabbitmq." in offered["rabbitmq_connections"]["description"]
    assert offered["mysql_connections"]["default"] == "33"
    assert "rabbitmq" in offered["_packs"]["items"]["enum"]
    validator = jsonschema.Draft202012Validator(schema)
    for name in ("mq-a.yaml", "db-a.yaml"):
        validator.validate(yaml.safe_load(CONF_D[name]))
    for wrong in ({"rabbitmq_connections": "many"}, {'rabbitmq_queue_messages{host="a"}': 1}):
        assert not validator.is_valid({"tenants": {"mq-a": wrong}})
    platform = json.loads((world.directory / "schemas" / "defaults.schema.json").read_text())
    assert "rabbitmq_connections_critical" in platform["$defs"]["defaults"]["properties"]


def test_the_exporter_serves_an_own_key_s_threshold(ready: World) -> None:
    assert ready.thresholds(tenant="mq-a", component="rabbitmq", metric="connections") == {"warning": 100}
    of_queue = {"component": "rabbitmq", "metric": "queue_messages", "vhost": "mail"}
    assert ready.thresholds(tenant="mq-a", **of_queue) == {"warning": 50}


def test_the_exporter_serves_own_packs_defaults(ready: World) -> None:
    assert ready.thresholds(tenant="mq-b", component="rabbitmq", metric="connections") == {"warning": 500}
    replaced = ready.thresholds(tenant="db-a", component="mysql", metric="connections")
    assert replaced == {"warning": 33, "critical": 60}


def test_replicas_and_tools_agree_which_packs_are_in_force(ready: World) -> None:
    listed = json.loads(ready.tools("rule-packs", "list", "--output", "json"))
    sha256 = listed["sha256"]
    for replica in (0, 1):
        assert ready.samples("threshold_exporter_packs_info", {}, replica) == {sha256: 1}
        for row in listed["packs"]:
            one = ready.samples("threshold_exporter_pack_info", {"pack": row["pack"]}, replica)
            assert one == {row["sha256"]: 1}
        config = json.loads(ready.get("/api/v1/config?tenant=mq-a", replica))["data"]
        assert config["packs"]["sha256"] == sha256
        assert config["packs"]["by_pack"] == {row["pack"]: row["sha256"] for row in listed["packs"]}
        assert sha256 in ready.get("/", replica)
    validated = json.loads(ready.tools("validate", "conf.d", "--output", "json"))
    assert validated["packs"] == config["packs"]
    assert sha256 in ready.tools("rule-packs", "list")
    shipped = ready.wheel.run("rule-packs", "list", cwd=ready.directory).stdout
    assert sha256 not in shipped


def _write_prometheus(world: World, sources: dict[str, Source], port: int) -> list[str]:
    world.tools("rule-packs", "render", "--output-dir", "rules")
    rules = sorted((world.directory / "rules").glob("*.yaml"))
    done = subprocess.run(
        ["promtool", "check", "rules", *map(str, rules)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    databases = [
        {"targets": [f"127.0.0.1:{source.port}"], "labels": {"tenant": tenant}}
        for tenant, source in sources.items()
    ]
    exporters = {
        "job_name": "thresholds",
        "honor_labels": True,
        "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in world.ports]}],
    }
    document = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [exporters, {"job_name": "servers", "static_configs": databases}],
    }
    file = world.directory / "prometheus.yml"
    file.write_text(yaml.safe_dump(document))
    return [
        shutil.which("prometheus") or "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={world.directory / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]


@pytest.fixture
def prometheus(ready: World, port_base: int) -> Iterator[Prometheus]:
    """Loads the rules of all packs in force, and scrapes both replicas and a server of each tenant."""
    sources = {tenant: Source(exposition) for tenant, exposition in SIGNALS.items()}
    command = _write_prometheus(ready, sources, port_base)
    child = spawn("prometheus", command, log=ready.directory / "prometheus.log")
    try:
        with Prometheus(f"http://127.0.0.1:{port_base}") as client:
            yield client
    finally:
        end_children([child])
        for source in sources.values():
            source.close()


def test_own_and_replaced_packs_alert(prometheus: Prometheus, until: Callable[..., Any]) -> None:
    expected = {
        ("RabbitMQHighConnections", "mq-a", "warning"),
        ("RabbitMQHighConnections", "mq-b", "warning"),  # over the own pack's default
        ("MariaDBHighConnections", "db-a", "warning"),  # over the replaced pack's
        ("MariaDBHighConnections", "db-a", "critical"),
    }

    def firing() -> set[tuple[str, str, str]]:
        try:
            alerts = prometheus.alerts()
        except ApiError:
            return set()
        return {
            (alert.name, alert.labels["tenant"], alert.labels["severity"])
            for alert in alerts
            if alert.state == "firing" and alert.name.endswith("HighConnections")
        }

    until(lambda: firing() == expected, 60)
    (replaced,) = {
        alert.annotations["summary"]
        for alert in prometheus.alerts()
        if alert.name == "MariaDBHighConnections"
    }
    assert replaced == "Our client connections are open"
