from __future__ import annotations

import pytest

from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.steps import Seen, Step, play
from dynamic_alerting.stack.table import render


def looking(*answers: bool) -> Step:
    """A step that sees these answers, the last one for ever."""
    left = list(answers)

    def look() -> Seen:
        answer = left.pop(0) if len(left) > 1 else left[0]
        return Seen(answer, "yes" if answer else "no")

    return Step("something is done", "yes", look, within_s=1.5)


def nothing_ended() -> None:
    pass


def test_a_step_ends_as_soon_as_it_is_as_expected() -> None:
    outcome = play(looking(False, True), nothing_ended)
    assert (outcome.as_expected, outcome.seen) == (True, "yes")
    assert outcome.seconds < 1


def test_a_step_that_is_never_as_expected_says_what_was_seen_instead() -> None:
    outcome = play(looking(False), nothing_ended)
    assert (outcome.as_expected, outcome.seen) == (False, "no")


def test_a_step_that_must_hold_starts_again_when_it_was_interrupted() -> None:
    step = looking(True, False, True)
    held = Step(step.what, step.expected, step.look, within_s=5, holds_for_s=0.5)
    outcome = play(held, nothing_ended)
    assert outcome.as_expected
    assert outcome.seconds > 1.0


def test_a_step_that_did_not_hold_until_its_end_is_not_as_expected() -> None:
    step = looking(True)
    held = Step(step.what, step.expected, step.look, within_s=0.5, holds_for_s=2)
    assert not play(held, nothing_ended).as_expected


def test_nobody_waits_when_a_program_ended() -> None:
    def ended() -> None:
        raise StackError("prometheus ended")

    with pytest.raises(StackError, match="prometheus ended"):
        play(looking(False), ended)


def test_a_table_wraps_long_cells_and_leaves_no_trailing_space() -> None:
    table = render(("what", "seen", "how long"), [("a " * 40, "yes", "1.0 s"), ("b", "no", "22.5 s")])
    lines = table.splitlines()
    assert lines[0].split() == ["what", "seen", "how", "long"]
    assert max(len(line) for line in lines) < 80
    assert all(line == line.rstrip() for line in lines)
    assert lines[-1].split() == ["b", "no", "22.5", "s"]
