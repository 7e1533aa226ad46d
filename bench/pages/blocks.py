"""What a section consists of. Building these decides what is said; how it looks is the renderers' matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose; words between backticks are code."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first column says what a row is about.

    Attributes:
        headings: of the columns.
        rows: from top to bottom.
        words: how many columns, from the left, are words; the others are numbers, aligned at their right.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError(f"a row is not as long as the headings {self.headings}")


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Attributes:
        name: of its file, without an ending.
        caption: what it shows, also for those who cannot see it.
        spec: Vega-Lite's description of it, without size and style.
    """

    name: str
    caption: str
    spec: Mapping[str, Any]


Block = Paragraph | Table | Plot


@dataclass(frozen=True, slots=True)
class Section:
    """One subject: its blocks from top to bottom."""

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)

    @property
    def plots(self) -> list[Plot]:
        """Those of its blocks that are plots."""
        return [block for block in self.blocks if isinstance(block, Plot)]
