"""The section about packs that nobody uses."""

from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.unused_packs import Spent, Unused


def unused_packs_section(result: Unused) -> Section:
    """What the rules of packs without data cost, beside those with data."""
    rows = (
        ("used by all tenants", result.used),
        ("the first of these alone", result.one),
        ("used by nobody", result.unused),
    )
    return Section(
        "Packs that nobody uses",
        [
            Paragraph(
                f"{result.tenants:,} tenants have complete data of some packs. One Prometheus evaluates, in "
                "turn, the rules of these, of the first of these alone, and of all packs of which nobody has "
                "data or thresholds."
            ),
            Table(
                ["packs", "", "rules", "evaluation per cycle", "CPU per cycle"],
                [_row(what, spent) for what, spent in rows],
                words=2,
            ),
            Paragraph(
                f"Packs that nobody uses take {_percent(result.evaluation_ratio)} of the evaluation time of "
                f"the used ones, and {_percent(result.cpu_ratio)} of their CPU time; of that of one used "
                f"pack alone {_percent(result.one_pack_ratio)}."
            ),
        ],
    )


def _row(what: str, spent: Spent) -> list[str]:
    return [
        what,
        ", ".join(spent.packs),
        f"{spent.rules:,}",
        words.seconds(spent.evaluation_s),
        words.seconds(spent.cpu_s),
    ]


def _percent(ratio: float) -> str:
    return f"{words.digits(ratio * 100)} %"
