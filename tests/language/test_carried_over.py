"""compatibility.md 2: a directory in every form that was accepted before loads as the table says.

The files lie in tests/language/carried_over/conf.d.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

CONF_D = Path(__file__).parent / "carried_over" / "conf.d"


@pytest.fixture
def carried_over(world: Any) -> Any:
    for file in CONF_D.iterdir():
        shutil.copy(file, world.path)
    return world


def _thresholds(world: Any, tenant: str) -> dict[str, float]:
    return {name: value for name, value in world.of(tenant).items() if not name.startswith("state ")}


def _states(world: Any, tenant: str) -> set[str]:
    return {name.removeprefix("state ") for name in world.of(tenant) if name.startswith("state ")}


def _found(world: Any, file: str) -> list[tuple[str, int]]:
    return [(finding.id, finding.line) for finding in world.findings() if finding.file == file]


def test_a_severity_after_blanks_or_in_capitals_is_that_severity(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-colon") == {
        "mysql connections critical": 70,
        "mysql cpu critical": 70,
        "container cpu critical": 70,
    }
    assert _found(carried_over, "db-colon.yaml") == []


def test_windows_with_one_digit_and_with_blanks_are_those_windows(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-windows") == {
        "mysql connections warning": 200,
        "container cpu warning": 20,
    }
    assert _found(carried_over, "db-windows.yaml") == []


def test_a_bad_override_and_an_unknown_field_are_left_out_and_the_rest_holds(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-parts") == {
        "mysql connections warning": 150,
        "mysql cpu warning": 90,
        "container cpu warning": 60,
    }
    assert _found(carried_over, "db-parts.yaml") == [("DA052", 5), ("DA054", 7), ("DA052", 13)]


def test_a_backslash_that_is_no_escape_is_as_written_and_is_said(carried_over: Any) -> None:
    carried_over.signal(
        "oracle_tablespace_used_percent", {"tablespace": "a.b"}, {"tablespace": "axb"}, tenant="db-backslash"
    )
    carried_over.signal("redis_queue_length", {"queue": "17"}, {"queue": "d"}, tenant="db-backslash")
    served = _thresholds(carried_over, "db-backslash")
    assert {name: value for name, value in served.items() if "{" in name} == {
        r'oracle tablespace_used_percent warning{tablespace="a.b"}': 95,
        r'oracle tablespace_used_percent warning{tablespace_re="a\.b"}': 95,
        'redis queue_length warning{queue="17"}': 500,
        r'redis queue_length warning{queue_re="\d+"}': 500,
        'redis queue_length warning{queue="C:\temp"}': 600,
    }
    assert _found(carried_over, "db-backslash.yaml") == [("DA110", 3), ("DA110", 4), ("DA111", 5)]


def test_a_platform_file_lies_below_the_tenants_own_file_key_by_key(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-platform") == {
        "mysql connections warning": 120,
        "mysql connections critical": 900,
        "mysql cpu warning": 70,
        "container cpu warning": 60,
    }
    assert "maintenance info" in _states(carried_over, "db-platform")
    assert _found(carried_over, "_maintenance.yaml") == []


def test_a_state_filter_holds_without_its_bad_fields(carried_over: Any) -> None:
    assert _states(carried_over, "db-omitted") == {
        "container_crashloop critical CrashLoopBackOff",
        "container_imagepull warning ImagePullBackOff",
        "container_imagepull warning InvalidImageName",
    }
    assert _found(carried_over, "_defaults.yaml") == [("DA062", 11), ("DA062", 13), ("DA062", 14)]


def test_values_are_any_scalar_and_words_in_any_case(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-scalars") == {
        "redis queue_length warning": 1000,
        "db2 log_used_percent warning": 75,
        "oracle tablespace_used_percent warning": 85,
    }
    assert _states(carried_over, "db-scalars") == {
        "container_imagepull warning ImagePullBackOff",
        "container_imagepull warning InvalidImageName",
    }
    assert _found(carried_over, "db-scalars.yaml") == []


def test_default_null_and_nothing_are_the_platforms_default(carried_over: Any) -> None:
    assert _thresholds(carried_over, "db-omitted") == {
        "mysql connections warning": 80,
        "mysql cpu warning": 70,
        "container cpu warning": 60,
    }
    assert _found(carried_over, "db-omitted.yaml") == []


def test_every_error_says_what_holds_in_spite_of_it_and_what_to_write(carried_over: Any) -> None:
    for finding in carried_over.findings():
        assert finding.message.endswith(".")
        assert finding.advice, finding
        if finding.severity == "error":
            assert finding.message.count(". "), finding.message


# Refused here though accepted there: what is written, the finding, and what it says to write.
REFUSED = {
    "a tenant's name that is no DNS label": ("DB_A.yaml", "tenants: {DB_A: {}}", "DA030", "Write db-a."),
    "a severity that is none": (
        "db-a.yaml",
        'tenants: {db-a: {mysql_cpu: "7:page"}}',
        "DA050",
        'Write "7:critical"',
    ),
    "any other severity": (
        "db-a.yaml",
        'tenants: {db-a: {mysql_cpu: "7:major"}}',
        "DA050",
        'one of info, warning, critical? For example "7:critical"',
    ),
    "a merge key": (
        "db-a.yaml",
        "x: &x {mysql_cpu: 7}\ntenants:\n  db-a:\n    <<: *x\n",
        "DA014",
        "Write the keys out",
    ),
    "a second document": (
        "db-a.yaml",
        "tenants: {db-a: {}}\n---\ntenants: {}\n",
        "DA013",
        'Remove the line "---"',
    ),
    "a label that the signal does not have": (
        "db-a.yaml",
        "tenants: {db-a: {'redis_queue_length{topic=\"mail\"}': 7}}",
        "DA043",
        'as in redis_queue_length{queue="mail"}',
    ),
    "a label where the signal has none": (
        "db-a.yaml",
        "tenants: {db-a: {'mysql_cpu{core=\"1\"}': 7}}",
        "DA043",
        "write mysql_cpu without braces",
    ),
    "a label value without quotes": (
        "db-a.yaml",
        "tenants: {db-a: {'redis_queue_length{queue=mail}': 7}}",
        "DA040",
        'Write queue="mail".',
    ),
    "a state that is no": (
        "db-a.yaml",
        "tenants: {db-a: {_state_maintenance: no}}",
        "DA061",
        "Write disable.",
    ),
    "a state that is 0": ("db-a.yaml", "tenants: {db-a: {_state_maintenance: 0}}", "DA061", "Write disable."),
    "a state that is yes": (
        "db-a.yaml",
        "tenants: {db-a: {_state_maintenance: yes}}",
        "DA061",
        "Write enable.",
    ),
    "a state that is 1": ("db-a.yaml", "tenants: {db-a: {_state_maintenance: 1}}", "DA061", "Write enable."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_though_it_was_accepted_says_what_to_write(world: Any, what: str) -> None:
    file, text, finding_id, instead = REFUSED[what]
    world.write({"_defaults.yaml": "state_filters: {maintenance: {default_state: disable}}", file: text})
    assert world.served() == {}
    (finding,) = [one for one in world.findings() if one.id == finding_id]
    assert finding.severity == "error"
    assert instead in finding.advice


def test_a_tenant_spread_over_two_tenants_files_is_refused_in_the_second(world: Any) -> None:
    world.write({"a.yaml": "tenants: {x: {mysql_cpu: 1}}", "b.yaml": "tenants: {x: {mysql_connections: 2}}"})
    assert world.served() == {"x mysql cpu warning": 1}
    (finding,) = [one for one in world.findings() if one.severity == "error"]
    assert (finding.id, finding.file, finding.advice) == (
        "DA033",
        "b.yaml",
        "Move it to a.yaml, or delete it here.",
    )
