"""When the exporter asks about signals, and what becomes of the answers. No waiting, no network."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.recorded_history import RecordedHistory

from dynamic_alerting.config.asked.signals import SignalsUnknown
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.asking_thread import AT_LEAST, SOON, USUALLY, WITH_FINDINGS, AskingThread
from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.page import render_page
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.packs.bundled import load_catalogue

if TYPE_CHECKING:
    from pathlib import Path

CONNECTIONS, LAG = "tenant:mysql_threads_connected:max", "tenant:mysql_replication_lag:max"
WITHOUT_SIGNAL = "tenants:\n  db-a:\n    mysql_replication_lag: 30\n"


class World:
    """A reloader and whoever asks, on clocks that the test sets; the thread itself does not run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.now = 1_000.0
        self.history = RecordedHistory().has(CONNECTIONS, "db-a")
        self.news = 0
        catalogue = load_catalogue()
        self.asker = AskingThread(
            DiscoverySettings("http://prometheus:9090"),
            catalogue,
            directory,
            self._count,
            connect=lambda _: self.history,
            steady=lambda: self.now,
        )
        at = datetime(2026, 11, 30, tzinfo=UTC)
        source = Loader(directory, catalogue, lambda: at)
        self.reloader = Reloader(source, catalogue, clock=lambda: at, asker=self.asker)

    def _count(self) -> None:
        self.news += 1

    def write(self, text: str, name: str = "db-a.yaml") -> None:
        (self.directory / name).write_text(text)
        self.reloader.look()

    def ask(self) -> None:
        self.asker.ask()
        self.reloader.look()

    def shown(self) -> list[str]:
        assert self.reloader.served.snapshot is not None
        return [f"{one.id} {one.file}:{one.line}" for one in self.reloader.served.snapshot.findings]

    def exposition(self) -> list[bytes]:
        lines = b"".join(self.reloader.served.text.plain).splitlines()
        return [line for line in lines if line.startswith((b"user_", b"threshold_exporter_config_reloads"))]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def logged(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [getattr(record, "fields", {}).get("finding") or record.getMessage() for record in caplog.records]


def test_it_asks_soon_after_a_change_and_then_hourly(world: World) -> None:
    assert world.asker.pause() is None
    world.write(WITHOUT_SIGNAL)
    assert world.asker.pause() == SOON
    world.now += 5
    world.write(WITHOUT_SIGNAL + "    mysql_connections: 5\n")
    assert world.asker.pause() == SOON - 5, "changes that follow each other do not put it off"
    world.now += SOON
    assert world.asker.pause() == 0
    world.ask()
    assert world.asker.pause() == WITH_FINDINGS
    world.history.has(LAG, "db-a")
    world.ask()
    assert world.asker.pause() == USUALLY
    world.write(WITHOUT_SIGNAL)
    assert world.asker.pause() == AT_LEAST


def test_after_a_failure_it_asks_again_within_minutes(world: World) -> None:
    world.write(WITHOUT_SIGNAL)
    world.history.problem = SignalsUnknown("nobody answers")
    world.ask()
    assert world.asker.pause() == AT_LEAST


def test_findings_are_shown_and_change_nothing_that_is_served(world: World) -> None:
    world.write(WITHOUT_SIGNAL)
    served = world.exposition()
    assert served
    world.ask()
    assert world.news == 1
    assert world.shown() == ["DA122 db-a.yaml:3"]
    assert world.exposition() == served
    assert "DA122" in render_page(world.reloader.served, datetime(2026, 11, 30, tzinfo=UTC))


def test_they_are_logged_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.write(WITHOUT_SIGNAL)
    for _ in range(3):
        world.ask()
    world.write("tenants: {db-b: {mysql_connections: 5}}\n", "db-b.yaml")
    world.ask()
    assert sum("This threshold never fires" in record.getMessage() for record in caplog.records) == 1
    assert world.news == 1


def test_findings_that_vanish_are_forgotten(world: World) -> None:
    world.write(WITHOUT_SIGNAL)
    world.ask()
    world.history.has(LAG, "db-a")
    world.ask()
    assert world.shown() == []
    assert world.news == 2


def test_a_finding_goes_with_the_change_of_its_file_and_others_stay(world: World) -> None:
    world.history.has(CONNECTIONS, "db-b")
    world.write(WITHOUT_SIGNAL)
    world.write(WITHOUT_SIGNAL.replace("db-a", "db-b"), "db-b.yaml")
    world.ask()
    assert world.shown() == ["DA122 db-a.yaml:3", "DA122 db-b.yaml:3"]
    world.write("tenants:\n  db-a:\n    mysql_connections: 5\n")
    assert world.shown() == ["DA122 db-b.yaml:3"]


def test_while_prometheus_cannot_be_asked_the_last_findings_stay_and_it_is_said_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.write(WITHOUT_SIGNAL)
    world.ask()
    world.history.problem = SignalsUnknown("nobody answers")
    for _ in range(3):
        world.ask()
    assert world.shown() == ["DA122 db-a.yaml:3"]
    world.history.problem = None
    world.ask()
    said = [message for message in logged(caplog) if "signal" in str(message)]
    assert said.count("which thresholds have no signal cannot be asked") == 1
    assert said.count("signals are known again") == 1


def test_a_defect_does_not_end_the_thread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write(WITHOUT_SIGNAL)
    world.ask()
    monkeypatch.setattr(world, "history", None)
    world.ask()
    assert world.shown() == ["DA122 db-a.yaml:3"]
    assert world.asker.pause() == AT_LEAST


def test_a_stopped_thread_ends(world: World) -> None:
    world.asker.start()
    world.asker.stop()
    world.asker.join(10)
    assert not world.asker.is_alive()
