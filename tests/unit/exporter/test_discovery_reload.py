"""What becomes of learned label values: series, metrics, views. One process, no waiting."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.declared import declared

from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.api import config_json
from dynamic_alerting.exporter.discovery.expansion import Expansion
from dynamic_alerting.exporter.discovery.learned import DiscoveryHealth, Learned
from dynamic_alerting.exporter.page import render_page
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.versions import NO_PACKS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import ReadSamples

    from dynamic_alerting.exporter.snapshot import Snapshot
    from dynamic_alerting.model.configuration import Configuration

CATALOGUE = Catalogue.of([declared("queue_items", "vhost", "queue")])
PREFIX = "threshold_exporter_"


class Taught:
    """A discovery that learns what the test says."""

    def __init__(self) -> None:
        health = DiscoveryHealth(configured=True, names=("queue_items",))
        self.learned = Learned(health=health)
        self.followed: list[Configuration] = []

    def follow(self, configuration: Configuration) -> None:
        self.followed.append(configuration)

    def queues(self, **tenants: list[str]) -> None:
        expansion = Expansion(
            {
                tenant: {(tenant, "queue_items"): tuple((("queue", q), ("vhost", "web")) for q in queues)}
                for tenant, queues in tenants.items()
            }
        )
        self.learned = replace(self.learned, expansion=expansion)

    def health(self, **changes: Any) -> None:
        self.learned = replace(self.learned, health=replace(self.learned.health, **changes))


class World:
    def __init__(self, directory: Path, read: ReadSamples) -> None:
        self.directory = directory
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        self.discovery = Taught()
        source = Loader(directory, CATALOGUE, lambda: self.now)
        self.reloader = Reloader(source, CATALOGUE, clock=lambda: self.now, discovery=self.discovery)
        self._read = read

    def look(self) -> None:
        self.reloader.look()

    def value(self, name: str, **labels: str) -> float | None:
        samples = self._read(b"".join(self.reloader.served.text.plain).decode())
        return self._read.one(samples, name, **labels)

    def threshold(self, tenant: str, queue: str, severity: str = "warning") -> float | None:
        return self.value("user_threshold", tenant=tenant, queue=queue, severity=severity)

    @property
    def snapshot(self) -> Snapshot:
        snapshot = self.reloader.served.snapshot
        assert snapshot is not None
        return snapshot


@pytest.fixture
def world(tmp_path: Path, read_samples: ReadSamples) -> World:
    (tmp_path / "_defaults.yaml").write_text("defaults: {queue_items: 1000}\n")
    (tmp_path / "a.yaml").write_text(
        "tenants:\n  a:\n"
        "    'queue_items{queue=~\"mail.*\"}': 500\n"
        "    'queue_items_critical{queue=~\"mail.*\"}': 900\n"
        '    \'queue_items{queue="mail-vip", vhost="web"}\': 10\n'
    )
    (tmp_path / "b.yaml").write_text("tenants: {b: {'queue_items{queue=\"mail\"}': 70}}\n")
    (tmp_path / "c.yaml").write_text("tenants: {c: {}}\n")
    world = World(tmp_path, read_samples)
    world.look()
    return world


def test_before_anything_is_learned_patterns_are_served_as_written(world: World) -> None:
    assert world.value("user_threshold", tenant="a", queue_re="mail.*", severity="warning") == 500
    assert world.threshold("a", "mail-in") is None
    assert world.threshold("a", "mail-vip") == 10
    assert world.value(f"{PREFIX}expanded_series") == 0


def test_a_learned_label_value_gets_the_threshold_of_the_pattern_in_each_tier(world: World) -> None:
    world.discovery.queues(a=["mail-in", "mail-vip", "news"])
    world.look()
    assert [world.threshold("a", queue) for queue in ("mail-in", "mail-vip", "news")] == [500, 10, None]
    assert [world.threshold("a", queue, "critical") for queue in ("mail-in", "mail-vip")] == [900, 900]
    assert world.value("user_threshold", tenant="a", queue_re="mail.*", severity="warning") == 500
    assert world.value(f"{PREFIX}expanded_series") == 2, "mail-vip is there anyway: it is written out"


def test_an_exact_key_that_leaves_out_a_dimension_is_expanded_too(world: World) -> None:
    world.discovery.queues(b=["mail"])
    world.look()
    assert world.value("user_threshold", tenant="b", queue="mail", vhost="web") == 70


def test_only_the_tenants_whose_label_values_changed_are_rendered_again(world: World) -> None:
    world.discovery.queues(a=["mail-in"], b=["mail"])
    world.look()
    before = world.snapshot
    world.discovery.queues(a=["mail-in", "mail-out"], b=["mail"])
    world.look()
    after = world.snapshot
    assert after.tenants["a"] is not before.tenants["a"]
    assert after.tenants["b"] is before.tenants["b"]
    assert after.tenants["c"] is before.tenants["c"]
    assert after.resolver is before.resolver


def test_news_about_health_alone_make_no_new_snapshot(world: World) -> None:
    world.discovery.queues(a=["mail-in"])
    world.look()
    before = world.snapshot
    world.discovery.health(last_success=1_700_000_000.0, failures=3)
    world.look()
    assert world.snapshot is before
    assert world.value(f"{PREFIX}expansion_last_success_timestamp_seconds") == 1_700_000_000
    assert world.value(f"{PREFIX}expansion_failures_total") == 3


def test_a_look_without_news_does_nothing(world: World) -> None:
    served = world.reloader.served
    world.look()
    assert world.reloader.served is served


def test_label_values_outlive_reloads_and_windows(world: World) -> None:
    world.discovery.queues(a=["mail-in"])
    world.look()
    (world.directory / "a.yaml").write_text(
        "tenants:\n  a:\n    'queue_items{queue=~\"mail.*\"}':\n"
        '      {default: 400, overrides: [{window: "22:00-06:00", value: 800}]}\n'
    )
    world.look()
    assert world.threshold("a", "mail-in") == 400
    world.now += timedelta(hours=11)
    world.look()
    assert world.threshold("a", "mail-in") == 800


def test_label_values_that_come_with_a_reload_are_in_its_snapshot(world: World) -> None:
    world.discovery.queues(a=["mail-in"])
    (world.directory / "c.yaml").write_text("tenants: {c: {queue_items: 3}}\n")
    world.look()
    assert world.threshold("a", "mail-in") == 500


def test_discovery_is_told_of_each_configuration(world: World) -> None:
    (world.directory / "c.yaml").unlink()
    world.look()
    counts = [len(configuration.tenants) for configuration in world.discovery.followed]
    assert counts == [3, 2]
    assert world.discovery.followed[-1] is world.snapshot.loaded.configuration


def test_the_timestamp_is_absent_where_nothing_has_to_be_asked(world: World) -> None:
    metric = f"{PREFIX}expansion_last_success_timestamp_seconds"
    assert world.value(metric) == 0, "never answered: older than any limit"
    for changes in ({"names": ()}, {"names": ("queue_items",), "configured": False}):
        world.discovery.health(**changes)
        world.look()
        assert world.value(metric) is None
    assert world.value(f"{PREFIX}expansion_failures_total") == 0


def test_label_sets_beyond_the_bound_are_counted(world: World) -> None:
    dropped = {("a", "queue_items"): 5, ("b", "queue_items"): 2}
    world.discovery.learned = replace(world.discovery.learned, expansion=Expansion({}, dropped))
    world.look()
    assert world.value(f"{PREFIX}expansion_dropped_label_sets") == 7


def test_a_change_is_logged_with_the_tenants_concerned(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.discovery.queues(a=["mail-in"])
    with caplog.at_level(logging.INFO):
        world.look()
    (record,) = caplog.records
    fields: dict[str, Any] = vars(record)["fields"]
    assert record.message == "label values changed"
    assert (fields["tenants"], fields["label_sets"], fields["expanded_series"]) == ("a", 1, 2)


def test_the_configuration_view_shows_where_an_expanded_threshold_comes_from(world: World) -> None:
    world.discovery.queues(a=["mail-in"])
    world.look()
    tenants = (world.snapshot.tenants["a"].tenant,)
    document = json.loads("".join(config_json(world.snapshot, tenants, world.now, NO_PACKS)))
    (expanded,) = [
        one
        for one in document["data"]["tenants"][0]["thresholds"]
        if one["dimensions"].get("queue") == "mail-in" and one["severity"] == "warning"
    ]
    assert (expanded["key"], expanded["layer"], expanded["file"], expanded["line"]) == (
        'queue_items{queue=~"mail.*"}',
        "tenant-regex",
        "a.yaml",
        3,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"names": ()}, "no key needs it"),
        ({"configured": False}, "off</span>: give --prometheus.url to expand queue_items"),
        ({}, "not asked yet"),
        (
            {"last_success": 1_772_452_770.0},
            "11:59:30+00:00 (30 s ago), 1 label sets of queue_items",
        ),
        ({"problem": "http://p:9090: <refused>"}, "http://p:9090: &lt;refused&gt;"),
    ],
)
def test_the_page_says_how_discovery_goes(world: World, changes: dict[str, Any], said: str) -> None:
    world.discovery.queues(a=["mail-in"])
    world.discovery.health(**changes)
    world.look()
    assert said in render_page(world.reloader.served, world.now)
