"""One answer to a warning, and one warning with its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from dynamic_alerting.config.findings import Finding


class Answer(NamedTuple):
    """What a comment says about a warning.

    Attributes:
        id: the kind of the warning.
        until: the instant from which on it answers nothing any more.
        reason: for people.
        lines: the lines whose warnings it answers.
        line: where it stands, counted from 1.
        nothing: what to report where there is no such warning.
    """

    id: str
    until: datetime
    reason: str
    lines: frozenset[int]
    line: int
    nothing: Finding


class Answered(NamedTuple):
    """A warning that somebody has answered, and so is not shown as one."""

    finding: Finding
    answer: Answer
