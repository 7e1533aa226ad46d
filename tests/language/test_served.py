"""The section What is served: the exposition itself."""

from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families


def test_thresholds_patterns_and_states_are_served_as_described(world: Any) -> None:
    world.write(
        {"_defaults.yaml": "state_filters: {pull: {reasons: [ErrImagePull], severity: critical}, busy: {}}"}
    )
    world.tenant(
        'redis_queue_length: 5\nredis_queue_length{queue="a"}: 6\nredis_queue_length{queue=~"b.*"}: 7'
    )
    samples = [line for line in world.exposition().splitlines() if not line.startswith("#")]
    threshold = 'user_threshold{tenant="db-a",component="redis",metric="queue_length",severity="warning"'
    assert samples == [
        f"{threshold}}} 5",
        f'{threshold},queue="a"}} 6',
        f'{threshold},queue_re="b.*"}} 7',
        'user_state_filter{tenant="db-a",filter="busy",severity="warning"} 1',
        'user_state_filter{tenant="db-a",filter="pull",severity="critical",reason="ErrImagePull"} 1',
    ]


def test_a_state_that_is_off_is_absent(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {busy: {}}"}).tenant("_state_busy: off")
    assert world.of() == {}


@pytest.mark.parametrize(
    "value", ['a"b', "a\\b", "a\nb", "ü€🙂", "{}", "a,b", " ", "\t", "\x01", "\u2028", "=~"]
)
def test_label_values_are_escaped(world: Any, value: str) -> None:
    escaped = "".join(f"\\U{ord(character):08x}" for character in value)
    world.tenant(f"team_x{{label='{escaped}'}}: 5")
    text = world.exposition()
    for parse, end in ((text_string_to_metric_families, ""), (openmetrics, "# EOF\n")):
        samples = [sample for family in parse(text + end) for sample in family.samples]
        assert [sample.labels["label"] for sample in samples] == [value]


@pytest.mark.parametrize(
    "label",
    [
        "tenant",
        "component",
        "metric",
        "severity",
        "job",
        "instance",
        "reason",
        "le",
        "pack",
        "metric_key",
        "filter",
        "direction",
        "alertname",
        "alertstate",
        "__name__",
        "a_re",
        "1a",
        "a-b",
    ],
)
@pytest.mark.parametrize("operator", ["=", "=~"])
def test_label_names_are_valid_and_never_collide(world: Any, label: str, operator: str) -> None:
    world.tenant(f'team_x{{{label}{operator}"v"}}: 5\nmysql_cpu: 6')
    assert world.of() == {"mysql cpu warning": 6}
    assert world.errors() == ["DA040"]


@pytest.mark.parametrize("label", ["pack", "metric_key", "filter", "direction"])
@pytest.mark.parametrize("key", ["team_x", "redis_queue_length", "mysql_cpu_critical"])
def test_a_label_of_the_rules_is_refused_in_the_platforms_file_too(world: Any, label: str, key: str) -> None:
    world.defaults(f'{key}{{{label}="v"}}: 5\nmysql_cpu: 6').tenant("mysql_connections: 7")
    assert world.of() == {"mysql cpu warning": 6, "mysql connections warning": 7}
    (finding,) = [each for each in world.findings() if each.id == "DA040"]
    assert "sets itself" in finding.message
    assert f'own_{label}="' in finding.advice
