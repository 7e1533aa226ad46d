"""Collecting the findings of one file while it is read."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.excerpts import excerpt, split_lines
from dynamic_alerting.config.finding_kinds import FINDING_KINDS, FindingSeverity
from dynamic_alerting.config.findings import Finding, place_in_file
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.wording import sentence

if TYPE_CHECKING:
    from dynamic_alerting.config.nodes import Mark, Node, Scalar
    from dynamic_alerting.model.errors import LanguageError

# A file of a megabyte can be wrong fifty thousand times; a person reads the first screens of it.
LISTED_FINDINGS: Final = 200


class FileReport:
    """The findings of one file, in the order in which they were made.

    Attributes:
        file: the file's name inside the configuration directory.
        findings: at most LISTED_FINDINGS of them.
        errors: how many errors there were, listed or not.
    """

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.errors = 0
        self._text = text
        self._unlisted = 0

    def show(self, text: str) -> None:
        """Take excerpts from this text, as for a content that is not text as it stands."""
        self._text = text

    @cached_property
    def _lines(self) -> list[str]:
        return split_lines(self._text)

    def on(self, finding_id: str, node: Node, message: str, advice: str, *, text: str | None = None) -> None:
        """Report something about one node; the caret covers it as far as it stands on one line."""
        written = self.written(node)
        shown = written if text is None else text
        self.at(finding_id, node.start, shown, message, advice, width=len(written))

    def inside(self, finding_id: str, node: Scalar, offset: int, message: str, advice: str) -> None:
        """Report something about the part of a scalar that starts at an offset of its text."""
        written = self.written(node)
        before = written.find(node.text) if node.text else -1
        if before < 0:  # escapes or line breaks: what stands in the file is not the text
            self.on(finding_id, node, message, advice, text=node.text)
            return
        place = (node.start.line + 1, node.start.column + 1 + before + offset)
        width = len(node.text) - offset
        self.at_position(finding_id, *place, text=node.text, message=message, advice=advice, width=width)

    def refused_text(self, finding_id: str, node: Scalar, error: LanguageError) -> None:
        """Report what the model says about a scalar's text; its advice is asked for only if it is listed."""
        if self.is_full:
            self._count(finding_id)
            return
        self.inside(finding_id, node, error.offset, sentence(error.message), sentence(error.advice))

    def at(
        self, finding_id: str, mark: Mark, text: str, message: str, advice: str, *, width: int | None = None
    ) -> None:
        """Report something about a place."""
        place = (mark.line + 1, mark.column + 1)
        self.at_position(finding_id, *place, text=text, message=message, advice=advice, width=width)

    def at_position(
        self,
        finding_id: str,
        line: int,
        column: int,
        *,
        text: str,
        message: str,
        advice: str,
        width: int | None = None,
    ) -> None:
        """Report something about a place given by 1-based line and column."""
        self._count(finding_id)
        if self.is_full:
            return
        self.findings.append(
            self.prepared(finding_id, line, column, text=text, message=message, advice=advice, width=width)
        )

    @property
    def is_full(self) -> bool:
        """Whether no more findings are listed."""
        return len(self.findings) >= LISTED_FINDINGS

    def _count(self, finding_id: str) -> None:
        """Count a finding that is about to be listed, or is not listed because there are too many."""
        self.errors += FINDING_KINDS[finding_id].severity is FindingSeverity.ERROR
        self._unlisted += self.is_full

    def prepared(
        self,
        finding_id: str,
        line: int,
        column: int,
        *,
        text: str,
        message: str,
        advice: str,
        width: int | None = None,
    ) -> Finding:
        """A finding with its excerpt, not reported (yet)."""
        shown = excerpt(self.line(line), line, column, len(text) if width is None else width)
        return Finding(finding_id, self.file, line, column, shortened(text), message, advice, shown)

    def append_consequence(self, since: int, consequence: str) -> None:
        """Add to the findings from index ``since`` on what is served in spite of them."""
        for index in range(since, len(self.findings)):
            finding = self.findings[index]
            self.findings[index] = replace(finding, message=f"{finding.message} {consequence}")

    def line(self, number: int) -> str:
        """One line of the file, counted from 1; empty where there is none."""
        return self._lines[number - 1] if 1 <= number <= len(self._lines) else ""

    def written(self, node: Node) -> str:
        """The first line of a node's own text in the file, quotes included."""
        start, end = node.start, node.end
        return self.line(start.line + 1)[
            start.column : end.column if end.line == start.line else None
        ].rstrip()

    def closed(self) -> tuple[Finding, ...]:
        """All findings in the order of the file; a last one says how many were too many to list."""
        listed = tuple(sorted(self.findings, key=place_in_file))
        if not self._unlisted:
            return listed
        last = listed[-1]
        more = Finding(
            "DA090",
            self.file,
            last.line,
            last.column,
            "",
            f"{self._unlisted} more findings in this file are not listed.",
            "Put the listed ones right first, then look again.",
        )
        return (*listed, more)
