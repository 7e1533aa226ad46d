"""Sections for a page of the documentation; plots are files beside it."""

from collections.abc import Callable

from bench.pages.blocks import Block, Paragraph, Section, Table


def as_markdown(section: Section, plot_path: Callable[[str], str]) -> str:
    """One section, with its plots where ``plot_path`` says for each name."""
    return "\n\n".join([f"## {section.title}", *(_block(block, plot_path) for block in section.blocks)])


def _block(block: Block, plot_path: Callable[[str], str]) -> str:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Table):
        alignment = ["---"] * block.words + ["---:"] * (len(block.headings) - block.words)
        rows = [block.headings, alignment, *block.rows]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"![{block.caption}]({plot_path(block.name)})"
