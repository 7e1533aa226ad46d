"""What a runbook tells to run at night answers: each query with value, threshold and server of the alert."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from dynamic_alerting.packs.examples import STEP, duration, seconds, source_series
from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.packs.pack import FurtherAlert, Pack, Signal, Threshold
from dynamic_alerting.packs.pages import runbook_page
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.runbook_queries import SERVER_LABELS
from dynamic_alerting.packs.snapshots import STATE_SNAPSHOT

ROOT = Path(__file__).parents[2]
QUEUES = ROOT / "tests" / "rules" / "fixtures" / "queues" / "pack.yaml"
PACKS = [*sorted(path.parent.name for path in ROOT.glob("rule-packs/*/pack.yaml")), "queues"]
TENANT = "db-a"
Promtool = Callable[..., str]
Owner = Threshold | FurtherAlert


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest, packs: list[Pack]) -> Pack:
    return next(each for each in [*packs, load_pack(QUEUES)] if each.pack == request.param)


def test_each_section_begins_with_the_command_and_one_query(pack: Pack) -> None:
    for owner in owners(pack):
        section = sections(pack)[name_of(owner)]
        commands = "".join(f"da-tools explain --config-dir conf.d db-a {key}\n" for key in keys_of(owner))
        begins = f"```sh\n{commands}```\n\n```promql\n" if commands else "```promql\n"
        assert section.startswith(begins)
        assert section.count("```promql\n") == 1
        promql_parser.parse(query_of(pack, owner))


def test_each_query_answers_with_value_threshold_and_server(
    pack: Pack, tmp_path: Path, promtool: Promtool
) -> None:
    groups = [{"name": "records", "rules": records(pack)}]
    (tmp_path / "records.yaml").write_text(yaml.safe_dump({"groups": groups}))
    tests = [case(pack, owner) for owner in owners(pack)]
    document = {"rule_files": ["records.yaml"], "evaluation_interval": f"{STEP}s", "tests": tests}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(document))
    promtool("test", "rules", tmp_path / "tests.yaml")


def case(pack: Pack, owner: Owner) -> dict[str, Any]:
    """One test of promtool: the alert's own example, its thresholds as they are recorded, and its query."""
    alert = owner.alert if isinstance(owner, Threshold) else owner
    at = seconds(owner.example.at) + seconds(alert.for_)
    tenant = None if isinstance(owner, FurtherAlert) and owner.expr else TENANT
    series = source_series(owner.example.fires, at, tenant=tenant)
    limits = limits_of(pack, owner)
    series |= {name: f"{value}x{at // STEP}" for name, value in limits.items()}
    return {
        "name": name_of(owner),
        "interval": f"{STEP}s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": expr, "eval_time": duration(at), "exp_samples": [{"labels": "{}", "value": 1}]}
            for expr in questions(pack, owner, list(limits))
        ],
    }


def questions(pack: Pack, owner: Owner, limits: list[str]) -> list[str]:
    """What is 1 when the answer of a query holds what it should."""
    query = f"(\n{query_of(pack, owner)}\n)"
    if not limits:
        return [f"count({query}) > bool 0"]
    asked = [f"count({query} and on (__name__, severity) {limit}) > bool 0" for limit in limits]
    values = f"{query} unless on (tenant, severity) ({' or '.join(limits)})"
    asked.append(f"count({values}) > bool 0")
    asked.append(f"count(count by ({', '.join(sorted(SERVER_LABELS))}) {query}) > bool 1")
    return asked


def limits_of(pack: Pack, owner: Owner) -> dict[str, str]:
    """The recorded thresholds of an alert, or the states of its filter, with their values."""
    if isinstance(owner, FurtherAlert) and owner.state_filter:
        state = next(each for each in pack.state_filters if each.name == owner.state_filter)
        labels = {"filter": state.name, "severity": state.severity}
        return {series_of(STATE_SNAPSHOT, **labels, reason=reason): "1" for reason in state.reasons}
    keys = [owner.key] if isinstance(owner, Threshold) else owner.all_of or []
    limits = {}
    for each in map(pack.threshold, keys):
        told = each.default if each.example.threshold is None else each.example.threshold
        value, _, severity = str(told).partition(":")
        limits[series_of(f"tenant:alert_threshold:{each.key}", severity=severity or "warning")] = value
    return limits


def series_of(metric: str, **labels: str) -> str:
    return selector(metric, [(name, "=", value) for name, value in {"tenant": TENANT, **labels}.items()])


def records(pack: Pack) -> list[dict[str, str]]:
    """The signals, plainly: some expressions read another one, or their own last value."""
    return [{"record": signal.record, "expr": aggregated(signal)} for signal in pack.recorded()]


def aggregated(signal: Signal) -> str:
    expr = f"{signal.aggregate} by ({', '.join(['tenant', *signal.dimensions])}) (\n{signal.expr}\n)"
    return expr if signal.when_gone is None else f"{expr} or 0 * {signal.record}"


def owners(pack: Pack) -> list[Owner]:
    return [*pack.thresholds, *pack.alerts]


def name_of(owner: Owner) -> str:
    return owner.alert.name if isinstance(owner, Threshold) else owner.name


def keys_of(owner: Owner) -> list[str]:
    if isinstance(owner, Threshold):
        return [owner.key]
    return owner.all_of or ([f"_state_{owner.state_filter}"] if owner.state_filter else [])


def sections(pack: Pack) -> dict[str, str]:
    parts = re.split(r"(?m)^## (\w+)$\n\n", runbook_page(pack))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def query_of(pack: Pack, owner: Owner) -> str:
    found = re.search(r"```promql\n(.*?)\n```", sections(pack)[name_of(owner)], re.DOTALL)
    assert found is not None
    return found[1]
