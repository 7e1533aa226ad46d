"""The page of the documentation: a template, and the sections of all saved results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.measuring import ROOT
from bench.pages.blocks import Section
from bench.pages.markdown import as_markdown
from bench.pages.plots import svg

PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "docs" / "benchmarks"
_TEMPLATE = Path(__file__).with_name("benchmarks.md")


def page_files(sections: Sequence[Section], tables: Mapping[str, str]) -> dict[Path, str]:
    """The page and its plots, by path.

    Args:
        sections: in their order.
        tables: about the command, in Markdown, by the name that stands for each in the template.
    """
    content = "\n\n".join(as_markdown(section, lambda name: f"benchmarks/{name}.svg") for section in sections)
    text = _TEMPLATE.read_text(encoding="utf-8")
    for name, stands in {**tables, "sections": content}.items():
        text = text.replace(f"{{{name}}}", stands)
    plots = {RESULTS / f"{plot.name}.svg": svg(plot) for section in sections for plot in section.plots}
    return {PAGE: text, **plots}


def write_page(sections: Sequence[Section], tables: Mapping[str, str]) -> None:
    """Write the page and its plots, and remove plots that it does not have any more."""
    files = page_files(sections, tables)
    RESULTS.mkdir(exist_ok=True)
    for old in RESULTS.glob("*.svg"):
        if old not in files:
            old.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
