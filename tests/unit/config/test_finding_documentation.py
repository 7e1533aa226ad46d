"""Every finding is documented, and every documented example does what the page says."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dynamic_alerting.config.finding_kinds import FINDING_KINDS, FindingSeverity
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.tenants.validation import validate

ON_REQUEST = {"DA047", "DA080"}  # what validation finds beside the loader
PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Section(NamedTuple):
    id: str
    title: str
    severity: str
    example: str
    instead: str


def _sections() -> Iterator[Section]:
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        finding_id, _, body = part.partition("\n")
        head = re.search(r"^\*\*(.+)\*\* · (\w+)$", body, re.MULTILINE)
        assert head is not None, finding_id
        example, _, instead = body.partition("**Instead**")
        yield Section(finding_id, head[1], head[2], example, instead)


SECTIONS = {section.id: section for section in _sections()}


def _write(confd: Any, markdown: str) -> int:
    """Does what the blocks of a section say; returns how many there were."""
    blocks = list(BLOCK.finditer(markdown))
    for block in blocks:
        if block["language"] == "sh":
            subprocess.run(["sh", "-euc", block["text"]], cwd=confd.path.parent, check=True)
        else:
            confd.write_as(block["file"], block["text"])
    return len(blocks)


@pytest.fixture
def found(confd: Any, catalogue: Catalogue) -> Callable[[], list[str]]:
    """The ids of everything that can be found, by the loader or on request."""

    def ids() -> list[str]:
        loaded = confd.load()
        if not loaded.files:  # what validate() refuses
            return [finding.id for finding in loaded.findings]
        beyond = [finding for finding in validate(confd.path, catalogue).findings if finding.id in ON_REQUEST]
        return [finding.id for finding in (*loaded.findings, *beyond)]

    return ids


def test_every_finding_is_documented_under_its_id_title_and_severity() -> None:
    documented = {section.id: (section.title, section.severity) for section in SECTIONS.values()}
    assert documented == {kind.id: (kind.title, kind.severity.value) for kind in FINDING_KINDS.values()}


def test_the_page_lists_the_findings_in_the_order_of_their_ids() -> None:
    assert list(SECTIONS) == sorted(SECTIONS)


@pytest.mark.parametrize("finding_id", FINDING_KINDS)
def test_the_documented_example_produces_the_finding(
    finding_id: str, confd: Any, found: Callable[[], list[str]]
) -> None:
    assert _write(confd, SECTIONS[finding_id].example) > 0
    assert finding_id in found()


@pytest.mark.parametrize("finding_id", FINDING_KINDS)
def test_the_documented_example_produces_no_finding_of_another_kind(
    finding_id: str, confd: Any, found: Callable[[], list[str]]
) -> None:
    _write(confd, SECTIONS[finding_id].example)
    explained_by = {"DA016": {"DA020"}, "DA090": {"DA042", "DA050"}}
    assert set(found()) - {finding_id} <= explained_by.get(finding_id, set())


@pytest.mark.parametrize("finding_id", FINDING_KINDS)
def test_what_to_write_instead_is_accepted_without_any_finding(
    finding_id: str, confd: Any, found: Callable[[], list[str]]
) -> None:
    if _write(confd, SECTIONS[finding_id].instead):
        assert found() == []


def test_the_anchor_of_a_finding_is_a_heading_of_the_page() -> None:
    for kind in FINDING_KINDS.values():
        assert kind.anchor == f"docs/findings.md#{kind.id.lower()}"
        assert f"\n## {kind.id}\n" in PAGE.read_text()


def test_every_id_of_the_table_is_used_in_the_source_and_no_other() -> None:
    sources = Path(__file__).parents[3] / "src" / "dynamic_alerting" / "config"
    used = {
        finding_id
        for module in sources.rglob("*.py")
        if module.name != "finding_kinds.py"
        for finding_id in re.findall(r'"(DA\d{3})"', module.read_text())
    }
    assert used == set(FINDING_KINDS)


def test_the_severities_are_those_of_the_documentation() -> None:
    assert {severity.value for severity in FindingSeverity} == {"error", "warning", "info"}


def test_the_finding_at_the_top_of_the_page_is_what_the_loader_says(confd: Any) -> None:
    shown = re.search(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert shown is not None
    confd.write(db_a="tenants:\n  db-a:\n    mysql_connections: 70:urgent\n")
    assert confd.findings()[0].explained().startswith(shown[1].rstrip("\n"))
