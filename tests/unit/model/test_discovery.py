"""Which keys need the label values of now."""

from collections.abc import Callable, Mapping

import pytest

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Tenant
from dynamic_alerting.model.discovery import names_to_expand


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
    catalogue: Catalogue, tenant_of: Callable[[Mapping[str, str]], Tenant], key: str, expected: set[str]
) -> None:
    tenant = tenant_of({key: "1"})
    assert names_to_expand(Configuration((), (), (tenant,)), catalogue) == expected
    assert names_to_expand(Configuration(tenant.entries, (), ()), catalogue) == expected
