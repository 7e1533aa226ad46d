"""Findings that can be made only when all files are known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dynamic_alerting.config.excerpts import excerpt
from dynamic_alerting.config.finding_kinds import FINDING_KINDS, FindingSeverity
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.reporting import LISTED_FINDINGS

if TYPE_CHECKING:
    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.model.configuration import Origin


class LaterFindings:
    """Collects such findings by file."""

    def __init__(self) -> None:
        self._by_file: dict[str, list[Finding]] = {}
        self._errors: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._by_file)

    def add(
        self, file: CompiledFile, finding_id: str, origin: Origin, *, text: str, message: str, advice: str
    ) -> None:
        """Report something about a place of a file; the caret is as wide as ``text``.

        Of each file only so many are listed as FileReport lists; all errors are counted.
        """
        if FINDING_KINDS[finding_id].severity is FindingSeverity.ERROR:
            self._errors[file.name] += 1
        if self.is_full(file):
            return
        shown = excerpt(file.lines.get(origin.line, ""), origin.line, origin.column, len(text))
        self.take(Finding(finding_id, file.name, origin.line, origin.column, text, message, advice, shown))

    def is_full(self, file: CompiledFile) -> bool:
        """Whether no more findings of this file are listed."""
        return len(self.of(file.name)) >= LISTED_FINDINGS

    def take(self, finding: Finding) -> None:
        """Report a finding that was prepared when the file was read."""
        self._by_file.setdefault(finding.file, []).append(finding)

    def of(self, file: str) -> list[Finding]:
        """The findings about one file."""
        return self._by_file.get(file, [])

    def errors(self, file: str) -> int:
        """How many parts of a file they refuse."""
        return self._errors[file]
