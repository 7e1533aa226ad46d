"""A plain text table: readable in a terminal, in a pipe and in a log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST = 46
"""Characters of a column after which its text is wrapped."""


def render(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align columns; long cells take several lines, the last column is never wrapped."""
    cells = [_lines(row) for row in [head, *rows]]
    widths = [max(len(line) for row in cells for line in row[column]) for column in range(len(head))]
    lines: list[str] = []
    for row in cells:
        for number in range(max(map(len, row))):
            parts = (cell[number] if number < len(cell) else "" for cell in row)
            lines.append(
                "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
            )
        if row is cells[0]:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _lines(row: Sequence[str]) -> list[list[str]]:
    return [*(textwrap.wrap(cell, _WIDEST) or [""] for cell in row[:-1]), [row[-1]]]
