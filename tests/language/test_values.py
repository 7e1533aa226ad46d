"""The section Values of the language, row by row."""

import math
from typing import Any

import pytest

DEFAULTS = "mysql_connections: 80\nmysql_connections_critical: 95"
BOTH = {"mysql connections warning": 80.0, "mysql connections critical": 95.0}


@pytest.mark.parametrize(
    ("written", "number"),
    [("70", 70), ('"70"', 70), ("'70'", 70), ("1.5e9", 1.5e9), ("-3", -3), (".5", 0.5), ("5.", 5), ("+7", 7)],
)
def test_a_number_is_a_custom_threshold(world: Any, written: str, number: float) -> None:
    world.tenant(f"mysql_connections: {written}")
    assert world.of() == {"mysql connections warning": number}
    assert world.ids() == []


@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        ".nan",
        "Inf",
        ".inf",
        "-.inf",
        "+Inf",
        "infinity",
        "0x1F",
        "0o17",
        "1_000",
        "1,5",
        "1e999",
        "80%",
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_nan_inf_hex_and_grouped_digits_are_errors(world: Any, written: str, quote: str) -> None:
    world.defaults(DEFAULTS).tenant(f"mysql_connections: {quote}{written}{quote}")
    assert world.of() == BOTH
    (finding,) = world.findings()
    assert (finding.id, finding.file, finding.line) == ("DA050", "db-a.yaml", 3)


@pytest.mark.parametrize("severity", ["info", "warning", "critical"])
def test_a_number_with_a_severity_is_at_that_severity(world: Any, severity: str) -> None:
    world.tenant(f'mysql_connections: "70:{severity}"')
    assert world.of() == {f"mysql connections {severity}": 70}


def test_on_a_base_key_a_severity_replaces_the_warning_tier(world: Any) -> None:
    world.defaults(DEFAULTS).tenant('mysql_connections: "70:critical"')
    assert world.of() == {"mysql connections critical": 70}
    world.tenant('mysql_connections: "70:info"')
    assert world.of() == {"mysql connections info": 70, "mysql connections critical": 95}


@pytest.mark.parametrize("severity", ["urgent", "", "warning:critical", "crit"])
def test_severities_are_an_enum(world: Any, severity: str) -> None:
    world.defaults(DEFAULTS).tenant(f'mysql_connections: "70:{severity}"')
    assert world.of() == BOTH
    assert world.ids() == ["DA050"]


@pytest.mark.parametrize("written", ["", "null", "~", '""', "''", "default", "Default", '"default"', '" "'])
def test_omitted_null_empty_and_default_are_the_platform_default(world: Any, written: str) -> None:
    world.defaults(DEFAULTS).tenant(f"mysql_connections: {written}")
    assert world.of() == BOTH
    assert world.ids() == []


@pytest.mark.parametrize(
    "written",
    ["disable", "Disable", "DISABLED", "disabled", "off", "OFF", "Off", "false", "False", '"FALSE"'],
)
def test_the_words_for_disabling_in_any_case_are_no_threshold(world: Any, written: str) -> None:
    world.defaults(DEFAULTS).tenant(f"mysql_connections: {written}")
    assert world.of() == {}
    assert world.ids() == []


def test_disable_on_a_base_key_turns_off_every_tier_that_the_tenant_did_not_set(world: Any) -> None:
    world.defaults(f'{DEFAULTS}\nredis_queue_length: 10\nredis_queue_length{{queue="a"}}: 20')
    world.tenant("mysql_connections: disable\nmysql_connections_critical: 90\nredis_queue_length: disable")
    assert world.of() == {"mysql connections critical": 90}


def test_disable_on_a_base_key_leaves_the_tenants_own_dimensional_keys(world: Any) -> None:
    world.defaults("redis_queue_length: 10")
    world.tenant('redis_queue_length: disable\nredis_queue_length{queue="a"}: 20')
    assert world.of() == {'redis queue_length warning{queue="a"}': 20}


def test_disable_on_a_critical_key_turns_off_that_tier_only(world: Any) -> None:
    world.defaults(DEFAULTS).tenant("mysql_connections_critical: disable")
    assert world.of() == {"mysql connections warning": 80}


@pytest.mark.parametrize("value", ["100", "'100'", "{overrides: [{window: 11:00-13:00, value: 100}]}"])
def test_a_mapping_of_default_and_overrides_is_scheduled(world: Any, value: str) -> None:
    world.tenant(f"mysql_connections: {value}")
    assert world.of() == {"mysql connections warning": 100}


@pytest.mark.parametrize(
    ("line", "served"),
    [
        ("mysql_cpu: 80", {"mysql cpu warning": 80}),
        ('mysql_cpu: "80"', {"mysql cpu warning": 80}),
        ('mysql_cpu: "80:critical"', {"mysql cpu critical": 80}),
        ("mysql_cpu: disable", {}),
        ("mysql_cpu: default", {}),
        ("mysql_cpu:", {}),
        ("mysql_cpu_critical: 95", {"mysql cpu critical": 95}),
        ('redis_queue_length{queue="a"}: 5', {'redis queue_length warning{queue="a"}': 5}),
        ("mysql_cpu: {default: 1, overrides: [{window: 11:00-13:00, value: 2}]}", {"mysql cpu warning": 2}),
        ("mysql_cpu: {value: 3, expires: 2126-01-01T00:00:00Z}", {"mysql cpu warning": 3}),
    ],
)
def test_defaults_take_the_same_values(world: Any, line: str, served: dict[str, float]) -> None:
    world.defaults(f"{line}\nmysql_connections: 7").tenant("")
    assert world.of() == {**served, "mysql connections warning": 7}
    assert world.ids() == []


@pytest.mark.parametrize("bad", ["many", "[1]", "{a: 1}", "70:urgent", "{default: x}", "{value: 1}"])
def test_an_unparsable_value_keeps_what_the_key_last_validly_had_and_the_rest_loads(
    world: Any, bad: str
) -> None:
    world.defaults(DEFAULTS).tenant("mysql_connections: 70\nmysql_cpu: 1")
    assert world.of()["mysql connections warning"] == 70
    world.tenant(f"mysql_connections: {bad}\nmysql_cpu: 2")
    assert world.of() == {**BOTH, "mysql connections warning": 70, "mysql cpu warning": 2}
    assert len(world.errors()) == 1
    world.tenant("mysql_connections: 75\nmysql_cpu: 2")
    assert world.of()["mysql connections warning"] == 75
    assert world.errors() == []


def test_or_its_default_on_a_first_load(world: Any) -> None:
    world.defaults(DEFAULTS).tenant("mysql_connections: many\nmysql_cpu: 2")
    assert world.of() == {**BOTH, "mysql cpu warning": 2}


def test_an_unparsable_default_keeps_what_it_last_validly_was(world: Any) -> None:
    world.defaults("mysql_cpu: 80\nmysql_connections: 90").tenant("")
    assert len(world.of()) == 2
    world.defaults("mysql_cpu: many\nmysql_connections: 91")
    assert world.of() == {"mysql cpu warning": 80, "mysql connections warning": 91}


def test_disabling_one_dimension_is_served_as_a_number_no_value_exceeds(world: Any) -> None:
    world.tenant('redis_queue_length: 1000\nredis_queue_length{queue="junk"}: disable')
    assert world.of() == {
        "redis queue_length warning": 1000,
        'redis queue_length warning{queue="junk"}': math.inf,
    }
    assert 'queue="junk"} +Inf\n' in world.exposition()


def test_for_a_metric_that_alerts_when_low_it_is_minus_infinity(world: Any) -> None:
    world.tenant('redis_hit_ratio: 0.9\nredis_hit_ratio{db="0"}: disable')
    assert world.of()['redis hit_ratio warning{db="0"}'] == -math.inf


def test_it_is_served_for_every_severity_whose_base_tier_is_in_force(world: Any) -> None:
    world.defaults("redis_queue_length_critical: 5000")
    world.tenant('redis_queue_length: "100:info"\nredis_queue_length{queue="junk"}: disable')
    assert world.of() == {
        "redis queue_length info": 100,
        "redis queue_length critical": 5000,
        'redis queue_length info{queue="junk"}': math.inf,
        'redis queue_length critical{queue="junk"}': math.inf,
    }


def test_without_a_base_threshold_there_is_nothing_to_keep_away(world: Any) -> None:
    world.tenant('redis_queue_length{queue="junk"}: disable')
    assert world.of() == {}


def test_a_severity_beside_the_critical_key_is_an_error_naming_both_lines_and_the_critical_key_wins(
    world: Any,
) -> None:
    world.tenant('mysql_connections: "90:critical"\nmysql_connections_critical: 95')
    assert world.of() == {"mysql connections critical": 95}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.line) == ("DA044", "error", 3)
    assert "line 4" in finding.message


def test_one_dimensional_key_spelled_two_ways_is_an_error_naming_both_lines(world: Any) -> None:
    world.tenant(
        "redis_queue_length{queue=\"a\", priority='1'}: 5\nredis_queue_length{priority=\"1\",queue='a'}: 6"
    )
    assert world.of() == {'redis queue_length warning{priority="1",queue="a"}': 5}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.line) == ("DA044", "error", 4)
    assert "line 3" in finding.message


def test_a_critical_key_at_another_severity_is_an_error(world: Any) -> None:
    world.defaults(DEFAULTS).tenant('mysql_connections_critical: "90:warning"')
    assert world.of() == BOTH
    assert world.errors() == ["DA045"]
