"""The steps of docs/byo-prometheus-integration.md, run from the blocks of that page.

Real: Prometheus, Alertmanager, two threshold-exporters and da-tools. Not real: what serves the signals, a
tiny HTTP server, and Kubernetes' discovery, which Debian's Prometheus does not have: static targets have its
labels. `for` is 4 s, and slow groups take turns every 2 s.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.local_server import LocalServer

from dynamic_alerting.prometheus.alertmanager import Alertmanager, RoutedAlert
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import Child, end_children, spawn
from dynamic_alerting.stack.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "byo-prometheus-integration.md").read_text()
TENANTS = {"db-a", "db-b"}
ALERT = "MariaDBHighConnections"
NOBODY = "http://127.0.0.1:9/"
# What the Operator, and many a job, gives to the targets in Kubernetes.
OF_A_POD = {"pod": "x-7d9", "container": "exporter", "service": "x", "endpoint": "http", "node": "n1"}

Config = dict[str, Any]


def block(first_line: str) -> str:
    """The one block of the page that begins with this line."""
    (found,) = re.findall(rf"```yaml\n({re.escape(first_line)}.*?)```", PAGE, re.DOTALL)
    return str(found)


def da_tools(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dynamic_alerting.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Source(LocalServer):
    """Serves one text."""

    def __init__(self, *lines: str) -> None:
        self.text = "".join(f"{line}\n" for line in lines)
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.send(request, self.text)


@dataclass
class World:
    """The programs of one integration, and where they are."""

    directory: Path
    port: int
    until: Callable[..., Any]
    databases: dict[str, Source] = field(default_factory=dict)
    objects: list[Source] = field(default_factory=list)
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def exporters(self) -> list[int]:
        return [self.port + 10, self.port + 11]

    @property
    def alertmanager_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 3}"

    def start(self, name: str, *command: str) -> None:
        self.children[name] = spawn(name, command, log=self.directory / f"{name}.log")

    def stop(self, *names: str) -> None:
        end_children([self.children.pop(name) for name in names])

    def start_exporters(self) -> None:
        files = self.directory / "conf.d"
        files.mkdir()
        own = {
            "_packs": ["mariadb", "kubernetes"],
            "mysql_connections": "50",
            "mysql_connections_critical": "55",
        }
        per_container = {'container_cpu{container="exporter"}': "70"}
        for tenant, keys in (("db-a", own | per_container), ("db-b", {"_packs": ["mariadb", "kubernetes"]})):
            (files / f"{tenant}.yaml").write_text(yaml.safe_dump({"tenants": {tenant: keys}}))
        program = str(Path(sys.executable).parent / "threshold-exporter")
        for number, port in enumerate(self.exporters, 1):
            address = f"--web.listen-address=127.0.0.1:{port}"
            self.start(f"exporter-{number}", program, f"--config-dir={files}", address)

    def start_alertmanager(self, *render: str) -> None:
        """Step 1: the page's routes, and below them what da-tools prints."""
        text = block("# alertmanager.yml") + da_tools(*(render or ("inhibition", "render"))).stdout
        config = yaml.safe_load(re.sub(r"https://pager\.example/\S+?(?=\")", NOBODY, text))
        config["route"]["group_wait"] = "1s"
        file = self.directory / "alertmanager.yml"
        file.write_text(yaml.safe_dump(config))
        address = f"--web.listen-address={self.alertmanager_url.removeprefix('http://')}"
        storage = f"--storage.path={self.directory / 'alerts'}"
        program = Programs.find().alertmanager
        self.start(
            "alertmanager", program, f"--config.file={file}", storage, address, "--cluster.listen-address="
        )

    def render_rules(self) -> None:
        """Step 3, in a hurry."""
        rules = self.directory / "rules"
        done = da_tools("rule-packs", "render", "--format", "prometheus", "--output-dir", str(rules))
        assert done.returncode == 0, done.stderr
        for file in rules.glob("*.yaml"):
            text = re.sub(r"(?m)^(\s+for: ).+$", r"\g<1>4s", file.read_text())
            file.write_text(text.replace("interval: 1m", "interval: 2s"))

    def start_prometheus(self, jobs: list[Config]) -> None:
        config = yaml.safe_load(block("# prometheus.yml\n"))
        config["global"] = dict.fromkeys(config["global"], "2s")
        config["rule_files"] = [f"{self.directory}/rules/*.yaml"]
        targets = [self.alertmanager_url.removeprefix("http://")]
        config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": targets}]}]
        config["scrape_configs"] = jobs
        file = self.directory / "prometheus.yml"
        file.write_text(yaml.safe_dump(config))
        data = f"--storage.tsdb.path={self.directory / 'data'}"
        address = f"--web.listen-address=127.0.0.1:{self.port}"
        self.start("prometheus", Programs.find().prometheus, f"--config.file={file}", data, address)

    def api(self) -> Prometheus:
        return Prometheus(f"http://127.0.0.1:{self.port}")

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        with self.api() as prometheus:
            return [(dict(sample.labels), sample.value) for sample in prometheus.instant(query)]

    def firing(self, name: str) -> dict[tuple[str, str], str]:
        """The alerts of a name that fire: since when, by tenant and severity."""
        with self.api() as prometheus:
            return {
                (alert.labels.get("tenant", ""), alert.labels["severity"]): str(alert.active_at)
                for alert in prometheus.alerts()
                if alert.name == name and alert.state == "firing"
            }

    def notified(self) -> list[RoutedAlert]:
        with Alertmanager(self.alertmanager_url) as alertmanager:
            return list(alertmanager.alerts())


def listed_jobs(world: World) -> list[Config]:
    """Step 2, targets that are listed: the page's jobs with this test's addresses."""
    exporters, databases = yaml.safe_load(block("# prometheus.yml\n"))["scrape_configs"]
    assert len(exporters["static_configs"][0]["targets"]) == len(world.exporters)
    exporters["static_configs"][0]["targets"] = [f"127.0.0.1:{port}" for port in world.exporters]
    for group in databases["static_configs"]:
        group["targets"] = [f"127.0.0.1:{world.databases[group['labels']['tenant']].port}"]
    return [exporters, databases]


def discovered_jobs(world: World) -> list[Config]:
    """Step 2, in Kubernetes: the page's relabelling, and that of rule-packs/kubernetes/scrape-config.yaml."""
    exporters, databases = yaml.safe_load(block("# prometheus.yml in Kubernetes"))["scrape_configs"]
    others = yaml.safe_load((ROOT / "rule-packs" / "kubernetes" / "scrape-config.yaml").read_text())
    (objects,) = (job for job in others["scrape_configs"] if job["job_name"] == "kube-state-metrics")
    pods = [(port, "monitoring", "threshold-exporter", "http") for port in world.exporters]
    pods += [(source.port, tenant, "mariadb", "metrics") for tenant, source in world.databases.items()]
    pods += [(source.port, "kube-system", "kube-state-metrics", "http") for source in world.objects]
    everything = [
        {
            "targets": [f"127.0.0.1:{port}"],
            "labels": {
                "__meta_kubernetes_namespace": namespace,
                "__meta_kubernetes_service_name": service,
                "__meta_kubernetes_service_label_app_kubernetes_io_name": service,
                "__meta_kubernetes_endpoint_port_name": name,
                "namespace": namespace,
                **OF_A_POD,
            },
        }
        for port, namespace, service, name in pods
    ]
    for job in (exporters, databases, objects):
        assert job.pop("kubernetes_sd_configs")
        job["static_configs"] = everything
    return [exporters, databases, objects]


@pytest.fixture(params=[listed_jobs, discovered_jobs], ids=["listed", "discovered"])
def world(
    request: pytest.FixtureRequest, tmp_path: Path, port_base: int, until: Callable[..., Any]
) -> Iterator[World]:
    running = World(tmp_path, port_base, until)
    for tenant in sorted(TENANTS):
        running.databases[tenant] = Source("mysql_up 1", "mysql_global_status_threads_connected 60")
    replicas = ("kube_deployment_spec_replicas", 4), ("kube_deployment_status_replicas_available", 2)
    running.objects.append(
        Source(*(f'{name}{{namespace="db-a",deployment="web"}} {count}' for name, count in replicas))
    )
    try:
        running.start_exporters()
        running.start_alertmanager()
        running.render_rules()
        running.start_prometheus(request.param(running))
        with running.api() as prometheus:
            until(prometheus.is_ready)
        yield running
    finally:
        running.stop(*running.children)
        for source in [*running.databases.values(), *running.objects]:
            source.close()


def test_the_steps_lead_to_one_notification_for_the_one_tenant(world: World) -> None:
    both_tiers = {("db-a", "warning"), ("db-a", "critical")}
    world.until(lambda: world.firing(ALERT).keys() == both_tiers, seconds=60)
    world.until(lambda: all(answered(world, *row) for row in questions()), seconds=30)

    # step 1: the critical is notified of, to its tenant, and holds the warning back
    def arrived() -> bool:
        seen = [alert for alert in world.notified() if alert.name == ALERT]
        return {(each.labels["severity"], each.state, each.receivers) for each in seen} == {
            ("critical", "active", ("db-a",)),
            ("warning", "suppressed", ("db-a",)),
        }

    world.until(arrived)
    told = da_tools("inhibition", "check", "--alertmanager", world.alertmanager_url)
    assert (told.returncode, told.stdout[:5]) == (0, "fine:"), told.stdout + told.stderr

    # step 2: a threshold about one container still is, and one for everything is about no container
    about = {
        sample["container"]
        for sample, _ in world.ask('user_threshold{tenant="db-a", metric="cpu", component="container"}')
        if "container" in sample
    }
    assert about == {"exporter"}

    # what holds while exporters are gone
    before = world.firing(ALERT)
    world.stop("exporter-1")
    world.until(lambda: world.firing("ThresholdExporterTooFewReplicas"), seconds=60)
    world.stop("exporter-2")
    world.until(lambda: world.firing("ThresholdExporterAbsent"), seconds=60)
    assert world.firing(ALERT) == before

    # the platform's alerts have no tenant, and a route of their own
    def platform_told() -> bool:
        names = {
            alert.name: (alert.state, alert.receivers) for alert in world.notified() if alert.name != ALERT
        }
        return names.get("ThresholdExporterAbsent") == ("active", ("platform-team",))

    world.until(platform_told)


@pytest.mark.parametrize("world", [discovered_jobs], ids=["discovered"], indirect=True)
def test_series_about_objects_have_the_tenant_of_their_namespace(world: World) -> None:
    world.until(lambda: world.firing("KubernetesReplicasMissing").keys() >= {("db-a", "warning")}, seconds=60)


def questions() -> list[tuple[str, str]]:
    """Step 5's table: what to ask, and the answer."""
    step = PAGE.split("## 5.")[1].split("## 6.")[0]
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|$", step, re.MULTILINE)
    assert len(rows) == 7
    return rows


def answered(world: World, query: str, answer: str) -> bool:
    seen = world.ask(query)
    if answer == "every tenant":
        return {labels["tenant"] for labels, _ in seen} == TENANTS
    if answer.startswith("nothing"):
        return seen == []
    return [value for _, value in seen] == [float(answer.partition(":")[0])]


def test_rules_can_be_narrowed_to_the_exporters_of_one_environment(tmp_path: Path) -> None:
    (command,) = re.findall(r"^da-tools (rule-packs render --exporter-selector .+)$", PAGE, re.MULTILINE)
    arguments = [each.strip("'") for each in re.findall(r"'[^']*'|\S+", command)]
    arguments[arguments.index("--output-dir") + 1] = str(tmp_path)
    done = da_tools(*arguments)
    assert done.returncode == 0, done.stderr
    assert 'job="threshold-exporter"' in (tmp_path / "mariadb.yaml").read_text()
