"""Steps of a story: something is done, then looked at until it is as expected, or time is up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_EVERY_S = 0.3


class Seen(NamedTuple):
    """One look: whether it is as expected, and what was seen, for a person."""

    as_expected: bool
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, what should be seen then, and how to look.

    Attributes:
        within_s: seconds after which it counts as not seen.
        holds_for_s: seconds for which it must stay so once it is so.
    """

    what: str
    expected: str
    look: Callable[[], Seen]
    within_s: float
    holds_for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step that was played."""

    what: str
    expected: str
    seen: str
    as_expected: bool
    seconds: float


def play(step: Step, require_alive: Callable[[], None]) -> Outcome:
    """Look until the step is as expected for as long as it must be, or its time is up.

    Args:
        step: the step, whose action has been done.
        require_alive: raises when a program of the platform ended, so that nobody waits in vain.
    """
    started = time.monotonic()
    deadline = started + step.within_s
    since: float | None = None
    while True:
        require_alive()
        seen = step.look()
        now = time.monotonic()
        since = (now if since is None else since) if seen.as_expected else None
        held = since is not None and now - since >= step.holds_for_s
        if held or now >= deadline:
            return Outcome(step.what, step.expected, seen.text, held, now - started)
        time.sleep(_LOOK_EVERY_S)
