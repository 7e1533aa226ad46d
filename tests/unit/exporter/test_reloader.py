"""What is served after each look, in one process and without waiting."""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.config.loader import Loaded, Loader
from dynamic_alerting.exporter.reloader import Reloader

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import ReadSamples, Samples

    from dynamic_alerting.model.catalogue import Catalogue


class World:
    """A reloader over a directory, with a clock that stands still until it is moved."""

    def __init__(self, directory: Path, catalogue: Catalogue, read: ReadSamples) -> None:
        self.directory = directory
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        source = Loader(directory, catalogue, lambda: self.now)
        self.reloader = Reloader(source, catalogue, clock=lambda: self.now)
        self._read = read

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)
        self.reloader.look()

    def samples(self) -> Samples:
        return self._read(b"".join(self.reloader.served.text.plain).decode())

    def value(self, name: str, **labels: str) -> float | None:
        return self._read.one(self.samples(), name, **labels)

    def threshold(self, tenant: str, severity: str = "warning") -> float | None:
        return self.value("user_threshold", tenant=tenant, metric="connections", severity=severity)

    def health(self) -> tuple[float | None, ...]:
        """Loaded, last reload successful, successes, failures."""
        prefix = "threshold_exporter_config"
        return (
            self.value(f"{prefix}_loaded"),
            self.value(f"{prefix}_last_reload_successful"),
            self.value(f"{prefix}_reloads_total", result="success"),
            self.value(f"{prefix}_reloads_total", result="failure"),
        )


@pytest.fixture
def world(conf_d: Path, catalogue: Catalogue, read_samples: ReadSamples) -> World:
    world = World(conf_d, catalogue, read_samples)
    world.reloader.look()
    return world


def test_valid_invalid_valid(world: World) -> None:
    assert (world.threshold("db-a"), world.health()) == (70, (1, 1, 1, 0))
    first_success = world.value("threshold_exporter_config_last_reload_success_timestamp_seconds")

    world.now += timedelta(seconds=10)
    world.write("db-a.yaml", "tenants: {db-a: {mysql_connections: 60\n")
    assert (world.threshold("db-a"), world.threshold("db-b")) == (70, 80)
    assert world.health() == (1, 0, 1, 1)
    assert world.value("threshold_exporter_config_file_accepted", file="db-a.yaml") == 0
    assert world.value("threshold_exporter_config_last_reload_success_timestamp_seconds") == first_success

    world.now += timedelta(seconds=10)
    world.write("db-a.yaml", "tenants: {db-a: {mysql_connections: 50}}\n")
    assert (world.threshold("db-a"), world.health()) == (50, (1, 1, 2, 1))
    assert world.value("threshold_exporter_config_file_accepted", file="db-a.yaml") == 1
    assert (
        world.value("threshold_exporter_config_last_reload_success_timestamp_seconds")
        == world.now.timestamp()
    )


def test_a_bad_value_keeps_the_last_good_one_and_is_counted(world: World) -> None:
    world.write("db-a.yaml", "tenants:\n  db-a:\n    mysql_connections: many\n    mysql_cpu: 5\n")
    assert world.threshold("db-a") == 70
    assert world.value("user_threshold", tenant="db-a", metric="cpu", severity="warning") == 5
    assert world.value("threshold_exporter_config_rejected_keys", file="db-a.yaml") == 1
    assert world.health() == (1, 1, 2, 0)
    world.write("db-a.yaml", "tenants:\n  db-a:\n    mysql_connections: 65\n")
    assert world.threshold("db-a") == 65
    assert world.value("threshold_exporter_config_rejected_keys", file="db-a.yaml") == 0


def test_bad_defaults_keep_the_last_good_ones_for_every_tenant(world: World) -> None:
    world.write("_defaults.yaml", "defaults: [")
    assert (world.threshold("db-a"), world.threshold("db-b")) == (70, 80)
    world.write("_defaults.yaml", "defaults: {mysql_connections: 90}\n")
    assert (world.threshold("db-a"), world.threshold("db-b")) == (70, 90)


def test_files_come_and_go_with_their_tenants_and_gauges(world: World) -> None:
    world.write("db-c.yaml", "tenants: {db-c: {mysql_connections: 30}}\n")
    assert (world.threshold("db-c"), world.value("threshold_exporter_tenants")) == (30, 3)
    (world.directory / "db-a.yaml").unlink()
    world.reloader.look()
    assert (world.threshold("db-a"), world.value("threshold_exporter_tenants")) == (None, 2)
    assert world.value("threshold_exporter_config_file_accepted", file="db-a.yaml") is None


def test_a_directory_that_vanishes_leaves_everything_served_until_it_is_back(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    hidden = world.directory.with_name("hidden")
    before = world.reloader.served.snapshot
    world.directory.rename(hidden)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            world.reloader.look()
    assert [record.message for record in caplog.records].count(
        "configuration cannot be loaded, the last snapshot stays served"
    ) == 1
    assert world.reloader.served.snapshot is before
    assert (world.threshold("db-a"), world.health()) == (70, (1, 0, 1, 1))
    hidden.rename(world.directory)
    world.reloader.look()
    assert (world.threshold("db-a"), world.health()) == (70, (1, 1, 2, 1))


def test_a_defect_does_not_end_the_reloads(
    conf_d: Path, catalogue: Catalogue, read_samples: ReadSamples, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(conf_d, catalogue, read_samples)
    loader = Loader(conf_d, catalogue)

    class Defective:
        broken = False

        def load(self, *, reread: bool = False) -> Loaded:
            if self.broken:
                raise ZeroDivisionError("a defect")
            return loader.load(reread=reread)

        def load_changes(self) -> Loaded | None:
            return self.load()

    source = Defective()
    world.reloader = Reloader(source, catalogue, clock=lambda: world.now)
    world.reloader.look()
    source.broken = True
    world.reloader.look()
    assert (world.threshold("db-a"), world.health()) == (70, (1, 0, 1, 1))
    assert "reload failed unexpectedly" in caplog.text
    source.broken = False
    world.reloader.look()
    assert world.health() == (1, 1, 2, 1)


def test_a_look_at_unchanged_files_does_nothing(world: World) -> None:
    served = world.reloader.served
    world.now += timedelta(days=1)
    world.reloader.look()
    assert world.reloader.served is served


def test_the_hash_is_equal_for_equal_files_wherever_they_lie(
    world: World, tmp_path: Path, catalogue: Catalogue, read_samples: ReadSamples
) -> None:
    copy = World(shutil.copytree(world.directory, tmp_path / "copy"), catalogue, read_samples)
    copy.reloader.look()
    mine = world.value("threshold_exporter_config_hash")
    assert copy.value("threshold_exporter_config_hash") == mine
    assert mine is not None
    assert 0 <= mine < 2**48
    copy.write("db-a.yaml", "tenants: {db-a: {}}\n")
    assert copy.value("threshold_exporter_config_hash") != mine


def test_logs_say_which_files_tenants_and_findings_changed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        world.write("db-a.yaml", "tenants:\n  db-a:\n    mysql_connections: many\n")
        world.write("db-b.yaml", "tenants: {db-b: {mysql_connections: 3}}\n")
    reloads = [record for record in caplog.records if record.message == "configuration reloaded"]
    assert [(vars(one)["fields"]["files"], vars(one)["fields"]["tenants"]) for one in reloads] == [
        ("db-a.yaml", None),  # the refused value changed nothing
        ("db-b.yaml", "db-b"),
    ]
    errors = [vars(record)["fields"] for record in caplog.records if record.levelno == logging.ERROR]
    assert [(error["at"].rpartition(":")[0], error["text"]) for error in errors] == [("db-a.yaml:3", "many")]


SCHEDULED = """
tenants:
  db-a:
    mysql_connections:
      default: "100"
      overrides: [{window: "22:00-06:00", value: "200"}]
"""


def test_a_scrape_after_a_boundary_shows_the_other_value(world: World) -> None:
    world.write("db-a.yaml", SCHEDULED)
    seen = []
    for hour, minute, second in ((12, 0, 0), (21, 59, 59), (22, 0, 0), (23, 0, 0)):
        world.now = datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)
        world.reloader.look()
        seen.append(world.threshold("db-a"))
    assert seen == [100, 100, 200, 200]
    following = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    assert world.value("threshold_exporter_next_schedule_change_timestamp_seconds") == following.timestamp()
    world.now = following
    world.reloader.look()
    assert world.threshold("db-a") == 100


def test_a_boundary_renders_only_the_tenants_whose_schedule_moved(world: World) -> None:
    world.write("db-a.yaml", SCHEDULED)
    before = world.reloader.served.snapshot
    world.now = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    world.reloader.look()
    after = world.reloader.served.snapshot
    assert before is not None
    assert after is not None
    assert after.tenants["db-b"] is before.tenants["db-b"]
    assert after.tenants["db-a"] is not before.tenants["db-a"]


def test_a_clock_that_is_set_back_shows_the_earlier_value_again(world: World) -> None:
    world.write("db-a.yaml", SCHEDULED)
    for hour, expected in ((23, 200), (12, 100)):
        world.now = datetime(2026, 3, 2, hour, 0, tzinfo=UTC)
        world.reloader.look()
        assert world.threshold("db-a") == expected


def test_without_schedules_there_is_no_next_change(world: World) -> None:
    assert world.value("threshold_exporter_next_schedule_change_timestamp_seconds") is None


def test_a_change_of_the_defaults_at_a_boundary_is_rendered_for_all(world: World) -> None:
    world.write(
        "_defaults.yaml",
        "defaults:\n  mysql_connections:\n    default: 80\n"
        '    overrides: [{window: "13:00-14:00", value: 90}]\n',
    )
    assert world.threshold("db-b") == 80
    world.now = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    world.reloader.look()
    assert (world.threshold("db-a"), world.threshold("db-b")) == (70, 90)
