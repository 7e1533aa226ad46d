"""The rules mean the same on a current Prometheus 3: its promtool accepts all and sees the same alerts fire.

Debian's promtool is 2.42, which test_promtool.py runs. `scripts/prometheus3.sh` installs a current one; it is
found as `promtool3` on the PATH, or where DA_PROMTOOL_3 says.
"""

import subprocess
from pathlib import Path

import pytest
from tests.prometheus_3 import program_of_prometheus_3

ROOT = Path(__file__).parents[2]
RULES = sorted(ROOT.glob("rule-packs/*/rules.yaml"))
TESTS = sorted(ROOT.glob("rule-packs/*/tests*.yaml"))

pytestmark = [pytest.mark.promtool, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def promtool3() -> str:
    return program_of_prometheus_3("promtool3", "DA_PROMTOOL_3")


def test_rules_are_accepted(promtool3: str) -> None:
    done = subprocess.run(
        [promtool3, "check", "rules", *map(str, RULES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == len(RULES)


@pytest.mark.parametrize("tests", TESTS, ids=lambda path: str(path.relative_to(ROOT / "rule-packs")))
def test_the_same_alerts_fire(tests: Path, promtool3: str) -> None:
    done = subprocess.run(
        [promtool3, "test", "rules", str(tests)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
