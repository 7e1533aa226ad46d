"""Answers applied to the findings of a whole load."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dynamic_alerting.config.answers.judging import Judged, judge, judge_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dynamic_alerting.config.answers.answer import Answer, Answered
    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.config.findings import Finding


def without_answered(
    findings: list[Finding], files: Iterable[CompiledFile], now: datetime
) -> tuple[list[Finding], list[Answered]]:
    """The findings that count, and the warnings that are answered.

    Args:
        findings: of all files, those of one file together.
        files: all files, in the order of their findings.
        now: which answers have ended.
    """
    answering = [file for file in files if file.answers]
    if not answering:
        return findings, []
    by_file = {name: list(group) for name, group in groupby(findings, attrgetter("file"))}
    answered: list[Answered] = []
    for file in answering:
        # Of a content that is refused no warnings are known, so nothing shows that its answers are idle.
        judged = (judge_all if file.accepted else judge)(by_file.get(file.name, ()), file.answers, now)
        by_file[file.name] = judged.shown
        answered += judged.answered
    order = {file.name: None for file in files} | dict.fromkeys(by_file)
    return [finding for name in order for finding in by_file.get(name, ())], answered


def answered_among(
    findings: Iterable[Finding], answers: Mapping[str, Sequence[Answer]], now: datetime
) -> Judged:
    """The same for findings that are made after a load; whether answers are idle is no matter here.

    Args:
        findings: of any files.
        answers: by file, as a load returns them.
        now: which answers have ended.
    """
    all_of_them = Judged([], [])
    for finding in findings:
        judged = judge([finding], answers.get(finding.file, ()), now)
        all_of_them.shown.extend(judged.shown)
        all_of_them.answered.extend(judged.answered)
    return all_of_them
