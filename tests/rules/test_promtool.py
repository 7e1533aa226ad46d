"""promtool accepts every rule file and passes every test file of every pack."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dynamic_alerting.packs.generation import cases_text, rules_text
from dynamic_alerting.packs.loading import load_pack

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
RULES = sorted(ROOT.glob("rule-packs/*/rules.yaml"))
TESTS = sorted(ROOT.glob("rule-packs/*/tests*.yaml"))
Promtool = Callable[..., str]

pytestmark = pytest.mark.promtool


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT / "rule-packs"))


@pytest.mark.parametrize("rules", RULES, ids=_name)
def test_rules_are_accepted_without_a_complaint(rules: Path, promtool: Promtool) -> None:
    answer = promtool("check", "rules", rules)
    assert "duplicate" not in answer
    assert "SUCCESS" in answer


@pytest.mark.parametrize("tests", TESTS, ids=_name)
def test_rule_tests_pass(tests: Path, promtool: Promtool) -> None:
    promtool("test", "rules", tests)


def test_rules_of_all_packs_load_side_by_side(promtool: Promtool) -> None:
    assert "FAILED" not in promtool("check", "rules", *RULES)


def test_an_outage_of_all_exporters_is_told_and_loses_nothing(tmp_path: Path, promtool: Promtool) -> None:
    for pack in ("mariadb", "platform"):
        shutil.copytree(ROOT / "rule-packs" / pack, tmp_path / pack)
    shutil.copy(FIXTURES / "outage.yaml", tmp_path)
    promtool("test", "rules", tmp_path / "outage.yaml")


def test_a_pack_that_uses_the_whole_format_holds_up(tmp_path: Path, promtool: Promtool) -> None:
    """Dimensions, partial label sets, state filters, composites: whatever the real packs use or not."""
    pack = load_pack(FIXTURES / "queues" / "pack.yaml")
    (tmp_path / "rules.yaml").write_text(rules_text(pack))
    (tmp_path / "tests.yaml").write_text(cases_text(pack))
    shutil.copy(FIXTURES / "queues" / "tests-extra.yaml", tmp_path)
    assert "SUCCESS" in promtool("check", "rules", tmp_path / "rules.yaml")
    promtool("test", "rules", tmp_path / "tests.yaml", tmp_path / "tests-extra.yaml")
