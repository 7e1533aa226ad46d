"""Every block of docs/language.md does what the page says."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.cli.explain_text import explained
from dynamic_alerting.packs.bundled import load_catalogue

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
FILTERS = "state_filters: {maintenance: {default_state: disable}, container_crashloop: {}}\n"
BAD = re.compile(r" # (DA\d{3})$")


def _file_name(block: str) -> str:
    """The first line names the file, or its schema."""
    first = block.partition("\n")[0].removeprefix("# ")
    return "db-a.yaml" if first.startswith("yaml-language-server:") else first


def _marked(block: str) -> set[tuple[int, str]]:
    lines = enumerate(block.splitlines(), start=1)
    return {(number, match[1]) for number, line in lines if (match := BAD.search(line))}


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_gives_exactly_the_findings_that_are_written_beside_its_lines(
    block: str, worlds: Any
) -> None:
    name = _file_name(block)
    world = worlds(load_catalogue())
    world.write({"_a.yaml": "" if name == "_defaults.yaml" else FILTERS, name: block})
    found = {(finding.line, finding.id) for finding in world.findings() if finding.file == name}
    assert found == _marked(block)


def test_there_are_good_and_bad_examples_for_files_of_both_kinds() -> None:
    kinds = {(_file_name(block).startswith("_"), bool(_marked(block))) for block in BLOCKS}
    assert kinds == {(is_platform, is_bad) for is_platform in (True, False) for is_bad in (True, False)}


def test_explain_prints_what_the_page_shows(worlds: Any) -> None:
    before, _, shown = PAGE.read_text().partition("```text\n")
    *_, defaults, tenant = re.findall(r"^```yaml\n(.*?)^```$", before, re.MULTILINE | re.DOTALL)
    command = re.findall(r"`da-tools explain (\S+) (\S+) --at (\S+)`", before)[-1]
    world = worlds(load_catalogue()).write({"_defaults.yaml": defaults, "db-a.yaml": tenant})
    explanation = world.explain(command[1], command[0], datetime.fromisoformat(command[2]))
    assert explained(explanation, in_short=False) == shown.partition("```")[0]


def test_every_form_of_key_and_value_that_the_page_lists_stands_in_a_block() -> None:
    """The tables are no claims of their own: what they list is loaded somewhere."""
    text = "\n".join(BLOCKS)
    for table in ("| form | meaning |", "| value | meaning |"):
        rows = PAGE.read_text().partition(table)[2].partition("\n\n")[0].splitlines()[2:]
        assert len(rows) >= 6
        for row in rows:
            cell = re.sub(r"[…\[\]]|\{default: |\{value: ", "", row.split("|")[1])
            forms = [form.strip(' "') for form in re.findall(r"`([^`]+)`", cell)]
            assert any(form.partition(",")[0].split("<")[0] in text for form in forms), row
