"""What ``da-tools stack`` prints and its exit codes; the real platform is started in tests/stack."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from dynamic_alerting.cli import stack
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.steps import Outcome, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dynamic_alerting.stack.settings import Settings

WELL = Outcome("nothing is done yet", "no alert", "no alert", as_expected=True, seconds=1.23)
BAD = Outcome("db-a is over", "it fires", "no alert", as_expected=False, seconds=75.0)


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Callable[..., Result]:
    """Run ``stack demo`` with a story of given outcomes in place of real servers."""

    def run(outcomes: list[Outcome | StackError], *arguments: str) -> Result:
        @contextmanager
        def nothing(*_: object) -> Iterator[None]:
            yield

        class Story:
            def __init__(self, *_: object) -> None:
                pass

            def play(self, _: Callable[[Step], None], told: Callable[[Outcome], None]) -> None:
                for outcome in outcomes:
                    if isinstance(outcome, StackError):
                        raise outcome
                    told(outcome)

        for name, double in (("Platform", nothing), ("Observer", nothing), ("Demo", Story)):
            monkeypatch.setattr(stack, name, double)
        given = ["--config-dir", str(settings.config_source), "--rule-packs", str(settings.rule_packs)]
        return CliRunner().invoke(stack.command, ["demo", *given, *arguments])

    return run


def test_a_demo_in_which_all_was_seen_ends_well(demo: Callable[..., Result]) -> None:
    result = demo([WELL])
    assert result.exit_code == 0
    assert "everything was seen as expected" in result.stdout


def test_a_demo_in_which_something_was_not_seen_ends_with_1_and_what_was_seen_instead(
    demo: Callable[..., Result],
) -> None:
    result = demo([WELL, BAD])
    assert result.exit_code == 1
    assert "NO: no alert" in result.stdout
    assert "NOT everything was seen as expected" in result.stdout


def test_a_demo_in_which_nothing_was_seen_is_no_success(demo: Callable[..., Result]) -> None:
    assert demo([]).exit_code == 1


def test_a_demo_that_could_not_be_played_ends_with_2_and_the_reason(demo: Callable[..., Result]) -> None:
    result = demo([WELL, StackError("prometheus ended (exit code 2)")])
    assert result.exit_code == 2
    assert "Error: prometheus ended (exit code 2)" in result.stderr


def test_json_is_alone_on_standard_output(demo: Callable[..., Result]) -> None:
    result = demo([WELL, BAD], "--output", "json")
    told = json.loads(result.stdout)
    assert told["as_expected"] is False
    assert [step["seconds"] for step in told["steps"]] == [1.2, 75.0]
    assert "ok, after 1.2 s" in result.stderr


def test_status_and_down_of_what_never_ran(tmp_path: Path) -> None:
    where = ["--state-dir", str(tmp_path / "nothing")]
    status = CliRunner().invoke(stack.command, ["status", *where])
    assert (status.exit_code, "is not running" in status.stdout) == (1, True)
    down = CliRunner().invoke(stack.command, ["down", *where, "--output", "json"])
    assert (down.exit_code, json.loads(down.stdout)) == (0, {"was_running": False})


def test_a_wrong_port_base_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(stack.command, ["up", "--port-base", "70000", "--state-dir", str(tmp_path)])
    assert result.exit_code == 2


def test_every_command_has_an_example_in_its_help() -> None:
    for name in stack.command.commands:
        assert f"Example: da-tools stack {name}" in CliRunner().invoke(stack.command, [name, "--help"]).stdout
