"""The table of what outages did, printed at the end of a run; a second attempt is said there."""

import pytest

ROW, AGAIN = "outage", "tried again"
HEAD = "Prometheus | way | interval | packs kept | wrong pages | missing | begun anew"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have recorded as properties; tests/conftest.py takes this in, for all workers."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    told = [(name, text) for each in reports for name, text in each.user_properties if name in {ROW, AGAIN}]
    if told:
        terminalreporter.section("outages")
        terminalreporter.write_line(HEAD)
    for name, text in told:
        terminalreporter.write_line(text if name == ROW else f"TRIED AGAIN: {text}")
