"""The table of what outages did, printed at the end of a run; a second try is said there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.outages.scenes import scenes
from tests.outages.world import ROOT

from dynamic_alerting.packs.loading import load_packs

if TYPE_CHECKING:
    from tests.outages.scenes import Scene

ROW, AGAIN = "outage", "tried again"
HEAD = "Prometheus | way | interval | packs kept | wrong pages | missing | begun anew"


@pytest.fixture(scope="session")
def every_scene() -> list[Scene]:
    return scenes(load_packs(ROOT / "rule-packs"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [(name, text) for each in reports for name, text in each.user_properties if name in {ROW, AGAIN}]
    if told:
        terminalreporter.section("outages")
        terminalreporter.write_line(HEAD)
    for name, text in told:
        terminalreporter.write_line(text if name == ROW else f"TRIED AGAIN: {text}")
