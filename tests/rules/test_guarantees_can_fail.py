"""Each guarantee of the generated rules, taken away: a test turns red. What hangs on time: tests/outages."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.rules.mutations import (
    HEALTHY,
    MAINTENANCE,
    SNAPSHOT,
    STATES,
    Mutation,
    aggregated,
    crosses,
    each_rule,
    is_alert,
    is_of_every_cycle,
    is_snapshot,
    records,
    without,
    without_group,
    without_matchers,
    without_rules,
)
from tests.rules.workshop import FIXTURES, PACKS, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.promtool


@dataclass(frozen=True)
class Guarantee:
    """Something that rules promise.

    Attributes:
        text: The promise.
        pack: Whose rules are mutated.
        mutation: Takes it away.
        tests: What notices: a pack's own tests, or a file of fixtures.
    """

    text: str
    pack: str
    mutation: Mutation
    tests: Path

    def __str__(self) -> str:
        return self.text


def outages(name: str) -> Path:
    return FIXTURES / "outages" / f"{name}.yaml"


def own(pack: str, name: str = "tests") -> Path:
    return PACKS / pack / f"{name}.yaml"


GUARANTEES = (
    Guarantee(
        "a snapshot keeps its last value while no exporter is healthy",
        "mariadb",
        each_rule(is_snapshot, without("or", SNAPSHOT)),
        outages("replicas-differ"),
    ),
    Guarantee(
        "a snapshot forgets what is removed while an exporter is healthy",
        "mariadb",
        each_rule(is_snapshot, without("unless", HEALTHY)),
        outages("removed"),
    ),
    Guarantee(
        "thresholds are recorded at all",
        "mariadb",
        without_group("mariadb-slow"),
        outages("replicas-differ"),
    ),
    Guarantee(
        "a snapshot keeps the threshold that is crossed last",
        "mariadb",
        each_rule(is_snapshot, aggregated("min", "")),
        outages("replicas-differ"),
    ),
    Guarantee(
        "alerts compare with the snapshot while no exporter is healthy",
        "mariadb",
        each_rule(is_alert, without("or", SNAPSHOT)),
        outages("flapping"),
    ),
    Guarantee(
        "alerts compare with nothing but what is served while an exporter is healthy",
        "mariadb",
        each_rule(is_alert, without("unless", HEALTHY)),
        outages("between-turns"),
    ),
    Guarantee(
        "of two replicas' thresholds the one that is crossed last applies",
        "mariadb",
        each_rule(is_alert, aggregated("min", "")),
        outages("replicas-differ"),
    ),
    Guarantee(
        "two replicas are no duplicates",
        "mariadb",
        each_rule(is_alert, aggregated("", "by (tenant, severity, instance)")),
        outages("removed"),
    ),
    Guarantee(
        "tiers are told apart",
        "mariadb",
        each_rule(is_alert, aggregated("", "by (tenant)")),
        outages("goes-on"),
    ),
    Guarantee(
        "another component's threshold does not count",
        "mariadb",
        each_rule(is_alert, without_matchers("user_threshold", "component")),
        own("mariadb", "tests-extra"),
    ),
    Guarantee(
        "another key's threshold does not count",
        "mariadb",
        each_rule(is_alert, without_matchers("user_threshold", "metric")),
        own("mariadb"),
    ),
    Guarantee(
        "maintenance silences every alert",
        "mariadb",
        each_rule(is_alert, without("unless", MAINTENANCE)),
        outages("goes-on"),
    ),
    Guarantee(
        "maintenance goes on while no exporter is healthy",
        "mariadb",
        each_rule(records(MAINTENANCE), without("or", MAINTENANCE)),
        outages("goes-on"),
    ),
    Guarantee(
        "maintenance ends when an exporter says so",
        "mariadb",
        each_rule(records(MAINTENANCE), without("unless", HEALTHY)),
        own("mariadb", "tests-extra"),
    ),
    Guarantee(
        "a lost database exporter is remembered",
        "mariadb",
        each_rule(records("tenant:mysql_exporters:count"), without("or", "tenant:mysql_exporters:count")),
        outages("lost-database-exporter"),
    ),
    Guarantee(
        "a composite joins the alerts of its own keys",
        "mariadb",
        each_rule(is_alert, without_matchers("ALERTS", "component", "metric_key")),
        outages("others-alerts"),
    ),
    Guarantee(
        "dimensional alerts compare with the snapshot while no exporter is healthy",
        "redis",
        each_rule(is_of_every_cycle, without("or", SNAPSHOT)),
        outages("goes-on"),
    ),
    Guarantee(
        "dimensional alerts compare with nothing but what is served while an exporter is healthy",
        "redis",
        each_rule(is_of_every_cycle, without("unless", HEALTHY)),
        outages("between-turns"),
    ),
    Guarantee(
        "a snapshot keeps dimensions",
        "redis",
        each_rule(is_snapshot, aggregated("", "by (tenant, severity)")),
        outages("goes-on"),
    ),
    Guarantee(
        "the base threshold applies to a value of a dimension that has none",
        "redis",
        without_rules(crosses("base")),
        outages("goes-on"),
    ),
    Guarantee(
        "a dimension's own threshold applies to it",
        "redis",
        without_rules(crosses("exact")),
        outages("goes-on"),
    ),
    Guarantee(
        "the base threshold does not apply to a value of a dimension that has its own",
        "redis",
        each_rule(crosses("base"), without("unless", "tenant:candidate:threshold")),
        outages("goes-on"),
    ),
    Guarantee(
        "patterns are not compared with",
        "redis",
        each_rule(lambda _: True, without_matchers("user_threshold", "queue_re")),
        outages("goes-on"),
    ),
    Guarantee(
        "a state filter's snapshot keeps its last value while no exporter is healthy",
        "kubernetes",
        each_rule(records(STATES), without("or", STATES)),
        outages("goes-on"),
    ),
    Guarantee(
        "a state filter's snapshot forgets what is removed while an exporter is healthy",
        "kubernetes",
        each_rule(records(STATES), without("unless", HEALTHY)),
        outages("removed-elsewhere"),
    ),
    Guarantee(
        "state alerts compare with the snapshot while no exporter is healthy",
        "kubernetes",
        each_rule(is_of_every_cycle, without("or", STATES)),
        outages("goes-on"),
    ),
)


@pytest.fixture(scope="module")
def holds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], bool]:
    """Whether the rules as they are pass a test file; each file is run once."""
    workshop = Workshop(tmp_path_factory.mktemp("as-they-are"))
    return functools.cache(lambda tests: not workshop.fails(tests))


@pytest.mark.parametrize("guarantee", GUARANTEES, ids=str)
def test_a_test_notices(guarantee: Guarantee, tmp_path: Path, holds: Callable[[Path], bool]) -> None:
    workshop = Workshop(tmp_path)
    assert workshop.mutate(guarantee.pack, guarantee.mutation), "the mutation finds nothing to change"
    assert holds(guarantee.tests)
    assert workshop.fails(guarantee.tests)
