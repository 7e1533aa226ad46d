"""The rules on a faster clock differ from the shipped ones in their durations, and in nothing else."""

import re
from pathlib import Path

import pytest
import yaml
from tests.outages.accelerated import accelerated, accelerated_expression, durations, seconds

from dynamic_alerting.packs.promql import parse

ROOT = Path(__file__).parents[2]
RULES = sorted(ROOT.glob("rule-packs/*/rules.yaml"))


@pytest.mark.parametrize(
    ("expr", "faster"),
    [
        ("rate(x_total[5m])", "rate(x_total[30000ms])"),
        ("max_over_time(x[15m:1m] offset 5m)", "max_over_time(x[90000ms:6000ms] offset 30000ms)"),
        ("x offset -1m30s", "x offset -9000ms"),
        ('x{queue="[5m]", of="offset 5m"}', 'x{queue="[5m]", of="offset 5m"}'),
        ("x # not [5m]\n> 1", "x # not [5m]\n> 1"),
        ("time() - x > 300", "time() - x > 300"),
    ],
)
def test_every_duration_is_divided_and_nothing_else(expr: str, faster: str) -> None:
    assert accelerated_expression(expr, 10) == faster


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.parent.name)
def test_the_shipped_rules_stay_the_same_rules(path: Path) -> None:
    shipped = yaml.safe_load(path.read_text())
    faster = accelerated(shipped, 10, longest_for_s=30)
    for old_group, new_group in zip(shipped["groups"], faster["groups"], strict=True):
        assert seconds(new_group.get("interval", "0s")) == seconds(old_group.get("interval", "0s")) / 10
        for old, new in zip(old_group["rules"], new_group["rules"], strict=True):
            assert old.get("annotations") == new.get("annotations")
            assert [each / 10 for each in durations(old["expr"])] == list(durations(new["expr"]))
            assert _shape(old["expr"]) == _shape(new["expr"])
            assert seconds(new.get("for", "0s")) == min(seconds(old.get("for", "0s")), 30) / 10


def _shape(expr: str) -> str:
    """The expression as it is parsed, its durations blanked."""
    return re.sub(r"\[[^\]]*\]|offset -?\w+", "", str(parse(expr)))
