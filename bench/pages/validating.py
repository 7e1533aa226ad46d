"""The section about da-tools validate."""

from statistics import median

from bench.growth import law_of, of_validating
from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.pages.plots import lines
from bench.validating import PROMTOOL, VALIDATE, YAML, FilesOf, Run, Validating


def validating_section(result: Validating) -> Section:
    """What validating takes by number of tenants, beside reading YAML and beside promtool."""
    _, *sizes = result.sizes
    peers = (YAML, PROMTOOL)
    series = {
        name: [(one.tenants, _median(one.runs[name]).cpu) for one in sizes] for name in (VALIDATE, *peers)
    }
    laws = [
        f"`{name}` {words.exponent(law)}"
        for name, points in of_validating(result).items()
        if (law := law_of(points)) is not None
    ]
    growth = (
        f"Exponents of the CPU time beyond a program's start, with their 95 % intervals: {', '.join(laws)}."
        if laws
        else "Too few sizes were measured for an exponent."
    )
    return Section(
        "Validating tenants' files",
        [
            Paragraph(
                f"Each program is a process of its own, and its start counts. `{VALIDATE}` finds everything "
                f"that the exporter would: {result.thresholds} thresholds in each tenant's file, parsed with "
                f"positions and compiled. {YAML} reads the same files and checks nothing. `{PROMTOOL}` reads "
                "one rule for each of the same thresholds, without their schedules."
            ),
            Table(
                ["tenants", "program", "CPU", "time until done", "memory", "ours ÷ it, CPU"],
                [_row(one, name) for one in result.sizes for name in (VALIDATE, *peers)],
                words=2,
            ),
            lines(
                "validating",
                "CPU time of validating by number of tenants, beside its peers",
                series,
                x="tenants",
                y="seconds of CPU",
                dashed=peers,
            ),
            Paragraph(growth),
        ],
    )


def _row(one: FilesOf, name: str) -> list[str]:
    taken = _median(one.runs[name])
    ratio = "" if name == VALIDATE else words.digits(_median(one.runs[VALIDATE]).cpu / taken.cpu)
    what = f"`{name}`, {one.rules:,} rules" if name == PROMTOOL else f"`{name}`"
    return [
        f"{one.tenants:,}",
        what,
        words.seconds(taken.cpu),
        words.seconds(taken.wall),
        words.size(taken.memory),
        ratio,
    ]


def _median(runs: list[Run]) -> Run:
    return Run(
        median(run.cpu for run in runs),
        median(run.wall for run in runs),
        round(median(run.memory for run in runs)),
    )
