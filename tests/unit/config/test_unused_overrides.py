"""What a tenant writes although the platform says the same."""

from typing import Any

import pytest

from dynamic_alerting.config.unused_overrides import unused_overrides
from dynamic_alerting.model.catalogue import Catalogue

SCHEDULE = '{default: 5, overrides: [{window: "22:00-06:00", value: 9}]}'


def _found(confd: Any, catalogue: Catalogue, defaults: str, tenant: str, *, filters: str = "{}") -> list[str]:
    lines = "".join(f"  {line}\n" for line in defaults.splitlines())
    confd.write_as("_defaults.yaml", f"defaults:\n{lines}state_filters: {filters}\n")
    lines = "".join(f"    {line}\n" for line in tenant.splitlines())
    confd.write(db_a=f"tenants:\n  db-a:\n{lines}")
    found = unused_overrides(confd.load().configuration, catalogue, confd.path)
    return [finding.text for finding in found]


@pytest.mark.parametrize(
    "line",
    [
        "mysql_cpu: 80",
        "mysql_cpu_critical: 95",
        "mysql_cpu: disable",
        'mysql_cpu: "80:critical"',
        f"mysql_cpu: {SCHEDULE}",
        'redis_queue_length{queue="a"}: 5',
        "mysql_cpu: {value: 5, expires: 2126-01-01T00:00:00Z}",
    ],
)
def test_the_same_value_as_the_default_is_unused(confd: Any, catalogue: Catalogue, line: str) -> None:
    assert _found(confd, catalogue, line, line) == [line.partition(": ")[0]]


@pytest.mark.parametrize(("default", "own"), [("80", '"80"'), ("80", "80.0"), ("disable", "off")])
def test_the_spelling_makes_no_difference(confd: Any, catalogue: Catalogue, default: str, own: str) -> None:
    assert _found(confd, catalogue, f"mysql_cpu: {default}", f"mysql_cpu: {own}") == ["mysql_cpu"]


@pytest.mark.parametrize(
    ("defaults", "tenant"),
    [
        ("mysql_cpu: 80", "mysql_cpu: 81"),
        ("mysql_cpu: 80", "mysql_cpu_critical: 80"),
        ("mysql_cpu: 80", "mysql_cpu: default"),
        ("mysql_cpu: default", "mysql_cpu: default"),
        ("", "mysql_cpu: 80"),
        ("mysql_cpu: 80", "mysql_cpu: 80\n_packs: [redis]"),
        ("mysql_cpu: disable\nmysql_cpu_critical: 95", "mysql_cpu: disable"),
        ('mysql_cpu: "80:critical"\nmysql_cpu_critical: 95', 'mysql_cpu: "80:critical"'),
        ("mysql_cpu_critical: 95", "mysql_cpu: disable\nmysql_cpu_critical: 95"),
        ('redis_queue_length: 5\nredis_queue_length{queue="a"}: 6', "redis_queue_length: 5"),
        ('redis_queue_length{queue="a"}: 6', 'redis_queue_length: 5\nredis_queue_length{queue="a"}: 6'),
        (
            'redis_queue_length{queue="a"}: 6\nredis_queue_length{queue="a", priority="1"}: 7',
            'redis_queue_length{queue="a"}: 6',
        ),
    ],
)
def test_what_makes_a_difference_is_not_unused(
    confd: Any, catalogue: Catalogue, defaults: str, tenant: str
) -> None:
    assert _found(confd, catalogue, defaults, tenant) == []


def test_a_state_that_is_switched_as_it_is_by_default_is_unused(confd: Any, catalogue: Catalogue) -> None:
    filters = "{maintenance: {default_state: off}, busy: {}}"
    tenant = "_state_maintenance: off\n_state_busy: off"
    assert _found(confd, catalogue, "", tenant, filters=filters) == ["_state_maintenance"]


def test_the_finding_names_the_default_and_shows_the_line(confd: Any, catalogue: Catalogue) -> None:
    _found(confd, catalogue, "mysql_connections: 70\nmysql_cpu: 80", "mysql_cpu: 80")
    (finding,) = unused_overrides(confd.load().configuration, catalogue, confd.path)
    assert (finding.id, finding.severity, finding.place) == ("DA047", "info", "db-a.yaml:3:5")
    assert finding.message == "_defaults.yaml:3 says the same, so this line changes nothing."
    assert finding.excerpt == "    3 |     mysql_cpu: 80\n      |     ^^^^^^^^^"
