"""The section about what the rules cost, beside one rule per tenant, alert and tier."""

from bench import rules_result
from bench.growth import law_of
from bench.pages import words
from bench.pages.blocks import Block, Paragraph, Section, Table
from bench.pages.plots import lines
from bench.rules_data import ONE_IN, SERVERS
from bench.rules_under_load import EVERY_S, USUAL_INTERVAL_S, Rules, UnderLoad

OURS, PEER = "fixed rules", "one rule per tenant, alert and tier"
FLOOR = "reading each sample once"


def rules_section(result: Rules) -> Section:
    """The costs at each size, how they grow, and the same under load."""
    quiet = result.quiet
    blocks: list[Block] = [
        Paragraph(
            f"Every tenant has complete data of {_listed(quiet.packs)}: {quiet.keys} keys, {len(SERVERS)} "
            f"servers each, both tiers; one of {ONE_IN} pairs of tenant and key fires. Each design is "
            "evaluated by a Prometheus of its own that scrapes the same; they evaluate in turn, and must "
            "fire the same alerts. The packs' rules are all that is shipped for these packs, with the "
            f"recording rules that dashboards read. `{FLOOR}` is a rule for each signal and one for its "
            "thresholds, both replicas' and both tiers', which count what they read and do nothing else: "
            "a bound for any rules that read each sample once."
        ),
        Paragraph(
            "CPU is what the server spends beyond scraping: its ratio is the one to quote. Evaluation is the "
            "time from the start of each group to its end, in which groups that are due together wait "
            "for one another. A rule per tenant makes thousands of groups, so its evaluation time is mostly "
            "waiting and says little of the work: the ratio of evaluation times came out between 5.9 and 129 "
            "in several runs, that of CPU at 100 tenants between 3.7 and 4.6."
        ),
        Table(_RATIO_HEADINGS, [_ratios(f"{size.tenants:,}", size) for size in quiet.sizes]),
        Table(_HEADINGS, [row for size in quiet.sizes for row in _rows(size)], words=2),
    ]
    if len(quiet.sizes) > 1:
        blocks += _curve(quiet)
    if result.under_load:
        blocks += _under_load(result.under_load)
    if result.alone:
        blocks += _alone(result.alone)
    return Section("Fixed rules beside rules for each tenant", blocks)


_HEADINGS = [
    "tenants",
    "design",
    "rules",
    "CPU per cycle",
    "evaluation per cycle",
    "memory",
    "series",
    "firing",
]
_RATIO_HEADINGS = ["tenants", "CPU: theirs ÷ ours", "evaluation time: theirs ÷ ours"]


def _rows(size: rules_result.Size) -> list[list[str]]:
    rows = []
    for name, cost in ((OURS, size.ours), (FLOOR, size.reading), (PEER, size.traditional)):
        if cost is not None:
            rows.append(
                [
                    f"{size.tenants:,}",
                    name,
                    f"{cost.rules:,}",
                    words.seconds(max(cost.cpu_s, 0)),
                    words.seconds(cost.evaluation_s),
                    words.size(cost.resident_bytes),
                    f"{cost.series:,}",
                    f"{size.firing:,}",
                ]
            )
    return rows


def _ratios(first: str, size: rules_result.Size) -> list[str]:
    return [first, _ratio(size.cpu_ratio), _ratio(size.evaluation_ratio)]


def _ratio(value: float | None) -> str:
    return "" if value is None else words.digits(value)


def _curve(quiet: rules_result.Result) -> list[Block]:
    ours = [(float(size.tenants), size.ours.evaluation_s) for size in quiet.sizes]
    peer = [
        (float(size.tenants), size.traditional.evaluation_s)
        for size in quiet.sizes
        if size.traditional is not None
    ]
    series = {OURS: [(n, taken * 1e3) for n, taken in ours], PEER: [(n, taken * 1e3) for n, taken in peer]}
    blocks: list[Block] = [
        lines(
            "rules",
            "Evaluation time per cycle by number of tenants",
            {name: points for name, points in series.items() if points},
            x="tenants",
            y="milliseconds per cycle",
            dashed=(PEER,),
        )
    ]
    laws = [(name, law) for name, points in ((OURS, ours), (PEER, peer)) if (law := law_of(points))]
    if laws:
        exponents = ", ".join(f"{name} {words.exponent(law)}" for name, law in laws)
        text = (
            f"Exponents of evaluation time in the number of tenants, with their 95 % intervals: {exponents}."
        )
        if quiet.slope_ratio is not None:
            text += f" A further tenant costs {words.times(quiet.slope_ratio)} as much without fixed rules."
        blocks.append(Paragraph(text))
    return blocks


def _under_load(loaded: list[UnderLoad]) -> list[Block]:
    happened = "; ".join(
        f"{one.size.tenants:,} tenants: {one.changes:,} changes, {one.reloads:,} reloads and {one.scrapes:,} "
        f"scrapes in {one.seconds:.0f} s"
        for one in loaded
    )
    return [
        Paragraph(
            f"Under load, beside a real exporter with as many tenants: every {words.seconds(EVERY_S)} a "
            f"tenant's file is changed, and the exporter reloads it and is scraped ({happened}). The "
            "databases' counters grow."
        ),
        Table(_HEADINGS, [row for one in loaded for row in _rows(one.size)], words=2),
        Table(_RATIO_HEADINGS, [_ratios(f"{one.size.tenants:,}, under load", one.size) for one in loaded]),
    ]


def _alone(sizes: list[rules_result.Size]) -> list[Block]:
    return [
        Paragraph(
            f"The packs' rules alone, evaluated every {USUAL_INTERVAL_S} seconds. An evaluation is left out "
            "if the one before has not ended: with any left out, there are too many tenants for one server "
            "of this machine."
        ),
        Table(
            ["tenants", "CPU per cycle", "evaluation per cycle", "memory", "series", "left out"],
            [
                [
                    f"{size.tenants:,}",
                    words.seconds(size.ours.cpu_s),
                    words.seconds(size.ours.evaluation_s),
                    words.size(size.ours.resident_bytes),
                    f"{size.ours.series:,}",
                    f"{size.ours.missed:,}",
                ]
                for size in sizes
            ],
        ),
    ]


def _listed(packs: tuple[str, ...]) -> str:
    return f"{', '.join(packs[:-1])} and {packs[-1]}" if len(packs) > 1 else packs[0]
