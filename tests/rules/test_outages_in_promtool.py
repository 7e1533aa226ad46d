"""What an outage of all threshold-exporters must not do, case by case, in each promtool that is here."""

from pathlib import Path

import pytest
from tests.prometheus_3 import program_of_prometheus_3
from tests.rules.workshop import CASES, Workshop

pytestmark = pytest.mark.promtool


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("program", ["promtool", "promtool3"])
def test_an_outage_changes_nothing(program: str, cases: Path, tmp_path: Path) -> None:
    if program == "promtool3":
        program = program_of_prometheus_3(program, "DA_PROMTOOL_3")
    Workshop(tmp_path).require(cases, program)
