"""What a real Alertmanager does with the generated inhibition, and with two that others have."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import yaml

from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.prometheus.alertmanager import Alertmanager
from dynamic_alerting.routing.configuration import read_configuration
from dynamic_alerting.routing.inhibition import inhibit_rules
from dynamic_alerting.stack.process import Child, end_children, spawn
from dynamic_alerting.stack.programs import Programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.stack

CRITICAL_OVER_LOWER = {
    "source_matchers": ["severity = critical"],
    "target_matchers": ["severity =~ warning|info"],
}
KUBE_PROMETHEUS = [{**CRITICAL_OVER_LOWER, "equal": ["namespace", "alertname"]}]
BY_INSTANCE = [{"source_match": {"severity": "critical"}, "target_match": {"severity": "warning"}}]
BY_INSTANCE[0]["equal"] = ["alertname", "instance"]  # type: ignore[assignment]

TABLESPACE = {"alertname": "OracleTablespaceFilling", "component": "oracle"}
CONTAINER = {"alertname": "KubernetesContainerHighMemory", "component": "container"}
CONNECTIONS = {"alertname": "MariaDBHighConnections", "component": "mysql"}

Labels = dict[str, str]


class Running:
    """An Alertmanager of the test's own."""

    def __init__(self, directory: Path, port: int, until: Callable[..., Any]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.file = directory / "alertmanager.yml"
        self._directory = directory
        self._until = until
        self._children: list[Child] = []

    def load(self, rules: list[dict[str, Any]]) -> None:
        """Exchange the rules of a running one."""
        self._write(rules)
        assert httpx2.post(f"{self.url}/-/reload").is_success

    def _write(self, rules: list[dict[str, Any]]) -> None:
        config = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}], "inhibit_rules": rules}
        self.file.write_text(yaml.safe_dump(config))

    def start(self, rules: list[dict[str, Any]]) -> None:
        self._write(rules)
        options = [
            f"--config.file={self.file}",
            f"--storage.path={self._directory / 'data'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
            "--cluster.listen-address=",
        ]
        command = [Programs.find().alertmanager, *options]
        self._children.append(spawn("alertmanager", command, log=self._directory / "alertmanager.log"))
        with Alertmanager(self.url) as api:
            self._until(api.is_ready)

    def post(self, *alerts: Labels) -> None:
        """Fire alerts one by one, the ones that silence first."""
        now = datetime.now(UTC)
        times = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(minutes=10)).isoformat()}
        for labels in alerts:
            posted = httpx2.post(f"{self.url}/api/v2/alerts", json=[{"labels": labels, **times}])
            assert posted.is_success, posted.text

    def until_states(self, *cases: tuple[Labels, str]) -> None:
        """Fire alerts, and wait until each is as expected."""
        self.post(*(labels for labels, _ in cases))
        self.until_seen(cases)

    def until_seen(self, cases: Sequence[tuple[Labels, str]]) -> None:
        """Wait until each alert is as expected."""
        wrong: list[tuple[Labels, str, str | None]] = []

        def as_expected() -> bool:
            with Alertmanager(self.url) as api:
                seen = {tuple(sorted(each.labels.items())): each.state for each in api.alerts()}
            found = [(labels, state, seen.get(tuple(sorted(labels.items())))) for labels, state in cases]
            wrong[:] = [each for each in found if each[1] != each[2]]
            return not wrong

        try:
            self._until(as_expected, seconds=15)
        except AssertionError as error:
            raise AssertionError(f"labels, expected, seen: {wrong}") from error

    def end(self) -> None:
        end_children(self._children)


@pytest.fixture
def alertmanager(tmp_path: Path, port_base: int, until: Callable[..., Any]) -> Iterator[Running]:
    running = Running(tmp_path, port_base, until)
    try:
        yield running
    finally:
        running.end()


def ours() -> list[dict[str, Any]]:
    return inhibit_rules(load_packs(rule_packs_directory()))


def test_the_generated_inhibition_holds_back_lower_tiers_and_nothing_else(alertmanager: Running) -> None:
    alertmanager.start(ours())
    cases: list[tuple[Labels, str]] = [
        # another dimension
        ({**TABLESPACE, "tenant": "db-a", "severity": "critical", "tablespace": "USERS"}, "active"),
        ({**TABLESPACE, "tenant": "db-a", "severity": "warning", "tablespace": "USERS"}, "suppressed"),
        ({**TABLESPACE, "tenant": "db-a", "severity": "warning", "tablespace": "TEMP"}, "active"),
        ({**CONTAINER, "tenant": "db-a", "severity": "critical", "container": "sidecar"}, "active"),
        ({**CONTAINER, "tenant": "db-a", "severity": "warning", "container": "mariadb"}, "active"),
        # another tenant
        ({**TABLESPACE, "tenant": "db-b", "severity": "warning", "tablespace": "USERS"}, "active"),
        ({**CONNECTIONS, "tenant": "db-b", "severity": "warning"}, "active"),
        # the tiers
        ({**CONNECTIONS, "tenant": "db-a", "severity": "critical"}, "active"),
        ({**CONNECTIONS, "tenant": "db-a", "severity": "warning"}, "suppressed"),
        ({**CONNECTIONS, "tenant": "db-a", "severity": "info"}, "suppressed"),
        ({**CONNECTIONS, "tenant": "db-b", "severity": "info"}, "suppressed"),
        ({**CONTAINER, "tenant": "db-a", "severity": "info", "container": "mariadb"}, "suppressed"),
        # the platform: without a tenant
        ({"alertname": "ThresholdExporterAbsent", "severity": "critical"}, "active"),
        ({"alertname": "ThresholdExporterAbsent", "severity": "warning"}, "active"),
        ({"alertname": "ThresholdExporterDown", "severity": "warning", "instance": "a"}, "active"),
        ({**CONNECTIONS, "severity": "warning"}, "active"),
    ]
    alertmanager.until_states(*cases)


def test_alerts_of_one_environment_hold_back_none_of_another(alertmanager: Running) -> None:
    alertmanager.start(inhibit_rules(load_packs(rule_packs_directory()), "environment"))
    prod = {**CONNECTIONS, "tenant": "db-a", "environment": "prod"}
    cases: list[tuple[Labels, str]] = [
        ({**prod, "severity": "critical"}, "active"),
        ({**prod, "severity": "warning"}, "suppressed"),
        ({**prod, "environment": "staging", "severity": "warning"}, "active"),
        # alerts without the label, of a Prometheus with one environment, are equal in it
        ({**CONNECTIONS, "tenant": "db-a", "severity": "warning"}, "active"),
        ({**CONNECTIONS, "tenant": "db-b", "severity": "critical"}, "active"),
        ({**CONNECTIONS, "tenant": "db-b", "severity": "warning"}, "suppressed"),
    ]
    alertmanager.until_states(*cases)


@pytest.mark.parametrize("change", ["tenant", "tablespace", "tenant matchers"])
def test_each_part_of_the_generated_inhibition_is_needed(alertmanager: Running, change: str) -> None:
    rules = ours()
    for rule in rules:
        if change in rule["equal"]:
            rule["equal"].remove(change)
        else:
            rule["source_matchers"].remove('tenant=~".+"')
            rule["target_matchers"].remove('tenant=~".+"')
    alertmanager.start(rules)
    source = {**TABLESPACE, "tenant": "db-a", "severity": "critical", "tablespace": "USERS"}
    target = {**source, "severity": "warning"}
    if change == "tenant matchers":
        source, target = ({"alertname": "A", "severity": severity} for severity in ("critical", "warning"))
    else:
        target[change] = "another"
    alertmanager.until_states((source, "active"), (target, "suppressed"))


@pytest.mark.parametrize("rules", [KUBE_PROMETHEUS, BY_INSTANCE], ids=["kube-prometheus", "by instance"])
def test_what_others_have_silences_other_tenants_and_the_check_says_so(
    alertmanager: Running, rules: list[dict[str, Any]]
) -> None:
    alertmanager.start(rules)
    alertmanager.until_states(
        ({**CONNECTIONS, "tenant": "db-a", "severity": "critical"}, "active"),
        ({**CONNECTIONS, "tenant": "db-b", "severity": "warning"}, "suppressed"),
    )
    for arguments in ([str(alertmanager.file)], ["--alertmanager", alertmanager.url]):
        told = checked(*arguments)
        assert told.returncode == 1, told.stderr
        assert "rule 1 silences alerts of other tenants; alerts about another dimension" in told.stdout


def test_the_check_has_nothing_to_say_about_the_generated_inhibition(alertmanager: Running) -> None:
    alertmanager.start(ours())
    for arguments in ([str(alertmanager.file)], ["--alertmanager", alertmanager.url]):
        told = checked(*arguments)
        assert (told.returncode, told.stderr) == (0, "")
        assert told.stdout.startswith("fine: ")


RULES = [
    ("severity = critical", "severity =~ warning|info", ["tenant"]),
    ('severity!="info"', 'severity!="critical"', ["alertname", "tablespace"]),
    ("severity=critical", "severity=warning", []),
    ('tenant=""', 'tenant=~".+"', []),
    ('{tenant!~"db-a|", severity=critical}', "alertname=~Oracle.*", ["severity"]),
    ('alertname=~"MariaDB"', "severity=info", ["alertname"]),
    (r'tablespace=~"US\\w+"', 'tablespace!~"TEMP"', ["tenant", "nosuch"]),
    ('tenant=~".*"', 'tenant=~".*"', ["alertname"]),
    ("alertname=X", "severity=~.+", []),
]


def test_alertmanager_and_the_check_agree_on_what_a_rule_silences(alertmanager: Running) -> None:
    alerts = [
        {**kind, **owner, "severity": severity}
        for kind in ({**TABLESPACE, "tablespace": "USERS"}, {**TABLESPACE, "tablespace": "TEMP"}, CONNECTIONS)
        for owner in ({"tenant": "db-a"}, {"tenant": "db-b"}, {})
        for severity in ("critical", "warning", "info")
    ]
    alertmanager.start([])
    alertmanager.post(*alerts)
    for source, target, equal in RULES:
        alertmanager.load([{"source_matchers": [source], "target_matchers": [target], "equal": equal}])
        (rule,) = read_configuration(alertmanager.file.read_text()).rules
        told = [labels for labels in alerts if any(rule.silences(other, labels) for other in alerts)]
        alertmanager.until_seen([(each, "suppressed" if each in told else "active") for each in alerts])


def checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dynamic_alerting.cli.main", "inhibition", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
