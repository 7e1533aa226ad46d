"""The section about packs that nobody uses."""

from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.unused_packs import Spent, Unused


def unused_packs_section(result: Unused) -> Section:
    """What the rules of packs without data cost, beside those with data."""
    rows = (
        ("used by all tenants", result.used),
        ("the first of these alone", result.one),
        ("all, used by nobody", result.unused),
    )
    return Section(
        "Packs that nobody uses",
        [
            Paragraph(
                f"{result.tenants:,} tenants have complete data of some packs. One Prometheus evaluates, in "
                "turn, the rules of these, and of the first of these alone; another one, which has no "
                "database and no tenant, the rules of all packs."
            ),
            Table(
                ["packs", "", "rules", "evaluation per cycle", "CPU per cycle"],
                [_row(what, spent) for what, spent in rows],
                words=2,
            ),
            Paragraph(
                f"All packs, used by nobody, take {_percent(result.evaluation_ratio)} of the evaluation time "
                f"of the used ones, and {_percent(result.cpu_ratio)} of their CPU time; of that of one used "
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
