"""The section Reports: what a finding tells, and that a bad file never empties what was good."""

import re
from typing import Any

import pytest

BAD_FILES = [
    b"tenants: {",
    b"tenants:\n  db-a:\n\tmysql_cpu: 5\n",
    b"\xff\xfe",
    b"tenants: {db-a: !x {}}",
    b"[]",
    b"tenants: {}\ntenants: {}\n",
    b"a: &a [*a]",
    b"\x00",
    b"#" * 1_048_577,
]


def test_a_finding_has_id_severity_file_line_column_text_advice_excerpt_and_anchor(world: Any) -> None:
    world.tenant('mysql_cpu: 5\nmysql_connections: "70:urgent"')
    (finding,) = world.findings()
    assert re.fullmatch(r"DA\d{3}", finding.id)
    assert (finding.severity, finding.place, finding.text) == ("error", "db-a.yaml:4:28", "70:urgent")
    assert finding.excerpt == (
        '    4 |     mysql_connections: "70:urgent"\n      |                            ^^^^^^'
    )
    assert "critical" in finding.advice
    assert finding.anchor == "docs/findings.md#da050"


@pytest.mark.parametrize("bad", BAD_FILES, ids=range(len(BAD_FILES)))
def test_the_last_valid_state_of_that_file_keeps_being_served(world: Any, bad: bytes) -> None:
    world.tenant("mysql_cpu: 5").tenant("mysql_cpu: 6", name="db-b")
    before = world.served()
    assert before == {"db-a mysql cpu warning": 5, "db-b mysql cpu warning": 6}
    world.write({"db-a.yaml": bad})
    assert world.served() == before
    assert [status.accepted for status in world.load().files] == [False, True]
    assert world.errors() != []
    world.tenant("mysql_cpu: 7")
    assert world.served() == {"db-a mysql cpu warning": 7, "db-b mysql cpu warning": 6}
    assert world.errors() == []


@pytest.mark.parametrize("bad", BAD_FILES, ids=range(len(BAD_FILES)))
def test_on_a_first_start_without_a_last_valid_state_the_good_files_are_served(
    world: Any, bad: bytes
) -> None:
    world.write({"db-a.yaml": bad, "_defaults.yaml": bad}).tenant("mysql_cpu: 6", name="db-b")
    assert world.served() == {"db-b mysql cpu warning": 6}


def test_a_broken_platform_file_keeps_defaults_and_state_filters(world: Any) -> None:
    world.write({"_defaults.yaml": "defaults: {mysql_cpu: 80}\nstate_filters: {busy: {}}"}).tenant("")
    before = world.of()
    assert before == {"mysql cpu warning": 80, "state busy warning": 1}
    world.write({"_defaults.yaml": "defaults: {mysql_cpu: 80"})
    assert world.of() == before


def test_a_deleted_file_takes_its_tenants_with_it(world: Any) -> None:
    world.tenant("mysql_cpu: 5").tenant("mysql_cpu: 6", name="db-b")
    assert len(world.served()) == 2
    (world.path / "db-a.yaml").unlink()
    assert world.served() == {"db-b mysql cpu warning": 6}
