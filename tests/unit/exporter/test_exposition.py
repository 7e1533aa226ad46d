import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from dynamic_alerting.exporter.exposition import family_header, number, state_lines, threshold_lines
from dynamic_alerting.exporter.metrics import USER_THRESHOLD
from dynamic_alerting.model.configuration import Origin
from dynamic_alerting.model.resolution import ActiveState, Layer, Threshold
from dynamic_alerting.model.severity import Severity

HERE = Origin("db-a.yaml", 1, 1)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HEADER = family_header(USER_THRESHOLD.name, USER_THRESHOLD.kind, USER_THRESHOLD.help).decode()


def threshold(value: float = 80.0, **changes: object) -> Threshold:
    base = Threshold(
        tenant="db-a",
        component="mysql",
        metric="connections",
        severity=Severity.WARNING,
        value=value,
        dimensions=(),
        patterns=(),
        key="mysql_connections",
        layer=Layer.TENANT,
        origin=HERE,
    )
    return base._replace(**changes)  # type: ignore[arg-type] # each caller names its own field


def test_a_plain_threshold() -> None:
    line = b'user_threshold{tenant="db-a",component="mysql",metric="connections",severity="warning"} 80\n'
    assert threshold_lines("db-a", [threshold()]) == {"warning": line}


def test_dimensions_and_patterns_follow_the_fixed_labels() -> None:
    line = threshold_lines(
        "db-a", [threshold(dimensions=(("queue", "email"),), patterns=(("priority", "h{1,2}"),))]
    )
    assert line["warning"].endswith(b',severity="warning",queue="email",priority_re="h{1,2}"} 80\n')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (80.0, "80"),
        (-3.0, "-3"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.5e9, "1500000000"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (9007199254740993.0, "9007199254740992"),
        (1e16, "1e+16"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(allow_nan=False))
def test_numbers_are_read_back_exactly(value: float) -> None:
    assert float(number(value)) == value


@given(any_text, any_text, st.floats(allow_nan=False))
def test_any_text_survives_both_strict_parsers(tenant: str, dimension: str, value: float) -> None:
    thresholds = threshold_lines(tenant, [threshold(value, dimensions=(("queue", dimension),))])
    lines = HEADER + thresholds["warning"].decode()
    strict = parse_openmetrics(lines + "# EOF\n")  # type: ignore[no-untyped-call] # untyped library
    for families in (parse_text(lines), strict):
        (family,) = islice(families, 2)
        (sample,) = family.samples
        assert sample.labels["tenant"] == tenant
        assert sample.labels["queue"] == dimension
        assert sample.value == value


def test_a_state_with_and_without_a_reason() -> None:
    states = [
        ActiveState("db-a", "maintenance", Severity.INFO, None),
        ActiveState("db-a", "container", Severity.CRITICAL, 'Crash"Loop'),
    ]
    assert list(state_lines("db-a", states).values()) == [
        b'user_state_filter{tenant="db-a",filter="maintenance",severity="info"} 1\n',
        b'user_state_filter{tenant="db-a",filter="container",severity="critical",reason="Crash\\"Loop"} 1\n',
    ]
