"""The section about the exporter at several sizes, and how what it does grows."""

from collections.abc import Callable, Sequence
from statistics import median

from bench.growth import law_of, of_exporter
from bench.pages import words
from bench.pages.blocks import Block, Paragraph, Section, Table
from bench.pages.plots import lines
from bench.sizes import AtSize

_OURS, _PEER = "threshold-exporter", "prometheus_client"

Row = tuple[str, Callable[[AtSize], str]]


def sizes_section(sizes: Sequence[AtSize]) -> Section:
    """A column for each size, and the exponents."""
    headings = ["", *(f"{one.tenants:,} tenants" for one in sizes)]
    rows = [[what, *(cell(one) for one in sizes)] for what, cell in _ROWS]
    laws = [
        [what, words.exponent(law)]
        for what, points in of_exporter(sizes).items()
        if (law := law_of(points)) is not None
    ]
    growth: list[Block] = [
        Paragraph(
            "How CPU time grows with the number of tenants: the exponent of a power law, by least squares "
            "on logarithms, with its 95 % interval. 1 is in proportion; what has a part that does not grow "
            "is below."
        ),
        Table(["", "exponent"], laws),
    ]
    return Section(
        "The exporter at several sizes",
        [
            Paragraph(
                f"The peer of a scrape is {_PEER} rendering the same series at every scrape, which it is "
                f"handed ready; that of memory is a process that keeps them as {_PEER}'s gauges. CPU times "
                "of the process; memory is what it shares with no other, without what it has with no tenant."
            ),
            Table(headings, rows),
            lines(
                "scrape",
                "CPU time of one scrape by number of tenants",
                {
                    f"{_OURS}, plain": [(one.tenants, one.scraping.plain * 1e3) for one in sizes],
                    f"{_OURS}, gzip": [(one.tenants, one.scraping.gzipped * 1e3) for one in sizes],
                    f"{_PEER}, plain": [(one.tenants, one.scraping.peer_plain * 1e3) for one in sizes],
                    f"{_PEER}, gzip": [(one.tenants, one.scraping.peer_gzipped * 1e3) for one in sizes],
                },
                x="tenants",
                y="milliseconds of CPU",
                dashed=(f"{_PEER}, plain", f"{_PEER}, gzip"),
            ),
            lines(
                "loading",
                "CPU time of a cold load, of a reload after one changed file, and of a look without a change",
                {
                    "cold load": [(one.tenants, _load(one) * 1e3) for one in sizes],
                    "reload": [(one.tenants, one.reloading.changed.cpu * 1e3) for one in sizes],
                    "look": [(one.tenants, one.reloading.idle.cpu * 1e3) for one in sizes],
                },
                x="tenants",
                y="milliseconds of CPU",
            ),
            *(growth if laws else []),
        ],
    )


def _load(one: AtSize) -> float:
    return median(load.ours.cpu for load in one.loads)


def _peer_load(one: AtSize) -> float:
    return median(load.peer.cpu for load in one.loads)


def _memory(one: AtSize) -> float:
    return one.starting.resident - one.starting.bare_resident


_ROWS: tuple[Row, ...] = (
    ("series", lambda one: f"{one.scraping.series:,}"),
    ("cold load", lambda one: words.seconds(_load(one))),
    ("· beside PyYAML's C loader, which only reads", lambda one: words.times(_load(one) / _peer_load(one))),
    ("reload after one file changed", lambda one: words.seconds(one.reloading.changed.cpu)),
    ("· of a cold load", lambda one: f"1/{_load(one) / one.reloading.changed.cpu:.0f}"),
    ("look without a change", lambda one: words.seconds(one.reloading.idle.cpu)),
    ("scrape, plain", lambda one: words.seconds(one.scraping.plain)),
    (f"· of {_PEER}'s", lambda one: f"1/{one.scraping.peer_plain / one.scraping.plain:.0f}"),
    ("scrape, gzip", lambda one: words.seconds(one.scraping.gzipped)),
    (f"· of {_PEER}'s", lambda one: f"1/{one.scraping.peer_gzipped / one.scraping.gzipped:.0f}"),
    ("exposition, plain", lambda one: words.size(one.scraping.plain_bytes)),
    ("exposition, gzip", lambda one: words.size(one.scraping.gzipped_bytes)),
    ("memory", lambda one: words.size(_memory(one))),
    (f"· {_PEER}'s", lambda one: words.size(one.gauges.resident)),
    ("start until the first scrape", lambda one: words.seconds(one.starting.ready)),
)
