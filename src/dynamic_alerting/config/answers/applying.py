"""Answers applied to the findings of a whole load."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dynamic_alerting.config.answers.judging import judge, judge_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dynamic_alerting.config.answers.answer import Answered
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


def answered_among(findings: Sequence[Finding], files: Iterable[CompiledFile], now: datetime) -> tuple[list[Finding], list[Answered]]:
    """The same for findings that are made after a load; idle answers are no matter here."""
    answers = {file.name: file.answers for file in files if file.answers}
    shown: list[Finding] = []
    answered: list[Answered] = []
    for finding in findings:
        judged = judge([finding], answers.get(finding.file, ()), now)
        shown += judged.shown
        answered += judged.answered
    return shown, answered
