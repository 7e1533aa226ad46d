"""Which keys need the label values of now, and which label sets they are for."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.discovery import open_keys

TenantOf = Callable[[Mapping[str, str]], Tenant]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ('redis_hit_ratio{db=~"1.*"}', {"redis_hit_ratio"}),
        ('redis_hit_ratio_critical{db=~"1.*"}', {"redis_hit_ratio"}),
        ('redis_hit_ratio{db="1"}', set()),
        ("redis_hit_ratio", set()),
        ('redis_queue_length{queue="email"}', {"redis_queue_length"}),
        ('redis_queue_length{queue="email", priority="high"}', set()),
        ('redis_queue_length{queue="email", priority=~"h.*"}', {"redis_queue_length"}),
        ('kafka_lag{topic=~".*"}', set()),
    ],
)
def test_declared_keys_that_leave_a_dimension_open(
    catalogue: Catalogue, tenant_of: TenantOf, key: str, expected: set[str]
) -> None:
    tenant = tenant_of({key: "1"})
    assert set(open_keys(Configuration((), (), (tenant,)), catalogue)) == expected
    nobody = replace(tenant, entries=())
    assert set(open_keys(Configuration(tenant.entries, (), (nobody,)), catalogue)) == expected


def test_keys_that_nobody_takes_are_not_asked_for(catalogue: Catalogue, tenant_of: TenantOf) -> None:
    defaults = tenant_of({'redis_hit_ratio{db=~"1.*"}': "1"}).entries
    assert open_keys(Configuration(defaults, (), ()), catalogue) == {}
    without_redis = replace(tenant_of({}), packs=frozenset({"mariadb"}))
    assert open_keys(Configuration(defaults, (), (without_redis,)), catalogue) == {}


def test_a_tenants_own_pattern_needs_no_pack(catalogue: Catalogue, tenant_of: TenantOf) -> None:
    tenant = replace(tenant_of({'redis_hit_ratio{db=~"1.*"}': "1"}), packs=frozenset({"mariadb"}))
    assert set(open_keys(Configuration((), (), (tenant,)), catalogue)) == {"redis_hit_ratio"}


def test_keys_are_for_the_label_sets_that_they_select(catalogue: Catalogue, tenant_of: TenantOf) -> None:
    tenant = tenant_of(
        {
            'redis_queue_length{queue=~"mail.*", priority="high"}': "1",
            'redis_queue_length{queue="news"}': "1",
            'redis_queue_length{queue="exact", priority="low"}': "1",
        }
    )
    found = open_keys(Configuration((), (), (tenant,)), catalogue)["redis_queue_length"]

    def are_for(**labels: str) -> bool:
        return found.are_for(tenant.name, tuple(sorted(labels.items())))

    assert are_for(queue="mail-out", priority="high")
    assert are_for(queue="news", priority="low")
    assert are_for(queue="news")
    assert not are_for(queue="mail-out", priority="low")
    assert not are_for(queue="exact", priority="low"), "it is served anyway: nothing is left open"
    assert not found.are_for("another", (("queue", "news"),))


def test_the_platforms_keys_are_for_every_tenant_beside_their_own(
    catalogue: Catalogue, tenant_of: TenantOf
) -> None:
    defaults = tenant_of({'redis_hit_ratio{db=~"1.*"}': "1"}).entries
    own = tenant_of({'redis_hit_ratio{db=~"2.*"}': "1"})
    other = replace(tenant_of({}), name="other")
    found = open_keys(Configuration(defaults, (), (own, other)), catalogue)["redis_hit_ratio"]
    assert [found.are_for(own.name, (("db", db),)) for db in ("1", "20", "3")] == [True, True, False]
    assert [found.are_for("other", (("db", db),)) for db in ("1", "20")] == [True, False]
