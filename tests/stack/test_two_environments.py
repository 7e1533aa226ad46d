"""docs/byo-prometheus-integration.md, step 6, run from its blocks: production and staging in one Prometheus.

Real: Prometheus, Alertmanager, a threshold-exporter of each environment and da-tools. The databases are tiny
HTTP servers. A tenant has the same name in both environments, and only production asks for an alert.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.stack.test_byo import ALERT, PAGE, ROOT, Config, Source, World, block, da_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.stack

STEP = PAGE.split("## 6.")[1]
THRESHOLDS = {"prod": "50", "staging": "500"}


def commands(name: str) -> list[list[str]]:
    """The arguments of da-tools on the page that begin so."""
    return [line.split() for line in re.findall(rf"^da-tools ({name} .+)$", STEP, re.MULTILINE)]


def start_exporters(world: World) -> None:
    program = str(Path(sys.executable).parent / "threshold-exporter")
    for (environment, threshold), port in zip(THRESHOLDS.items(), world.exporters, strict=True):
        files = world.directory / f"conf.d-{environment}"
        files.mkdir()
        (files / "_defaults.yaml").write_text((ROOT / "conf.d" / "_defaults.yaml").read_text())
        keys = {"_packs": ["mariadb"], "mysql_connections": threshold}
        (files / "db-a.yaml").write_text(yaml.safe_dump({"tenants": {"db-a": keys}}))
        address = f"--web.listen-address=127.0.0.1:{port}"
        world.start(f"exporter-{environment}", program, f"--config-dir={files}", address)


def render_rules(world: World) -> None:
    """The page's commands; `for` is 4 s, and slow groups take turns every 2 s."""
    rules = world.directory / "rules"
    for arguments in commands("rule-packs render"):
        arguments[arguments.index("--output-dir") + 1] = str(rules)
        done = da_tools(*arguments)
        assert done.returncode == 0, done.stderr
    for file in rules.glob("*.yaml"):
        text = re.sub(r"(?m)^(\s+for: ).+$", r"\g<1>4s", file.read_text())
        file.write_text(text.replace("interval: 1m", "interval: 2s"))


def jobs(world: World) -> list[Config]:
    """The page's jobs, one exporter of each environment, with this test's addresses."""
    exporters, databases = yaml.safe_load(block("# prometheus.yml of two environments"))["scrape_configs"]
    for group, port in zip(exporters["static_configs"], world.exporters, strict=True):
        group["targets"] = [f"127.0.0.1:{port}"]
    for group in databases["static_configs"]:
        group["targets"] = [f"127.0.0.1:{world.databases[group['labels']['environment']].port}"]
    return [exporters, databases]


@pytest.fixture
def world(tmp_path: Path, port_base: int, until: Callable[..., Any]) -> Iterator[World]:
    running = World(tmp_path, port_base, until)
    for environment in THRESHOLDS:
        running.databases[environment] = Source("mysql_up 1", "mysql_global_status_threads_connected 60")
    try:
        start_exporters(running)
        running.start_alertmanager(*commands("inhibition render")[0])
        render_rules(running)
        running.start_prometheus(jobs(running))
        with running.api() as prometheus:
            until(prometheus.is_ready)
        yield running
    finally:
        running.stop(*running.children)
        for source in running.databases.values():
            source.close()


def firing(world: World, name: str) -> dict[str, str]:
    """The environments in which an alert fires, and since when."""
    with world.api() as prometheus:
        return {
            alert.labels["environment"]: str(alert.active_at)
            for alert in prometheus.alerts()
            if alert.name == name and alert.state == "firing"
        }


def test_each_environment_has_its_own_alerts_also_while_its_exporters_are_gone(world: World) -> None:
    both = {
        ("prod", "db-a", "warning", 50.0),
        ("staging", "db-a", "warning", 500.0),
    }

    def thresholds() -> set[tuple[str, str, str, float]]:
        found = world.ask("tenant:alert_threshold:mysql_connections")
        return {
            (labels["environment"], labels["tenant"], labels["severity"], value) for labels, value in found
        }

    world.until(lambda: thresholds() == both, seconds=60)
    world.until(lambda: firing(world, ALERT).keys() == {"prod"}, seconds=60)
    before = firing(world, ALERT)
    world.stop("exporter-prod")
    world.until(lambda: firing(world, "ThresholdExporterAbsent").keys() == {"prod"}, seconds=60)
    assert firing(world, ALERT) == before
    assert thresholds() == both

    def told() -> set[tuple[str, str]]:
        return {(alert.name, alert.labels["environment"]) for alert in world.notified()}

    world.until(lambda: told() >= {(ALERT, "prod"), ("ThresholdExporterAbsent", "prod")})
    assert (ALERT, "staging") not in told()
    (check,) = re.findall(r"`da-tools (inhibition check --environment-label \w+)`", STEP)
    said = da_tools(*check.split(), "--alertmanager", world.alertmanager_url)
    assert (said.returncode, said.stdout[:5]) == (0, "fine:"), said.stdout + said.stderr
    assert world.ask('up{environment=""}') == []
