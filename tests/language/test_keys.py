"""The section Keys of the language, row by row."""

from typing import Any

import pytest


def test_a_key_is_the_threshold_of_component_and_metric_at_severity_warning(world: Any) -> None:
    world.tenant("mysql_connections: 70")
    assert world.exposition().splitlines()[2:3] == [
        'user_threshold{tenant="db-a",component="mysql",metric="connections",severity="warning"} 70'
    ]


@pytest.mark.parametrize("defaults", ["", "mysql_connections: 80", "mysql_connections_critical: 80"])
def test_the_critical_suffix_works_for_every_key_with_or_without_a_default(world: Any, defaults: str) -> None:
    world.defaults(defaults).tenant("mysql_connections_critical: 90\nteam_latency_critical: 5")
    served = world.of()
    assert served["mysql connections critical"] == 90
    assert served["team latency critical"] == 5


def test_the_critical_suffix_works_in_the_defaults_too(world: Any) -> None:
    world.defaults('mysql_connections_critical: 95\nredis_queue_length_critical{queue="a"}: 9').tenant("")
    assert world.of() == {"mysql connections critical": 95, 'redis queue_length critical{queue="a"}': 9}


@pytest.mark.parametrize("quoted", ['"email"', "'email'"])
def test_a_dimensional_key_applies_to_the_series_with_that_label_value_in_either_quotes(
    world: Any, quoted: str
) -> None:
    world.tenant(f"redis_queue_length{{queue={quoted}}}: 5")
    assert world.of() == {'redis queue_length warning{queue="email"}': 5}


def test_a_regex_dimension_is_re2_and_fully_anchored_like_promql(world: Any) -> None:
    world.tenant('oracle_tablespace_used_percent{tablespace=~"SYS.*"}: 95')
    names = ["SYSTEM", "SYS", "SYS\nX", "MYSYS", "sys"]
    world.signal("oracle_tablespace_used_percent", *({"tablespace": name} for name in names))
    assert world.of() == {
        'oracle tablespace_used_percent warning{tablespace="SYSTEM"}': 95,
        'oracle tablespace_used_percent warning{tablespace="SYS"}': 95,
        'oracle tablespace_used_percent warning{tablespace="SYS\nX"}': 95,
        'oracle tablespace_used_percent warning{tablespace_re="SYS.*"}': 95,
    }


@pytest.mark.parametrize("pattern", ["(?=a)", "(a)\\\\1", "[", "*", "(?P<n", "\\\\C"])
def test_what_is_no_re2_is_an_error(world: Any, pattern: str) -> None:
    world.tenant(f"'redis_queue_length{{queue=~\"{pattern}\"}}': 5")
    assert world.of() == {}
    assert world.ids() == ["DA040"]


def test_several_matchers_and_commas_and_braces_inside_quotes_are_data(world: Any) -> None:
    world.tenant('redis_queue_length{queue="a,b", priority=~"h{1,2}"}: 5')
    world.signal("redis_queue_length", {"queue": "a,b", "priority": "hh"}, {"queue": "a", "priority": "h"})
    assert world.of() == {
        'redis queue_length warning{priority="hh",queue="a,b"}': 5,
        'redis queue_length warning{priority_re="h{1,2}",queue="a,b"}': 5,
    }


def test_escapes_are_those_of_promql_strings(world: Any) -> None:
    world.tenant(r"""redis_queue_length{queue="a\"b\\c\n\x41\u00e9\101"}: 5""")
    assert world.of() == {'redis queue_length warning{queue="a"b\\c\nAéA"}': 5}


def test_the_critical_tier_of_a_dimensional_key(world: Any) -> None:
    world.tenant('oracle_tablespace_used_percent_critical{tablespace="USERS"}: 98')
    assert world.of() == {'oracle tablespace_used_percent critical{tablespace="USERS"}': 98}


def test_state_keys_turn_a_state_filter_on_or_off(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {maintenance: {default_state: disable}, busy: {}}"})
    world.tenant("_state_maintenance: enable\n_state_busy: disable")
    assert world.of() == {"state maintenance warning": 1}


def test_packs_names_the_packs_whose_defaults_are_served(world: Any) -> None:
    world.defaults('mysql_cpu: 1\nredis_queue_length: 2\ncontainer_cpu: 3\nredis_queue_length{queue="a"}: 4')
    world.tenant("_packs: [mariadb, redis]\ncontainer_cpu_critical: 5")
    assert world.of() == {
        "mysql cpu warning": 1,
        "redis queue_length warning": 2,
        'redis queue_length warning{queue="a"}': 4,
        "container cpu critical": 5,
    }


@pytest.mark.parametrize("line", ["mysql_connections: 5", "_packs:", "mysql_connections: 5\n_packs: null"])
def test_packs_omitted_means_all_packs_that_have_defaults(world: Any, line: str) -> None:
    world.defaults("mysql_cpu: 1\nredis_queue_length: 2\ncontainer_cpu: 3").tenant(line)
    served = world.of()
    assert [served[f"{name} warning"] for name in ("mysql cpu", "redis queue_length", "container cpu")] == [
        1,
        2,
        3,
    ]


def test_the_component_of_an_undeclared_key_is_what_stands_before_the_first_underscore(world: Any) -> None:
    world.tenant("billing_queue_age_seconds: 5")
    assert world.of() == {"billing queue_age_seconds warning": 5}


def test_a_declared_keys_component_and_metric_come_from_its_pack(world: Any) -> None:
    world.tenant("es_heap_percent: 5\ndb2_log_used_percent: 6\ncontainer_cpu: 7")
    assert world.of() == {
        "elasticsearch heap_percent warning": 5,
        "db2 log_used_percent warning": 6,
        "container cpu warning": 7,
    }


@pytest.mark.parametrize(
    "key", ["_pack", "_state", "_state_", "_metadata", "_", "__packs", "_mysql_connections"]
)
def test_keys_with_an_underscore_that_the_language_does_not_know_are_errors(world: Any, key: str) -> None:
    world.tenant(f"{key}: 5\nmysql_cpu: 6")
    assert world.of() == {"mysql cpu warning": 6}
    assert world.errors() == ["DA041"]


def test_an_undeclared_key_is_served_with_a_warning_and_a_did_you_mean(world: Any) -> None:
    world.tenant("mysql_conections: 5\nmysql_cpu: 6")
    assert world.of() == {"mysql conections warning": 5, "mysql cpu warning": 6}
    (finding,) = world.findings()
    assert (finding.id, finding.severity, finding.line) == ("DA042", "warning", 3)
    assert 'Did you mean "mysql_connections"?' in finding.advice


@pytest.mark.parametrize(
    ("key", "is_served"),
    [
        ('redis_queue_length{topic="a"}', False),
        ('redis_queue_length{queue="a", topic="b"}', False),
        ('redis_queue_length{topic=~"a.*"}', False),
        ('redis_queue_length_critical{topic="a"}', False),
        ('mysql_cpu{core="1"}', False),
        ('team_latency{topic="a"}', True),
    ],
)
def test_a_dimension_that_the_pack_does_not_have_is_an_error_on_a_declared_key_only(
    world: Any, key: str, *, is_served: bool
) -> None:
    """The pack's rules do not know the label: they would take such a threshold for a base threshold."""
    world.defaults("redis_queue_length: 10\nmysql_cpu: 80").tenant(f"{key}: 5")
    assert (5 in world.of().values()) is is_served
    assert world.errors() == ([] if is_served else ["DA043"])
    world.defaults(f"{key}: 5").tenant("")
    assert (5 in world.of().values()) is is_served
    assert world.errors() == ([] if is_served else ["DA043"])


def test_a_key_may_name_some_of_the_dimensions_and_is_then_for_all_values_of_the_others(world: Any) -> None:
    world.tenant('redis_queue_length{queue="a"}: 5')
    world.signal("redis_queue_length", {"queue": "a", "priority": "1"}, {"queue": "b", "priority": "1"})
    assert world.of() == {
        'redis queue_length warning{queue="a"}': 5,
        'redis queue_length warning{priority="1",queue="a"}': 5,
    }
