"""All packs through two real exporters: what they serve for the shipped defaults makes the rules fire.

The thresholds in the packs' own promtool tests are written by the generator. Here they are what two
`threshold-exporter` processes answer, scraped side by side, so a name that only the generator knows fails.
"""

import itertools
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from dynamic_alerting.packs.examples import TENANT, duration, seconds, source_series
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Example, FurtherAlert, Pack, Threshold
from dynamic_alerting.packs.promql import selector

ROOT = Path(__file__).parents[2]
PACKS = load_packs(ROOT / "rule-packs")
SEVERITIES = ("info", "warning", "critical")
STEPS = 180  # samples of each served series, one per 30 s

Series = tuple[str, tuple[tuple[str, str], ...], float]  # name, labels, value
MATCHES: dict[str, Callable[[str, str], bool]] = {
    "Equal": lambda have, want: have == want,
    "NotEqual": lambda have, want: have != want,
    "Re": lambda have, want: re.fullmatch(want, have) is not None,
    "NotRe": lambda have, want: re.fullmatch(want, have) is None,
}


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[list[Series]]]:
    """What each of two exporters serves: to one tenant the defaults, to others all that one may write."""
    directory = tmp_path_factory.mktemp("conf.d")
    (directory / f"{TENANT}.yaml").write_text(yaml.safe_dump({"tenants": {TENANT: {}}}))
    for severity in SEVERITIES:
        tenants = {"tenants": {f"all-{severity}": everything(severity)}}
        (directory / f"all-{severity}.yaml").write_text(yaml.safe_dump(tenants, sort_keys=False))
    with ExitStack() as running:
        yield [_served(running, directory) for _ in range(2)]


def everything(severity: str) -> dict[str, str]:
    """Every key at one severity: its base, and each combination of its dimensions."""
    written = {}
    for pack in PACKS:
        for threshold in pack.thresholds:
            dimensions = pack.signal_of(threshold).dimensions
            for size in range(len(dimensions) + 1):
                for level in itertools.combinations(dimensions, size):
                    matchers = ",".join(f'{label}="x"' for label in level)
                    key = f"{threshold.key}{{{matchers}}}" if matchers else threshold.key
                    written[key] = f"5:{severity}"
    return written


def test_two_exporters_serve_the_same(replicas: list[list[Series]]) -> None:
    first, second = ([each for each in replica if each[0].startswith("user_")] for replica in replicas)
    assert first
    assert first == second


# The platform's pack has no thresholds; it tells of those that were stored with other labels than served.
@pytest.mark.parametrize("pack", [each for each in PACKS if each.thresholds], ids=lambda pack: pack.pack)
def test_whatever_a_rule_selects_can_be_served(pack: Pack, replicas: list[list[Series]]) -> None:
    rules = _rules(pack)
    dead = {
        selected.prettify()
        for rule in rules
        for selected in _selectors(rule["expr"], "user_threshold")
        if not any(_selects(selected, series) for series in replicas[0])
    }
    assert dead == set()


def test_every_default_that_is_served_is_compared_with_its_signal(replicas: list[list[Series]]) -> None:
    selected = [
        each for pack in PACKS for rule in _rules(pack) for each in _selectors(rule["expr"], "user_threshold")
    ]
    served = [
        each for each in replicas[0] if each[0] == "user_threshold" and dict(each[1])["tenant"] == TENANT
    ]
    assert served
    assert [each for each in served if not any(_selects(one, each) for one in selected)] == []


@pytest.mark.parametrize("pack", [each for each in PACKS if each.state_filters], ids=lambda pack: pack.pack)
def test_every_state_filter_is_served_and_selected(pack: Pack, replicas: list[list[Series]]) -> None:
    selected = [each for rule in _rules(pack) for each in _selectors(rule["expr"], "user_state_filter")]
    served = [
        each for each in replicas[0] if each[0] == "user_state_filter" and dict(each[1])["tenant"] == TENANT
    ]
    for state in pack.state_filters:
        mine = [each for each in served if dict(each[1])["filter"] == state.name]
        assert {dict(labels).get("reason") for _, labels, _ in mine} == set(state.reasons)
        assert all(any(_selects(one, each) for one in selected) for each in mine)


@pytest.mark.parametrize("pack", [each for each in PACKS if each.thresholds], ids=lambda pack: pack.pack)
def test_alerts_fire_with_the_thresholds_that_the_exporters_serve(
    pack: Pack, replicas: list[list[Series]], tmp_path: Path
) -> None:
    thresholds = _as_input(replicas)
    cases = [
        _fires(name, severity, example, seconds(wait), thresholds)
        for name, severity, example, wait in _alerts_with_defaults(pack)
    ]
    assert cases
    file = tmp_path / "tests.yaml"
    rule_file = str(ROOT / "rule-packs" / pack.pack / "rules.yaml")
    file.write_text(yaml.safe_dump({"rule_files": [rule_file], "evaluation_interval": "1m", "tests": cases}))
    tested = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def _alerts_with_defaults(pack: Pack) -> Iterator[tuple[str, str, Example, str]]:
    """Alert, severity, example and `for` of all that fire with the defaults alone."""
    for threshold in pack.thresholds:
        if threshold.default is not None and threshold.example.threshold is None:
            yield threshold.alert.name, _severity(threshold), threshold.example, threshold.alert.for_
    for alert in pack.alerts:
        if alert.all_of and all(pack.threshold(key).default is not None for key in alert.all_of):
            common = {_severity(pack.threshold(key)) for key in alert.all_of}
            yield alert.name, common.pop(), alert.example, alert.for_
        elif alert.state_filter:
            yield alert.name, _filter_severity(pack, alert), alert.example, alert.for_


def _severity(threshold: Threshold) -> str:
    return str(threshold.default).partition(":")[2] or "warning"


def _filter_severity(pack: Pack, alert: FurtherAlert) -> str:
    return next(str(each.severity) for each in pack.state_filters if each.name == alert.state_filter)


def _fires(
    name: str, severity: str, example: Example, wait: int, thresholds: list[dict[str, str]]
) -> dict[str, object]:
    """Write a promtool case: the example's series beside what the exporters serve, and the alert fires."""
    matchers = [("alertname", "=", name), ("alertstate", "=", "firing"), ("severity", "=", severity)]
    sources = source_series(example.fires, STEPS * 30)
    settled = -(-(seconds(example.at) + wait) // 60) * 60
    expected = {"expr": f"group({selector('ALERTS', matchers)})", "eval_time": duration(settled)}
    return {
        "name": name,
        "interval": "30s",
        "input_series": [*thresholds, *({"series": k, "values": v} for k, v in sources.items())],
        "promql_expr_test": [{**expected, "exp_samples": [{"labels": "{}", "value": 1}]}],
    }


def _as_input(replicas: list[list[Series]]) -> list[dict[str, str]]:
    wanted = ("user_threshold", "user_state_filter", "threshold_exporter_config_loaded")
    return [
        {
            "series": selector(name, [(k, "=", v) for k, v in (*labels, ("instance", f"exporter-{number}"))]),
            "values": f"{value:g}x{STEPS}",
        }
        for number, replica in enumerate(replicas)
        for name, labels, value in replica
        if name in wanted and dict(labels).get("tenant", TENANT) == TENANT
    ]


def _rules(pack: Pack) -> list[dict[str, str]]:
    text = (ROOT / "rule-packs" / pack.pack / "rules.yaml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def _selectors(expr: str, metric: str) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(expr), pre_visit=found.append)
    return [each for each in found if isinstance(each, promql_parser.VectorSelector) and each.name == metric]


def _selects(selected: promql_parser.VectorSelector, series: Series) -> bool:
    name, labels, _ = series
    have = dict(labels)
    return name == selected.name and all(
        MATCHES[str(each.op).rpartition(".")[2]](have.get(each.name, ""), each.value)
        for each in selected.matchers.matchers
    )


def _served(running: ExitStack, directory: Path) -> list[Series]:
    """Start one exporter, which ends with `running`, and return its series as Prometheus would read them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    program = str(Path(sys.executable).with_name("threshold-exporter"))
    command = [program, "-config-dir", str(directory), "--web.listen-address", address]
    exporter = running.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
    running.callback(exporter.terminate)
    families = text_string_to_metric_families(_read_when_up(f"http://{address}/metrics"))
    return [
        (sample.name, tuple(sorted(sample.labels.items())), sample.value)
        for family in families
        for sample in family.samples
    ]


def _read_when_up(url: str) -> str:
    for _ in range(100):
        try:
            with urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within 10 s")
