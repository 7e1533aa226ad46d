"""The section about the way from a saved file to a notification."""

from bench.changing import POLL_S
from bench.hops import HOPS, by_hop, spread
from bench.latency import CONNECTIONS, Latency
from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.pages.plots import stacked_bars

WAIT = "for"
_WHAT = {
    "exporter": "file saved → every exporter serves the new threshold",
    "scrape": "→ Prometheus has it from every exporter",
    "evaluation": "→ a rule evaluation sees the threshold exceeded",
    "for": "→ it has been exceeded for the alert's `for`: the alert fires",
    "notification": "→ the receiver has Alertmanager's notification",
}


def latency_section(result: Latency) -> Section:
    """Each hop's distribution and share, and every change as a bar."""
    hops = by_hop(result.changes)
    totals = [change.total for change in result.changes]
    without_wait = [change.total - change.hops[WAIT] for change in result.changes]
    rows = [_row(_WHAT[hop], hops[hop], totals) for hop in HOPS]
    rows.append(_row("**file saved → notified**", totals, totals))
    rows.append(_row("the same without the alert's `for`", without_wait, totals))
    ordered = sorted(result.changes, key=lambda change: change.total)
    bars = [{hop: change.hops[hop] for hop in HOPS if hop != WAIT} for change in ordered]
    programs = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return Section(
        "From a saved file to a notification",
        [
            Paragraph(
                f"The real stack: a MariaDB server for each of {len({one.tenant for one in result.changes})} "
                f"tenants with {CONNECTIONS} connections held open, {result.exporters} exporters, "
                f"{programs}. A tenant's threshold is lowered below its connections, at a random moment, and "
                f"raised again once its receiver was notified; {len(result.changes)} times."
            ),
            Paragraph(
                f"Intervals: scrapes every {words.seconds(result.scrape_s)}, evaluations every "
                f"{words.seconds(result.evaluation_s)}, `for` {words.seconds(result.for_s)}, Alertmanager's "
                f"`group_wait` {result.group_wait}; these are the ones of `make up`. With other intervals a "
                "change waits for a scrape, and then for an evaluation, up to one interval each. Both "
                "exporters must have the change: the alert sees the highest of their values."
            ),
            Table(["hop", "median", "90th percentile", "longest", "share of the time"], rows),
            stacked_bars(
                "latency",
                f"{len(bars)} changes, shortest first: seconds in each hop, without the alert's `for`",
                bars,
                x="change",
                y="seconds",
            ),
            Paragraph(
                f"The exporters' `/metrics` is asked every {words.seconds(POLL_S)}; scrapes and evaluations "
                "are the timestamps of Prometheus' own samples; the receiver writes down when it was "
                "called. Prometheus chooses once, at its start, when within the interval it scrapes and "
                "evaluates, so it was started anew for every few changes."
            ),
        ],
    )


def _row(what: str, values: list[float], totals: list[float]) -> list[str]:
    found = spread(values)
    share = sum(values) / sum(totals)
    cells = [words.seconds(value) for value in (found.median, found.p90, found.maximum)]
    return [what, *cells, f"{share:.1%}"]
