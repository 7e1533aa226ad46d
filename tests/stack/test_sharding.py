"""The shards of docs/scaling.md: together they fire what one server fires, and no tenant is in two.

Real: the servers, and the packs' rules with a `for` of seconds. Not real: what is scraped, tiny HTTP servers.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.local_server import LocalServer

from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import Child, end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

pytestmark = pytest.mark.stack

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
TENANTS = [f"db-{letter}" for letter in "abcdefgh"]
THRESHOLD = (
    'user_threshold{{tenant="{tenant}",component="{component}",metric="{metric}",severity="warning"}} {value}'
)
SERVERS = ("whole", "shard-0", "shard-1")


class Source(LocalServer):
    """Serves one text."""

    def __init__(self, *lines: str) -> None:
        self.text = "\n".join(lines) + "\n"
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        self.send(request, self.text)


def thresholds() -> list[str]:
    keys = (("mysql", "connections", 50), ("kubernetes", "missing_replicas_percent", 20))
    return ["threshold_exporter_config_loaded 1"] + [
        THRESHOLD.format(tenant=tenant, component=component, metric=metric, value=value)
        for tenant in TENANTS
        for component, metric, value in keys
    ]


def workloads() -> list[str]:
    return [
        f'{metric}{{tenant="{tenant}",namespace="{tenant}",deployment="web"}} {replicas}'
        for tenant in TENANTS
        for metric, replicas in (
            ("kube_deployment_spec_replicas", 4),
            ("kube_deployment_status_replicas_available", 2),
        )
    ]


def configuration(server: str, sources: dict[str, list[int]], rules: Path, targets: Path) -> dict[str, Any]:
    """The page's configuration for a shard, or without shards for the whole, with this test's addresses."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    if server == "shard-1":
        block = block.replace(";0", ";1").replace('regex: "0"', 'regex: "1"')
    config: dict[str, Any] = yaml.safe_load(block)
    config["global"] = dict.fromkeys(config["global"], "2s")
    config["rule_files"] = [str(path) for path in sorted(rules.glob("*/rules.yaml"))]
    del config["alerting"]
    for job in config["scrape_configs"]:
        if ports := sources.get(job["job_name"]):
            job["static_configs"] = [{"targets": [f"127.0.0.1:{port}" for port in ports]}]
        else:
            job["file_sd_configs"] = [{"files": [str(targets)]}]
        if server == "whole":
            job.pop("metric_relabel_configs", None)
            job.pop("relabel_configs", None)
    return config


@pytest.fixture
def servers(tmp_path: Path, hasty_packs: Path, port_base: int) -> Iterator[dict[str, Prometheus]]:
    databases = {
        tenant: Source("mysql_up 1", "mysql_global_status_threads_connected 60") for tenant in TENANTS
    }
    shared = {
        "threshold-exporter": [Source(*thresholds()), Source(*thresholds())],
        "kube-state-metrics": [Source(*workloads())],
    }
    ports = {job: [source.port for source in sources] for job, sources in shared.items()}
    targets = tmp_path / "targets.yaml"
    found = [
        {"targets": [f"127.0.0.1:{source.port}"], "labels": {"tenant": tenant}}
        for tenant, source in databases.items()
    ]
    targets.write_text(yaml.safe_dump(found))
    children: list[Child] = []
    apis = {name: Prometheus(f"http://127.0.0.1:{port_base + place}") for place, name in enumerate(SERVERS)}
    try:
        for place, name in enumerate(SERVERS):
            config = tmp_path / f"{name}.yml"
            config.write_text(yaml.safe_dump(configuration(name, ports, hasty_packs, targets)))
            options = [
                f"--config.file={config}",
                f"--storage.tsdb.path={tmp_path / name}",
                f"--web.listen-address=127.0.0.1:{port_base + place}",
            ]
            children.append(spawn(name, ["prometheus", *options], log=tmp_path / f"{name}.log"))
        yield apis
    finally:
        end_children(children)
        for api in apis.values():
            api.close()
        for source in [*databases.values(), *shared["threshold-exporter"], *shared["kube-state-metrics"]]:
            source.close()


def fires(api: Prometheus) -> Counter[tuple[str, str]]:
    names = ("MariaDBHighConnections", "KubernetesReplicasMissing")
    return Counter(
        (alert.name, alert.labels["tenant"])
        for alert in api.alerts()
        if alert.state == "firing" and alert.name in names
    )


def test_shards_fire_together_what_one_server_fires(
    servers: dict[str, Prometheus], until: Callable[..., Any]
) -> None:
    until(lambda: all(api.is_ready() for api in servers.values()))
    until(lambda: len(fires(servers["whole"])) == 2 * len(TENANTS), seconds=60)
    parts = [servers["shard-0"], servers["shard-1"]]
    until(lambda: sum((fires(api) for api in parts), Counter()) == fires(servers["whole"]), seconds=60)
    assert all(fires(api) for api in parts)
    for api in parts:
        of_tenants = {sample.labels["tenant"] for sample in api.instant('count by (tenant) ({tenant!=""})')}
        assert of_tenants == {tenant for _, tenant in fires(api)}
        assert len(api.instant("threshold_exporter_config_loaded")) == 2
        assert api.instant('{__shard!=""}') == ()
