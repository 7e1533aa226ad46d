"""Sections as one HTML file that needs nothing else: plots are within it, there is no script."""

import re
from collections.abc import Callable, Sequence
from html import escape

from bench.pages.blocks import Block, Paragraph, Plot, Section, Table
from bench.pages.plots import svg

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #ddd; text-align: right; }
.words { text-align: left; }
code { background: #f3f3f3; padding: 0 .2rem; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { color: #555; }
""".strip()


def as_html(title: str, sections: Sequence[Section], *, draw: Callable[[Plot], str] = svg) -> str:
    """A whole document.

    Args:
        title: of the document.
        sections: from top to bottom.
        draw: makes an SVG of a plot.
    """
    body = "\n".join(
        f"<section>\n<h2>{escape(section.title)}</h2>\n"
        + "\n".join(_block(block, draw) for block in section.blocks)
        + "\n</section>"
        for section in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _block(block: Block, draw: Callable[[Plot], str]) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_prose(block.text)}</p>"
    if isinstance(block, Table):
        rows = "".join(_row("td", row, block.words) for row in block.rows)
        return f"<table>\n{_row('th', block.headings, block.words)}{rows}</table>"
    return f"<figure>\n{draw(block)}<figcaption>{escape(block.caption)}</figcaption>\n</figure>"


def _row(cell: str, texts: Sequence[str], words: int) -> str:
    cells = [
        f'<{cell} class="{"words" if number < words else "number"}">{_prose(text)}</{cell}>'
        for number, text in enumerate(texts)
    ]
    return f"<tr>{''.join(cells)}</tr>\n"


def _prose(text: str) -> str:
    escaped = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*\*([^*]*)\*\*", r"<strong>\1</strong>", escaped)
