"""All packs with two healthy exporters and no database at all: nothing fires, and every dashboard can ask."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from dynamic_alerting.packs.bundled import load_catalogue
from dynamic_alerting.prometheus.client import Prometheus
from dynamic_alerting.stack.process import end_children, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
TENANT = "no-database"
SETTLED_S = 20  # several times any `for` and interval of the hurried rules

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def prometheus(
    tmp_path_factory: pytest.TempPathFactory, hasty_packs: Path, shared_port_base: int
) -> Iterator[Prometheus]:
    """Prometheus with every pack's rules, scraping two exporters that serve one tenant all defaults."""
    directory = tmp_path_factory.mktemp("no-database")
    conf_d = directory / "conf.d"
    conf_d.mkdir()
    (conf_d / f"{TENANT}.yaml").write_text(yaml.safe_dump({"tenants": {TENANT: {}}}))
    first, second, port = (shared_port_base + place for place in range(3))
    program = [sys.executable, "-P", "-c", "from dynamic_alerting.exporter.main import main; main()"]
    children = []
    try:
        for number, own in enumerate((first, second)):
            listen = f"--web.listen-address=127.0.0.1:{own}"
            command = [*program, f"--config-dir={conf_d}", listen]
            children.append(spawn(f"exporter-{number}", command, log=directory / f"exporter-{number}.log"))
        config = directory / "prometheus.yml"
        config.write_text(_config(hasty_packs, [first, second]))
        server = shutil.which("prometheus") or "prometheus"
        arguments = [f"--config.file={config}", f"--storage.tsdb.path={directory / 'tsdb'}"]
        listen = f"--web.listen-address=127.0.0.1:{port}"
        children.append(spawn("prometheus", [server, *arguments, listen], log=directory / "prometheus.log"))
        with Prometheus(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        end_children(children)


@pytest.fixture
def served(prometheus: Prometheus, until: Callable[..., object]) -> Prometheus:
    """The same once both exporters are scraped, and their absence until then is no longer told."""

    def is_settled() -> bool:
        return (
            prometheus.is_ready()
            and len(prometheus.instant("threshold_exporter_config_loaded == 1")) == 2
            and all(group.evaluation_s > 0 for group in prometheus.rules())
            and not prometheus.alerts()
        )

    until(is_settled, seconds=60)
    return prometheus


def test_nothing_fires_and_no_rule_fails(served: Prometheus) -> None:
    components = {sample.labels["component"] for sample in served.instant("user_threshold")}
    assert {"mysql", "redis", "pg", "oracle", "db2"} <= components, "the tenant has all packs' defaults"
    deadline = time.monotonic() + SETTLED_S
    while time.monotonic() < deadline:
        assert served.alerts() == ()
        time.sleep(0.5)
    assert served.instant('last_over_time(ALERTS{tenant!=""}[10m])') == (), "not even at the start"
    groups = served.rules()
    names = {path.parent.name for path in ROOT.glob("rule-packs/*/rules.yaml")}
    assert names <= {group.name for group in groups}
    failing = {rule.name: rule.last_error for group in groups for rule in group.rules if rule.health != "ok"}
    assert failing == {}
    kept = "tenant:(alert_threshold|state_filter):.+"  # copies of what the exporters serve
    signals = f'{{__name__=~"tenant:.+",__name__!~"{kept}"}}'
    assert served.instant(signals) == (), "a signal of no database"


@pytest.mark.parametrize("path", sorted(ROOT.glob("dashboards/*.json")), ids=lambda path: path.stem)
def test_every_query_of_a_dashboard_is_answered(path: Path, served: Prometheus) -> None:
    """The server itself parses and runs each; vectors that cannot be joined would be an error here."""
    document = json.loads(path.read_text())
    queries = [target["expr"] for panel in document["panels"] for target in panel.get("targets", [])]
    assert queries
    for query in queries:
        served.instant(query.replace("$tenant", ".+"))
    for variable in document["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), tenant\)", variable["query"]["query"])
            assert asked is not None
            served.instant(asked[1])


def test_a_dashboard_draws_the_tiers_that_alerts_compare_with(served: Prometheus) -> None:
    document = json.loads((ROOT / "dashboards" / "mariadb.json").read_text())
    (panel,) = (each for each in document["panels"] if each["title"].endswith(": mysql_connections"))
    _, tiers = (target["expr"].replace("$tenant", TENANT) for target in panel["targets"])
    drawn = [(sample.labels["severity"], sample.value) for sample in served.instant(tiers)]
    default = load_catalogue().specs["mysql_connections"].default
    assert default is not None
    assert ("warning", float(default)) in drawn


def _config(packs: Path, exporters: list[int]) -> str:
    targets = [f"127.0.0.1:{port}" for port in exporters]
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(path) for path in sorted(packs.glob("*/rules.yaml"))],
            "scrape_configs": [{"job_name": "thresholds", "static_configs": [{"targets": targets}]}],
        }
    )
