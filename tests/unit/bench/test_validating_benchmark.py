"""Measuring other programs, and the rule files that one of them reads."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from bench.growth import of_validating
from bench.tenants import THRESHOLDS, write_tenants
from bench.traditional_files import write_rules
from bench.validating import FilesOf, Run, Validating, measure_validating, run
from dynamic_alerting.stack.errors import StackError


def test_a_program_is_measured_with_its_own_memory() -> None:
    small = run([sys.executable, "-I", "-S", "-c", ""])
    large = run([sys.executable, "-I", "-S", "-c", "kept = bytearray(64 * 2**20)"])
    assert 2**20 < small.memory < 40 * 2**20
    assert large.memory - small.memory == pytest.approx(64 * 2**20, rel=0.1)
    assert 0 < small.cpu < 5
    assert small.wall > 0


def test_a_program_that_fails_is_an_error_that_says_why() -> None:
    with pytest.raises(StackError, match=r"exit code 3:\nno such thing"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('no such thing'); sys.exit(3)"])


def test_every_threshold_of_a_tenant_becomes_a_rule_of_its_own(tmp_path: Path) -> None:
    write_tenants(tmp_path / "conf.d", 3)
    assert write_rules(tmp_path / "conf.d", tmp_path / "rules") == 3 * THRESHOLDS
    (group,) = yaml.safe_load((tmp_path / "rules" / "db-00001.yaml").read_text())["groups"]
    assert len(group["rules"]) == THRESHOLDS
    assert all('tenant="db-00001"' in rule["expr"] for rule in group["rules"])
    assert {rule["labels"]["severity"] for rule in group["rules"]} == {"warning", "critical"}
    assert any(re.search(r'queue=~"', rule["expr"]) for rule in group["rules"])


@pytest.mark.promtool
def test_every_program_accepts_the_files() -> None:
    told: list[str] = []
    result = measure_validating([2], runs=2, report=told.append)
    assert [(one.tenants, one.rules) for one in result.sizes] == [(0, 0), (2, 2 * THRESHOLDS)]
    assert [len(runs) for runs in result.sizes[1].runs.values()] == [2, 2, 1]
    assert len(told) == 4


def test_growth_is_that_of_the_time_beyond_a_programs_start() -> None:
    def of(cpu: float) -> dict[str, list[Run]]:
        return {"a program": [Run(cpu, cpu, 1)]}

    measured = Validating(
        50, [FilesOf(0, 0, of(0.5)), FilesOf(100, 5000, of(0.75)), FilesOf(1000, 50000, of(3))]
    )
    assert of_validating(measured) == {"a program": [(100, 0.25), (1000, 2.5)]}
