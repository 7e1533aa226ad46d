"""A small catalogue, and tenants written as plain mappings."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from tests.declared import declared

from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.model.configuration import Configuration, Entry, Origin, Tenant
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.model.resolution import Labels, Resolver, TenantResolution, Threshold
from dynamic_alerting.model.values import Value, parse_plain

# A busy machine is no failure: how long things take is measured elsewhere.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Written = Mapping[str, str | Value]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


CATALOGUE = Catalogue.of(
    [
        declared("mysql_connections", pack="mariadb"),
        declared("mysql_cpu", pack="mariadb"),
        declared("redis_queue_length", "queue", "priority"),
        declared("redis_hit_ratio", "db", direction=Direction.BELOW),
        declared("oracle_tablespace_used_percent", "tablespace"),
        declared("es_heap_percent", "node", component="elasticsearch"),
        declared("db2_logs_critical"),
    ],
    packs=["platform"],
)


def entries_of(written: Written, file: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            parse_key(key, CATALOGUE),
            parse_plain(value) if isinstance(value, str) else value,
            Origin(file, line, 1),
        )
        for line, (key, value) in enumerate(written.items(), start=1)
    )


def shown(threshold: Threshold) -> str:
    """A threshold's identity as `component metric severity{dimension="value", label=~"pattern"}`."""
    exact = [f'{label}="{value}"' for label, value in threshold.dimensions]
    patterns = [f'{label}=~"{value}"' for label, value in threshold.patterns]
    labels = f"{{{', '.join([*exact, *patterns])}}}" if exact or patterns else ""
    return f"{threshold.component} {threshold.metric} {threshold.severity}{labels}"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture(scope="session")
def tenant_of() -> Callable[..., Tenant]:
    def make(written: Written, packs: Iterable[str] | None = None) -> Tenant:
        taken = None if packs is None else frozenset(packs)
        return Tenant("db-a", entries_of(written, "db-a.yaml"), (), taken, Origin("db-a.yaml", 1, 1))

    return make


@pytest.fixture(scope="session")
def resolve(tenant_of: Callable[..., Tenant]) -> Callable[..., TenantResolution]:
    """Resolve a tenant `db-a` that wrote something, over defaults that the platform wrote."""

    def run(
        tenant: Written | None = None,
        *,
        defaults: Written | None = None,
        at: datetime = NOON,
        packs: Iterable[str] | None = None,
        present: Mapping[str, tuple[Labels, ...]] | None = None,
    ) -> TenantResolution:
        one = tenant_of(tenant or {}, packs)
        configuration = Configuration(entries_of(defaults or {}, "_defaults.yaml"), (), (one,))
        expansions = {("db-a", name): labels for name, labels in (present or {}).items()}
        return Resolver(configuration, CATALOGUE).resolve(one, at, expansions)

    return run


@pytest.fixture(scope="session")
def served(resolve: Callable[..., TenantResolution]) -> Callable[..., dict[str, float]]:
    """The same as `resolve`, as a mapping of shown identities to numbers."""

    def run(*args: Written, **kwargs: object) -> dict[str, float]:
        thresholds = resolve(*args, **kwargs).thresholds
        by_identity = {shown(threshold): threshold.value for threshold in thresholds}
        assert len(by_identity) == len(thresholds), "two thresholds with the same identity"
        return by_identity

    return run
