"""The section about packs that nobody uses."""

from bench.pages import words
from bench.pages.blocks import Paragraph, Section, Table
from bench.unused_packs import Spent, Unused


def unused_packs_section(result: Unused) -> Section:
    """What the rules of packs without data cost, beside those with data."""
    rows = (
        ("all, used by every tenant", result.used),
        ("some, used by every tenant", result.some),
        ("all, used by nobody", result.unused),
    )
    return Section(
        "Packs that nobody uses",
        [
            Paragraph(
                f"{result.tenants:,} tenants have data and thresholds of all keys of all packs but "
                f"{', '.join(f'`{key}`' for key in result.without_data)}. One Prometheus evaluates, in turn, "
                "the rules of all, and of some alone; another one, which has no database and no tenant, the "
                "rules of all."
            ),
            Table(
                ["packs", "", "rules", "evaluation per cycle", "CPU per cycle"],
                [_row(what, spent) for what, spent in rows],
                words=2,
            ),
            Paragraph(
                f"All packs, used by nobody, take {_percent(result.evaluation_ratio)} of the evaluation time "
                f"that they take with these tenants, and {_percent(result.cpu_ratio)} of the CPU time; "
                f"beside tenants that use only {len(result.some.packs)} of the packs, "
                f"{_percent(result.some_evaluation_ratio)} and {_percent(result.some_cpu_ratio)}."
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
