"""Did you mean …? Only what cannot hurt: the same component and kind of quantity, and never a state."""

import pytest

from dynamic_alerting.config.key_suggestions import KeySuggestions
from dynamic_alerting.packs.bundled import load_catalogue

SPECS = load_catalogue().specs
SUGGESTIONS = KeySuggestions(SPECS)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mysql_conections", "mysql_connections"),
        ("mysql_connection", "mysql_connections"),
        ("mysqlconnections", "mysql_connections"),
        ("msyql_connections", "mysql_connections"),
        ("mariadb_connections", "mysql_connections"),
        ("postgres_connections", "pg_connections"),
        ("mongo_connections", "mongodb_connections"),
        ("mysql_slow_query", "mysql_slow_queries"),
        ("mysql_slow_queries_per_minute", "mysql_slow_queries"),
        ("es_heap", "elasticsearch_heap_percent"),
        ("elastic_cpu", "elasticsearch_cpu_percent"),
        ("k8s_cpu", "container_cpu"),
        ("pod_restarts", "container_restarts"),
        ("container_cpu_usage", "container_cpu"),
        ("pg_replication_lag_seconds", "pg_replication_lag"),
        ("redis_hit_rate", "redis_hit_percent"),
        ("slow_queries", "mysql_slow_queries"),
        ("queue_length", "redis_queue_length"),
    ],
)
def test_the_key_that_was_meant_is_named(name: str, meant: str) -> None:
    assert SUGGESTIONS.nearest(name) == meant


@pytest.mark.parametrize(
    "name",
    [
        "mysql_cpu",  # mysql_up, said the plain nearest name
        "mysql_upp",
        "mongodb_up2",
        "elasticsearch_yelow",
        "mysql_replication_runing",
        "mysql_uptime",
    ],
)
def test_nothing_that_says_whether_something_is_up_is_ever_named(name: str) -> None:
    assert SUGGESTIONS.nearest(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "redis_memory_used_bytes",  # redis_memory is a percentage
        "container_memory_bytes",
        "mysql_replication_lag_bytes",
        "mysql_connections_per_second",
        "redis_connections",  # redis_rejected_connections counts refusals per minute
    ],
)
def test_a_key_of_another_kind_of_quantity_is_not_named(name: str) -> None:
    assert SUGGESTIONS.nearest(name) is None


@pytest.mark.parametrize("name", ["kafka_lag", "billing_queue_age", "connections", "memory", "", "x" * 500])
def test_what_has_no_one_answer_has_none(name: str) -> None:
    assert SUGGESTIONS.nearest(name) is None


@pytest.mark.parametrize("name", SPECS)
def test_a_missing_letter_never_leads_to_another_component_or_a_state(name: str) -> None:
    head, _, rest = name.partition("_")
    for at in range(len(rest)):
        meant = SUGGESTIONS.nearest(f"{head}_{rest[:at]}{rest[at + 1 :]}")
        if meant is not None:
            assert SPECS[meant].pack == SPECS[name].pack
            assert SPECS[meant].unit not in {"state", "share"}
