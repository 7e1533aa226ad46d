"""Each alert's runbook section says what it means, what to look at first, and how to tune or silence it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_alerting.packs.pack import Pack

ROOT = Path(__file__).parents[2]
LEAST_WORDS = 5


def sections(pack: Pack) -> Iterator[tuple[str, str]]:
    page = (ROOT / "docs" / "runbooks" / f"{pack.pack}.md").read_text()
    parts = re.split(r"(?m)^## (\w+)$", page)
    return zip(parts[1::2], parts[2::2], strict=True)


def test_there_is_one_section_for_each_alert(packs: list[Pack]) -> None:
    for pack in packs:
        alerts = [each.alert.name for each in pack.thresholds] + [each.name for each in pack.alerts]
        assert [name for name, _ in sections(pack)] == alerts


def test_a_section_has_its_meaning_three_looks_and_a_way_to_silence(packs: list[Pack]) -> None:
    for pack in packs:
        for alert, text in sections(pack):
            meaning, looks, tuning = _parts(text)
            assert len(meaning.split()) >= LEAST_WORDS, f"{alert}: {meaning}"
            steps = re.findall(r"(?m)^(\d+)\. (.+)$", looks)
            assert [number for number, _ in steps] == [str(n) for n in range(1, len(steps) + 1)], alert
            assert len({step for _, step in steps}) == len(steps) >= 3, alert
            assert re.search(r"disable|silence", tuning), alert


@pytest.mark.parametrize("folder", ["rule-packs", "runbooks"])
def test_there_is_a_page_for_each_pack_and_no_other(folder: str, packs: list[Pack]) -> None:
    pages = {path.stem for path in (ROOT / "docs" / folder).glob("*.md")}
    assert pages == {pack.pack for pack in packs}


def _parts(text: str) -> tuple[str, str, str]:
    found = re.search(
        r"\*\*What it means\.\*\* (.+?)\n\n\*\*Look at first\.\*\*(.+?)\*\*Tune or silence\.\*\* (.+)",
        text,
        re.DOTALL,
    )
    assert found is not None, text
    return found[1], found[2], found[3]
