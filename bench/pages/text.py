"""Sections for a terminal, or for a file that is read as text."""

from collections.abc import Sequence
from io import StringIO
from textwrap import fill

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from bench.pages.blocks import Paragraph, Section, Table

WIDTH = 110
_MARKS = str.maketrans("", "", "`*")


def as_text(sections: Sequence[Section], *, width: int = WIDTH) -> str:
    """Titles, prose and tables; plots are left out."""
    return "\n\n".join(_section(section, width) for section in sections) + "\n"


def _section(section: Section, width: int) -> str:
    parts = [f"{section.title}\n{'=' * len(section.title)}"]
    for block in section.blocks:
        if isinstance(block, Paragraph):
            parts.append(fill(block.text.translate(_MARKS), width))
        elif isinstance(block, Table):
            parts.append(_table(block, width))
    return "\n\n".join(parts)


def _table(table: Table, width: int) -> str:
    shown = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, heading in enumerate(table.headings):
        shown.add_column(heading, justify="left" if number < table.words else "right", overflow="fold")
    for row in table.rows:
        shown.add_row(*(escape(cell.translate(_MARKS)) for cell in row))
    out = StringIO()
    Console(file=out, width=width, no_color=True).print(shown)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
