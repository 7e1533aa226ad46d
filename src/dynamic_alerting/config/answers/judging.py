"""Which warnings are answered, and which answers answer nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from dynamic_alerting.config.answers.answer import Answer, Answered
from dynamic_alerting.config.findings import Finding, FindingSeverity, place_in_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

# What the loader does not find, but validate, or who can ask Prometheus: that it found none proves nothing.
_NOT_OF_THE_LOADER: Final = frozenset({"DA047", "DA080", *(f"DA{number}" for number in range(120, 130))})


class Judged(NamedTuple):
    """The findings of one file.

    Attributes:
        shown: those that count.
        answered: warnings that do not, for now.
    """

    shown: list[Finding]
    answered: list[Answered]


def judge(findings: Iterable[Finding], answers: Sequence[Answer], now: datetime) -> Judged:
    """Leave out the warnings of one file that are answered.

    A warning whose answer has ended is shown, and says so. Errors are never left out.
    """
    shown: list[Finding] = []
    answered: list[Answered] = []
    for finding in findings:
        if finding.severity is FindingSeverity.ERROR:
            shown.append(finding)
            continue
        fitting = [one for one in answers if one.id == finding.id and finding.line in one.lines]
        latest = max(fitting, key=lambda one: one.until, default=None)
        if latest is None:
            shown.append(finding)
        elif now < latest.until:
            answered.append(Answered(finding, latest))
        else:
            shown.append(_with_ended_answer(finding, latest))
    return Judged(shown, answered)


def judge_all(findings: Iterable[Finding], answers: Sequence[Answer], now: datetime) -> Judged:
    """The same for all that the loader finds in a file, with what there is to say about idle answers.

    Where not all findings are listed, nothing shows that an answer is idle.
    """
    found = list(findings)
    shown, answered = judge(found, answers, now)
    is_complete = all(finding.id != "DA090" for finding in found)
    idle = [one.nothing for one in answers if is_complete and is_idle(one, found)]
    return Judged(sorted((*shown, *idle), key=place_in_file) if idle else shown, answered)


def is_idle(answer: Answer, findings: Iterable[Finding]) -> bool:
    """Whether an answer answers none of what the loader found in its file."""
    if answer.id in _NOT_OF_THE_LOADER:
        return False
    return not any(one.id == answer.id and one.line in answer.lines for one in findings)


def _with_ended_answer(finding: Finding, answer: Answer) -> Finding:
    ended = f"{answer.until:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return replace(
        finding,
        message=f"{finding.message} Its answer on line {answer.line} has expired: it held until {ended} UTC.",
    )
