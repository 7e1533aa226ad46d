"""What is wrong, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from dynamic_alerting.config.finding_kinds import FINDING_KINDS, FindingKind, FindingSeverity

__all__ = ["FINDING_KINDS", "Finding", "FindingKind", "FindingSeverity", "place_in_file"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a configuration.

    Attributes:
        id: stable id, a key of FINDING_KINDS.
        file: name of the file inside the configuration directory.
        line: 1-based line.
        column: 1-based column, in characters.
        text: the offending text as written.
        message: what is wrong and what it means for what is served, one or more sentences.
        advice: what to write instead.
        excerpt: the line of the file with a caret below it; empty where there is no such line.
    """

    id: str
    file: str
    line: int
    column: int
    text: str
    message: str
    advice: str
    excerpt: str = field(default="", repr=False)

    @property
    def kind(self) -> FindingKind:
        """The row of FINDING_KINDS that this finding belongs to."""
        return FINDING_KINDS[self.id]

    @property
    def severity(self) -> FindingSeverity:
        """Error, warning or info; a property of the kind."""
        return self.kind.severity

    @property
    def anchor(self) -> str:
        """Where the documentation explains it: a file of the repository and an anchor in it."""
        return self.kind.anchor

    @property
    def place(self) -> str:
        """``file:line:column``, the form that editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}"

    def __str__(self) -> str:
        return f"{self.place}: {self.severity} {self.id}: {self.message} {self.advice}"

    def explained(self) -> str:
        """The finding over several lines, for a person: message, excerpt, advice, documentation."""
        head = f"{self.place}: {self.severity} {self.id}: {self.message}"
        return "\n".join(
            part for part in (head, self.excerpt, f"  {self.advice}", f"  {self.anchor}") if part
        )


def place_in_file(finding: Finding) -> tuple[int, int]:
    """Sorts the findings of one file in the order in which a person works through them."""
    return (finding.line, finding.column)
