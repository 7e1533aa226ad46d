"""What the tests of rules share: the packs of this checkout and the real promtool."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack

ROOT = Path(__file__).parents[2]

Promtool = Callable[..., str]


@pytest.fixture(scope="session")
def rule_packs() -> Path:
    return ROOT / "rule-packs"


@pytest.fixture(scope="session")
def packs(rule_packs: Path) -> list[Pack]:
    return load_packs(rule_packs)


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """Run promtool and fail the test with its whole answer if it complains."""

    def run(*arguments: str | Path) -> str:
        command = ["promtool", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        answer = done.stdout + done.stderr
        assert done.returncode == 0, answer
        return answer

    return run
