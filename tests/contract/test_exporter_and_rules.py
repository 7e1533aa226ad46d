"""The contract between exporter and rules: what the rules select is served, and what is served is selected.

The output is the real `threshold-exporter`'s, loaded with the shipped defaults; the rules are the shipped
files. In the predecessor 26 of 31 alerts could never fire because the two disagreed.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted((ROOT / "rule-packs").glob("*/rules.yaml"))
Labels = dict[str, str]


@pytest.fixture(scope="module")
def thresholds(tmp_path_factory: pytest.TempPathFactory) -> list[Labels]:
    """Labels of every `user_threshold` that a tenant without own values and without `_packs` gets."""
    directory = tmp_path_factory.mktemp("conf.d")
    (directory / "_defaults.yaml").write_bytes((ROOT / "conf.d/_defaults.yaml").read_bytes())
    (directory / "acme.yaml").write_text("tenants:\n  acme: {}\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [str(Path(sys.executable).with_name("threshold-exporter"))]
    command += ["-config-dir", str(directory), "--web.listen-address", address]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as exporter:
        try:
            exposition = _read_when_up(f"http://{address}/metrics")
        finally:
            exporter.terminate()
    return [
        sample.labels
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == "user_threshold"
    ]


def _read_when_up(url: str) -> str:
    for _ in range(100):
        try:
            with urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within 10 s")


def _threshold_selectors(rule_file: Path) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each `user_threshold` selector of an alert: the alert and its matchers (label, operator, value)."""
    for group in yaml.safe_load(rule_file.read_text())["groups"]:
        for rule in group["rules"]:
            if "alert" not in rule:
                continue
            for matchers in re.findall(r"user_threshold\{([^}]*)\}", rule["expr"]):
                selector = promql_parser.parse(f"x{{{matchers}}}")
                assert isinstance(selector, promql_parser.VectorSelector)
                yield (
                    rule["alert"],
                    [(m.name, str(m.op).rpartition(".")[2], m.value) for m in selector.matchers.matchers],
                )


def _selects(matchers: list[tuple[str, str, str]], labels: Labels) -> bool:
    outcome: dict[str, Callable[[str, str], bool]] = {
        "Equal": lambda have, want: have == want,
        "NotEqual": lambda have, want: have != want,
        "Re": lambda have, want: re.fullmatch(want, have) is not None,
        "NotRe": lambda have, want: re.fullmatch(want, have) is None,
    }
    return all(outcome[operator](labels.get(name, ""), value) for name, operator, value in matchers)


@pytest.mark.parametrize("rule_file", RULE_FILES, ids=lambda path: path.parent.name)
def test_every_threshold_that_an_alert_selects_is_served(rule_file: Path, thresholds: list[Labels]) -> None:
    dead = [
        (alert, matchers)
        for alert, matchers in _threshold_selectors(rule_file)
        if _is_for_a_base_threshold(matchers) and not any(_selects(matchers, t) for t in thresholds)
    ]
    assert dead == []


def _is_for_a_base_threshold(matchers: list[tuple[str, str, str]]) -> bool:
    """Dimensional series exist only where a tenant writes them, tiers only where the pack has a default."""
    return not any(operator == "NotEqual" or name == "severity" for name, operator, _ in matchers)


def test_every_default_that_is_served_is_selected_by_an_alert(thresholds: list[Labels]) -> None:
    selectors = [matchers for rule_file in RULE_FILES for _, matchers in _threshold_selectors(rule_file)]
    unread = [labels for labels in thresholds if not any(_selects(m, labels) for m in selectors)]
    assert thresholds
    assert unread == []


def test_a_threshold_is_selected_by_component_and_metric() -> None:
    loose = [
        (rule_file.parent.name, alert, matchers)
        for rule_file in RULE_FILES
        for alert, matchers in _threshold_selectors(rule_file)
        if {"component", "metric"} - {name for name, operator, _ in matchers if operator == "Equal"}
    ]
    assert loose == []
