"""Duplicate series of one tenant make no rule of a shipped pack fail for all tenants, and count once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from dynamic_alerting.packs.cases import pack_cases
from dynamic_alerting.packs.examples import labels_of, source_series
from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.packs.pack import Example, FurtherAlert, Pack, Threshold
from dynamic_alerting.packs.promtool_tests import promtool_tests

ROOT = Path(__file__).parents[2]
PACKS = sorted(ROOT.glob("rule-packs/*/pack.yaml"))
OF_TARGETS = {"prometheus_replica", "env", "name", "type", "state", "server"}  # any label may be a target's
LASTING = 600
Promtool = Callable[..., str]

pytestmark = pytest.mark.promtool


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.parent.name)
def test_series_that_differ_by_one_more_label_break_no_rule(
    file: Path, tmp_path: Path, promtool: Promtool
) -> None:
    pack = load_pack(file)
    labels = OF_TARGETS.union(*(signal.dimensions for signal in pack.recorded())) - {"job", "instance"}
    tests = [_evaluated(dict(_doubled(pack, label))) for label in sorted(labels)]
    rules = str(file.with_name("rules.yaml"))
    text = yaml.safe_dump({"rule_files": [rules], "evaluation_interval": "1m", "tests": tests})
    (tmp_path / "tests.yaml").write_text(text)
    promtool("test", "rules", tmp_path / "tests.yaml")  # a rule that fails is an error of the test


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.parent.name)
def test_two_prometheus_servers_that_write_to_one_store_change_no_alert(
    file: Path, tmp_path: Path, promtool: Promtool
) -> None:
    cases = [
        replace(case, series=dict(_of_two_servers(case.series)))
        for case in pack_cases(load_pack(file))
        if case.name.startswith(("fires", "quiet just below"))
    ]
    rules = str(file.with_name("rules.yaml"))
    tests = promtool_tests(cases)
    text = yaml.safe_dump({"rule_files": [rules], "evaluation_interval": "1m", "tests": tests})
    (tmp_path / "tests.yaml").write_text(text)
    promtool("test", "rules", tmp_path / "tests.yaml")


def _of_two_servers(series: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, values in series.items():
        if name.startswith(("user_", "threshold_exporter_")):
            yield name, values
            continue
        for replica in "ab":
            yield f'{name[:-1]},prometheus_replica="{replica}"}}', values


def _examples(pack: Pack) -> Iterator[Example]:
    owners: list[Threshold | FurtherAlert] = [*pack.thresholds, *pack.alerts]
    for each in owners:
        yield from (each.example, *each.more_examples)


def _doubled(pack: Pack, label: str) -> Iterator[tuple[str, str]]:
    """Every series of the pack's examples twice, each example's of a tenant and a server of their own."""
    for number, example in enumerate(_examples(pack)):
        for part, series in (("fires", example.fires), ("quiet", example.quiet)):
            tenant = f"{part}-{number}"
            for name, values in source_series(series, LASTING, instance="same", tenant=tenant).items():
                if label in labels_of(name):
                    yield name, values
                    continue
                for value in ("one", "two"):
                    yield f'{name[:-1]},{label}="{value}"}}', values


def _evaluated(series: dict[str, str]) -> dict[str, object]:
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    inputs.append({"series": 'threshold_exporter_config_loaded{instance="e"}', "values": "1x30"})
    nothing = {"expr": "vector(1) > 1", "eval_time": "10m", "exp_samples": []}
    return {"interval": "30s", "input_series": inputs, "promql_expr_test": [nothing]}
