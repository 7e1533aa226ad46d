"""The whole way from files to series, in one process: loader, resolver, exposition."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from prometheus_client.parser import text_string_to_metric_families
from tests.declared import declared

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loader import Loaded, Loader
from dynamic_alerting.exporter.discovery.expansion import Expansion
from dynamic_alerting.exporter.exposition import family_header
from dynamic_alerting.exporter.metrics import USER_STATE_FILTER, USER_THRESHOLD
from dynamic_alerting.exporter.snapshot import Snapshot, build_snapshot
from dynamic_alerting.model.catalogue import Catalogue, Direction
from dynamic_alerting.tenants.explain import Explainer
from dynamic_alerting.tenants.explanation import Explanation, Outcome

# A busy machine is no failure, and a fixture is the same directory for every example on purpose.
settings.register_profile(
    "language",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("language")

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday

Series = dict[str, float]


CATALOGUE = Catalogue.of(
    [
        declared("mysql_connections", pack="mariadb"),
        declared("mysql_cpu", pack="mariadb"),
        declared("container_cpu", pack="kubernetes"),
        declared("redis_queue_length", "queue", "priority"),
        declared("redis_hit_ratio", "db", direction=Direction.BELOW),
        declared("oracle_tablespace_used_percent", "tablespace"),
        declared("es_heap_percent", "node", component="elasticsearch"),
        declared("db2_log_used_percent"),
    ],
    packs=["platform"],
)


def identities(exposition: str) -> Series:
    """Every threshold and state, by a short form of its labels; a series that is there twice is an error."""
    series: Series = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name not in ("user_threshold", "user_state_filter"):
                continue
            identity = _identity(sample.name, dict(sample.labels))
            assert identity not in series, f"twice: {identity}"
            series[identity] = sample.value
    return series


def _identity(name: str, labels: dict[str, str]) -> str:
    tenant = labels.pop("tenant")
    if name == "user_state_filter":
        reason = labels.get("reason")
        state = f"{tenant} state {labels['filter']} {labels['severity']}"
        return f"{state} {reason}" if reason is not None else state
    head = f"{tenant} {labels.pop('component')} {labels.pop('metric')} {labels.pop('severity')}"
    rest = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{head}{{{rest}}}" if rest else head


class World:
    """A conf.d directory, and what an exporter that loads it serves."""

    def __init__(self, root: Path, catalogue: Catalogue = CATALOGUE) -> None:
        self.path = root / "conf.d"
        self.path.mkdir()
        self.at = NOON
        self.catalogue = catalogue
        self.loader = Loader(self.path, catalogue, clock=lambda: self.at)
        self.snapshot: Snapshot | None = None
        self.present: dict[tuple[str, str], tuple[tuple[tuple[str, str], ...], ...]] = {}

    def write(self, files: Mapping[str, str | bytes]) -> "World":
        """Write files by name."""
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.path / name).write_bytes(data)
        return self

    def defaults(self, lines: str) -> "World":
        """Write the defaults, a key a line."""
        return self.write({"_defaults.yaml": "defaults:\n" + _indented(lines, 2)})

    def tenant(self, lines: str, name: str = "db-a") -> "World":
        """Write a tenant's file, a key a line."""
        return self.write({f"{name}.yaml": f"tenants:\n  {name}:\n" + _indented(lines, 4)})

    def signal(self, name: str, *label_sets: Mapping[str, str], tenant: str = "db-a") -> "World":
        """Let a key's signal have these labels now, as discovery would find them."""
        self.present[tenant, name] = tuple(tuple(sorted(labels.items())) for labels in label_sets)
        return self

    def load(self) -> Loaded:
        return self.loader.load()

    def exposition(self, at: datetime | None = None) -> str:
        """What /metrics answers, rendered anew."""
        if at is not None:
            self.at = at
        present: dict[str, dict[tuple[str, str], tuple[tuple[tuple[str, str], ...], ...]]] = {}
        for key, sets in self.present.items():
            present.setdefault(key[0], {})[key] = sets
        expansion = Expansion(present)
        snapshot = build_snapshot(self.load(), self.catalogue, self.at, self.snapshot, expansion)
        self.snapshot = snapshot
        families = (
            (USER_THRESHOLD, snapshot.families.thresholds),
            (USER_STATE_FILTER, snapshot.families.states),
        )
        parts = []
        for metric, layers in families:
            chunks = chain.from_iterable(layers.values())
            parts += [family_header(metric.name, metric.kind, metric.help), *(one.plain for one in chunks)]
        return b"".join(parts).decode()

    def served(self, at: datetime | None = None) -> Series:
        """Every threshold and state, by `tenant component metric severity{dimension="value"}`."""
        return identities(self.exposition(at))

    def of(self, tenant: str = "db-a", at: datetime | None = None) -> Series:
        """The same for one tenant, without its name."""
        return {
            identity.partition(" ")[2]: value
            for identity, value in self.served(at).items()
            if identity.partition(" ")[0] == tenant
        }

    def findings(self) -> tuple[Finding, ...]:
        return self.load().findings

    def ids(self) -> list[str]:
        return [finding.id for finding in self.findings()]

    def errors(self) -> list[str]:
        return [finding.id for finding in self.findings() if finding.severity == "error"]

    def explain(
        self, key: str | None = None, tenant: str = "db-a", at: datetime | None = None
    ) -> Explanation:
        return Explainer(self.load(), self.catalogue).explain(tenant, at or self.at, key)

    def explained(self, tenant: str = "db-a", at: datetime | None = None) -> Series:
        """What `explain` says is served to a tenant, in the form of `of`."""
        return as_series(self.explain(tenant=tenant, at=at))


def as_series(explanation: Explanation) -> Series:
    series: Series = {}
    for key in explanation.keys:
        for target in key.targets:
            labels = [*target.labels, *((f"{label}_re", pattern) for label, pattern in target.patterns)]
            rest = ",".join(f'{label}="{value}"' for label, value in sorted(labels))
            for tier in target.tiers:
                if tier.outcome is Outcome.SERVED:
                    head = f"{key.component} {key.metric} {tier.severity}"
                    assert tier.value is not None
                    series[f"{head}{{{rest}}}" if rest else head] = tier.value
    for state in explanation.states:
        if state.is_on:
            names = [f"state {state.filter} {state.severity}"]
            series |= dict.fromkeys([f"{names[0]} {reason}" for reason in state.reasons] or names, 1.0)
    return series


def _indented(lines: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}\n" for line in lines.strip("\n").splitlines())


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def worlds(tmp_path: Path) -> Callable[..., World]:
    """Makes worlds, for tests that compare two or that try many."""
    count = iter(range(1_000_000))

    def make(catalogue: Catalogue = CATALOGUE) -> World:
        root = tmp_path / str(next(count))
        root.mkdir()
        return World(root, catalogue)

    return make


@pytest.fixture(scope="session")
def schemas() -> Any:
    """The committed schemas of this checkout, by name."""
    root = Path(__file__).parents[2] / "schemas"
    return {name: json.loads((root / f"{name}.schema.json").read_text()) for name in ("tenant", "defaults")}
