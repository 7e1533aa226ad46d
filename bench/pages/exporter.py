"""The section of the exporter's figures, each beside its peer and what is asked of it."""

from bench.exporter_figures import Exporter
from bench.pages.blocks import Paragraph, Section, Table
from bench.report import HEADINGS


def exporter_section(result: Exporter) -> Section:
    """A table of all figures."""
    return Section(
        "The exporter",
        [
            Paragraph(
                f"{result.tenants:,} tenants, one file each with {result.thresholds} thresholds: some with a "
                "schedule, some for a dimension, one a pattern; numbers, windows and names differ. A scrape "
                "is the process's own CPU time for the whole HTTP answer; the peer renders the same "
                "samples, which it is handed ready, without HTTP. A cold load is a process of its own: "
                "list, read and hash all files, parse, resolve every tenant, render, compress. "
                "Its peer reads the same files just before. Memory is what the process shares with no "
                "other. Lines are what is asked of this project."
            ),
            Table(HEADINGS, [figure.cells for figure in result.figures], words=len(HEADINGS)),
        ],
    )
