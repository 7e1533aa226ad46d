"""What the sections about rules say of a result: the arithmetic is the results' own."""

from bench.pages.blocks import Paragraph, Section, Table
from bench.pages.rules import rules_section
from bench.pages.unused_packs import unused_packs_section
from bench.rules_result import Cost, Size, summary
from bench.rules_under_load import Rules
from bench.unused_packs import Spent, Unused


def _cost(seconds: float, missed: int = 0) -> Cost:
    return Cost(10, seconds, seconds, 2.0**20, 5, missed)


def _tables(section: Section) -> list[Table]:
    return [block for block in section.blocks if isinstance(block, Table)]


def test_both_designs_the_floor_and_what_one_server_bears_are_shown() -> None:
    both = Size(100, 5, 3, _cost(0.5), _cost(3.0), 60.0, 6.0, _cost(0.25))
    alone = Size(2_000, 15, 3, _cost(14.0, 2), None, None, None)
    ratios, rows, single = _tables(rules_section(Rules(summary(("p",), 1, [both]), [], [alone])))
    assert [row[1] for row in rows.rows] == [
        "fixed rules",
        "reading each sample once",
        "one rule per tenant, alert and tier",
    ]
    assert ratios.rows == [["100", "6", "60"]]  # CPU leads: evaluation time is mostly waiting
    assert single.rows == [["2,000", "14 s", "14 s", "1 MiB", "5", "2"]]


def test_unused_packs_are_shown_beside_used_ones() -> None:
    used, some, unused = (
        Spent((name,), 9, cost, cost) for name, cost in (("a", 1.0), ("b", 0.5), ("c", 0.1))
    )
    section = unused_packs_section(Unused(100, ("k",), used, some, unused, 0.1, 0.11, 0.2, 0.21, "here"))
    (table,) = _tables(section)
    assert [row[1] for row in table.rows] == ["a", "b", "c"]
    assert isinstance(section.blocks[-1], Paragraph)
    assert "take 10 % of the evaluation time" in section.blocks[-1].text
    assert "only 1 of the packs, 20 % and 21 %" in section.blocks[-1].text
