"""A warning can be answered in the file: `# da: ok DA090 until 2027-01-01, reason`."""

from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from tests.language.test_sense import PACKS

from dynamic_alerting.cli import validate as validate_command
from dynamic_alerting.packs.versions import NO_PACKS
from dynamic_alerting.tenants.validated_json import validation_view
from dynamic_alerting.tenants.validation import validate

WARNED = "container_memory: 150"


@pytest.fixture
def world(worlds: Any) -> Any:
    return worlds(PACKS)


def write(world: Any, *lines: str) -> Any:
    return world.write({"db-a.yaml": "tenants:\n  db-a:\n" + "".join(f"    {line}\n" for line in lines)})


@pytest.mark.parametrize(
    "lines",
    [
        [f"{WARNED} # da: ok DA101 until 2027-01-01, load test"],
        ["# da: ok DA101 until 2027-01-01, load test", WARNED],
        ["# why this is", "# da: ok DA101 until 2027-01-01, load test", "# and more", WARNED],
        ["# da: ok DA101 until 2027-01-01T08:00:00+08:00, load test", WARNED],
        ["# da:ok da101 until 2027-01-01 load test", WARNED],
        ["## DA: OK DA101 until 2027-01-01 - load test", WARNED],
        [
            "# da: ok DA042 until 2027-01-01, ours",
            "# da: ok DA101 until 2027-01-01, test",
            f"{WARNED}",
            "ours_age: 1",
        ][1:3],
    ],
)
def test_an_answer_stands_behind_the_line_or_on_lines_of_its_own_above(world: Any, lines: list[str]) -> None:
    loaded = write(world, *lines).load()
    assert list(loaded.findings) == []
    assert [(one.finding.id, one.answer.id) for one in loaded.answered] == [("DA101", "DA101")]


def test_several_answers_may_stand_above_one_line(world: Any) -> None:
    write(
        world,
        "mysql_connections_critical: 95",
        "# da: ok DA104 until 2027-01-01, as it was",
        "# da: ok DA103 until 2027-01-01, as it was",
        'mysql_connections: {default: 97, overrides: [{window: "01:00-02:00", value: -3}]}',
    )
    assert world.ids() == []


def test_an_answer_inside_a_schedule_is_for_its_line(world: Any) -> None:
    write(
        world,
        "container_memory:",
        "  default: 80",
        "  overrides:",
        '    - {window: "22:00-06:00", value: 300} # da: ok DA101 until 2027-01-01, backups',
    )
    assert world.ids() == []


def test_it_holds_until_that_day_begins_and_then_the_warning_is_back(world: Any) -> None:
    write(world, f"{WARNED} # da: ok DA101 until 2027-01-01, load test")
    world.at = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert world.ids() == []
    world.at = datetime(2027, 1, 1, tzinfo=UTC)
    assert world.loader.changed()
    (finding,) = world.findings()
    assert finding.id == "DA101"
    assert finding.message.endswith("Its answer on line 3 has expired: it held until 2027-01-01 UTC.")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("DA101 until next year, x", "no date"),
        ("DA101 until 2027-02-30, x", "'2027-02-30' is no date"),
        ("DA101 until 2027-01-01", "gives no reason"),
        ("DA101, x", "no date until which"),
        ("DA999 until 2027-01-01, x", "no finding DA999"),
        ("DA101 DA104 until 2027-01-01, x", "several"),
        ("DA101, DA104 until 2027-01-01, x", "several"),
        ("until 2027-01-01, x", "not the id"),
        ("", "names no finding"),
        ("DA092 until 2027-01-01, x", "about answers"),
    ],
)
def test_an_answer_that_cannot_be_read_is_said_and_answers_nothing(
    world: Any, answer: str, message: str
) -> None:
    findings = {one.id: one for one in write(world, f"{WARNED} # da: ok {answer}").findings()}
    assert sorted(findings) == ["DA091", "DA101"]
    assert message in findings["DA091"].message
    assert "rite" in findings["DA091"].advice or "delete" in findings["DA091"].advice


@pytest.mark.parametrize(
    "lines",
    [
        ["# da: ok DA101 until 2027-01-01, x", "container_memory: 80"],
        ["container_memory: 80 # da: ok DA101 until 2020-01-01, x"],
        ["# da: ok DA101 until 2027-01-01, x", "", "redis_memory: 90"],
        ["redis_memory: 90", "# da: ok DA101 until 2027-01-01, x"],
    ],
)
def test_an_answer_that_answers_nothing_is_said(world: Any, lines: list[str]) -> None:
    assert write(world, *lines).ids() == ["DA092"]


def test_an_answer_of_what_is_found_elsewhere_is_not_idle(world: Any) -> None:
    """What only validate finds, or who can ask Prometheus, the loader cannot miss."""
    write(world, "mysql_connections: 90 # da: ok DA047 until 2027-01-01, to stay at it")
    world.write({"_defaults.yaml": "defaults: {mysql_connections: 90}"})
    assert world.ids() == []
    validation = validate(world.path, PACKS, at=world.at)
    assert validation.findings == ()
    assert [one.finding.id for one in validation.answered] == ["DA047"]


def test_errors_cannot_be_answered(world: Any) -> None:
    write(world, "mysql_connections: many # da: ok DA050 until 2027-01-01, later")
    assert sorted(world.ids()) == ["DA050", "DA093"]


@pytest.mark.parametrize(
    "lines",
    [
        ['mysql_connections: {value: 80, expires: "2126-01-01T00:00:00Z", reason: "a # da: ok DA101 x"}'],
        ["mysql_connections: {value: 80, expires: 2126-01-01T00:00:00Z, reason: 'a # da: ok DA101 until x'}"],
        [
            "mysql_connections:",
            "  value: 80",
            '  expires: "2126-01-01T00:00:00Z"',
            "  reason: |",
            "    # da: ok DA101 x",
        ],
        [
            "mysql_connections:",
            "  value: 80",
            '  expires: "2126-01-01T00:00:00Z"',
            '  reason: "two',
            '    # da: ok DA101 lines"',
        ],
    ],
)
def test_a_number_sign_inside_of_a_text_is_no_comment(world: Any, lines: list[str]) -> None:
    assert write(world, *lines).ids() == []


def test_a_comment_below_a_block_text_is_one(world: Any) -> None:
    write(
        world,
        "redis_memory:",
        "  value: 80",
        '  expires: "2126-01-01T00:00:00Z"',
        "  reason: |",
        "    of several lines",
        "# da: ok DA101 until 2027-01-01, load test",
        WARNED,
    )
    assert world.ids() == []


def test_what_is_about_a_file_is_answered_in_the_comments_at_its_head(world: Any) -> None:
    write(world, "redis_memory: 90")
    world.write(
        {"db-b.yaml.bak": "# kept for the auditors\n# da: ok DA107 until 2027-01-01, until the audit\nx: 1\n"}
    )
    loaded = world.load()
    assert loaded.findings == ()
    assert [one.finding.file for one in loaded.answered] == ["db-b.yaml.bak"]
    world.at = datetime(2027, 1, 1, tzinfo=UTC)
    assert world.ids() == ["DA107"]


def test_an_answer_of_a_finding_that_needs_all_files(world: Any) -> None:
    world.write({"db-a.yaml": "tenants:\n  db-a: {}\n  # da: ok DA031 until 2027-01-01, moves\n  db-z: {}\n"})
    assert world.ids() == []


def test_answers_stay_while_the_file_is_broken(world: Any) -> None:
    text = "tenants:\n  db-a: {}\n  db-z: {} # da: ok DA031 until 2027-01-01, moves\n"
    world.write({"db-a.yaml": text})
    assert world.ids() == []
    world.write({"db-a.yaml": "tenants: ["})
    assert world.ids() == ["DA010"]


def test_validate_counts_them_and_its_json_lists_them(world: Any) -> None:
    write(world, f"{WARNED} # da: ok DA101 until 2126-01-01, load test")
    printed = CliRunner().invoke(validate_command.command, [str(world.path), "--strict"])
    assert printed.exit_code == 0, printed.output
    assert "0 warnings, 0 info, 1 answered" in printed.output
    view = validation_view(validate(world.path, PACKS), NO_PACKS, strict=True)
    assert view["ok"]
    (answered,) = view["answered"]
    assert (answered["id"], answered["until"], answered["reason"], answered["answer_line"]) == (
        "DA101",
        "2126-01-01T00:00:00+00:00",
        "load test",
        3,
    )
