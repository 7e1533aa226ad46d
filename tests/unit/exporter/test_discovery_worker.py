"""The rounds: when, whom for, and what becomes of failures. Without waiting: the clocks are the test's."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.declared import declared

from dynamic_alerting.exporter.discovery.settings import DiscoverySettings
from dynamic_alerting.exporter.discovery.source import AskError
from dynamic_alerting.exporter.discovery.worker import Discovery
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Entry, Origin, Tenant
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.model.values import parse_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_alerting.model.discovery import OpenKeys
    from dynamic_alerting.model.thresholds import Labels

ORIGIN = Origin("db-a.yaml", 1, 1)
MAIL = 'queue_items{queue=~"mail.*"}'
OLD_MAIL = 'queue_age{queue=~"mail.*"}'


CATALOGUE = Catalogue.of([declared("queue_items", "queue"), declared("queue_age", "queue")])


def configuration(*keys: str) -> Configuration:
    entries = tuple(Entry(parse_key(key, CATALOGUE), parse_plain("1"), ORIGIN) for key in keys)
    return Configuration((), (), (Tenant("db-a", entries, (), None, ORIGIN),))


class World:
    """A discovery whose Prometheus is `queues`, or fails with `broken` for the keys named there."""

    def __init__(self, settings: DiscoverySettings) -> None:
        self.queues = ["mail-in", "news"]
        self.broken: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.connected = 0
        self.news = 0
        self.time = 1_000_000.0
        self.discovery = Discovery(
            settings,
            CATALOGUE,
            self._count,
            connect=self._connect,
            clock=lambda: self.time,
            steady=lambda: self.time,
        )

    def round(self, *keys: str, seconds: float = 30) -> None:
        if keys:
            self.discovery.follow(configuration(*keys))
        self.time += seconds
        self.discovery.ask()

    def label_sets(self, keys: OpenKeys) -> Mapping[str, frozenset[Labels]]:
        self.asked.append(keys.spec.key)
        if keys.spec.key in self.broken:
            raise self.broken[keys.spec.key]
        return {"db-a": frozenset((("queue", queue),) for queue in self.queues)}

    def known(self) -> dict[str, list[str]]:
        expansions = self.discovery.learned.expansion.of("db-a")
        return {name: [one[0][1] for one in sets] for (_, name), sets in expansions.items()}

    def _connect(self, _: DiscoverySettings) -> World:
        self.connected += 1
        return self

    def _count(self) -> None:
        self.news += 1


@pytest.fixture
def world() -> World:
    return World(DiscoverySettings("http://prometheus:9090"))


def messages(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.message.partition(",")[0]) for record in caplog.records]


def refused(reason: str = "too many samples") -> AskError:
    return AskError(f"http://prometheus:9090: {reason}", is_unreachable=False)


def unreachable() -> AskError:
    return AskError("http://prometheus:9090: connection refused", is_unreachable=True)


def test_nobody_is_asked_while_no_key_needs_it(world: World) -> None:
    world.discovery.ask()
    world.round("queue_items", 'queue_age{queue="mail"}')
    assert (world.asked, world.connected, world.discovery.pause()) == ([], 0, None)
    assert world.discovery.learned.health.names == ()


def test_a_round_asks_for_every_open_key_and_tells_of_it(world: World) -> None:
    world.round(MAIL, OLD_MAIL)
    assert world.asked == ["queue_age", "queue_items"]
    assert world.known() == {"queue_age": ["mail-in"], "queue_items": ["mail-in"]}
    health = world.discovery.learned.health
    assert (health.configured, health.last_success, health.failures, health.problem) == (
        True,
        world.time,
        0,
        None,
    )
    assert health.names == ("queue_age", "queue_items")
    news, expansion = world.news, world.discovery.learned.expansion
    world.round()
    assert world.news == news + 1, "the time of the last success is news"
    assert world.discovery.learned.expansion is expansion, "the label values are not"
    assert world.connected == 1


def test_a_new_label_value_is_learned_by_the_next_round(world: World) -> None:
    world.round(MAIL)
    world.queues.append("mail-out")
    world.round()
    assert world.known() == {"queue_items": ["mail-in", "mail-out"]}


def test_a_failure_leaves_the_last_expansion_and_is_logged_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.round(MAIL)
    success = world.time
    world.broken["queue_items"] = unreachable()
    with caplog.at_level(logging.INFO):
        for _ in range(100):
            world.round()
    health = world.discovery.learned.health
    assert world.known() == {"queue_items": ["mail-in"]}
    assert (health.last_success, health.failures) == (success, 100)
    assert health.problem == "http://prometheus:9090: connection refused"
    assert messages(caplog) == [("WARNING", "label values cannot be asked for")]
    world.broken.clear()
    world.queues.clear()
    with caplog.at_level(logging.INFO):
        world.round()
    assert messages(caplog)[1:] == [("INFO", "label values are known again")]
    assert world.discovery.learned.health.last_success == world.time
    assert world.known() == {"queue_items": ["mail-in"]}, "a Prometheus that has just started knows nothing"


def test_one_key_that_fails_does_not_keep_the_others_from_being_asked(world: World) -> None:
    world.broken["queue_age"] = refused()
    world.round(MAIL, OLD_MAIL)
    assert world.known() == {"queue_items": ["mail-in"]}
    health = world.discovery.learned.health
    assert (health.last_success, health.problem) == (None, "http://prometheus:9090: too many samples")


def test_nobody_answering_ends_the_round(world: World) -> None:
    world.broken["queue_age"] = unreachable()
    world.round(MAIL, OLD_MAIL)
    assert world.asked == ["queue_age"], "the second key would only wait for the same timeout"


def test_a_defect_does_not_end_the_rounds(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.round(MAIL)
    world.broken["queue_items"] = ZeroDivisionError("a defect")
    world.round()
    assert "discovery failed unexpectedly" in caplog.text
    assert world.known() == {"queue_items": ["mail-in"]}
    assert world.discovery.learned.health.problem == "ZeroDivisionError: a defect"
    world.broken.clear()
    world.round()
    assert world.discovery.learned.health.problem is None


def test_rounds_come_at_multiples_of_the_interval(world: World) -> None:
    world.round(MAIL)
    pauses = []
    for at in (999_990, 1_000_001, 1_000_019.9, 1_000_019.9999, 1_000_020):
        world.time = at
        pauses.append(round(world.discovery.pause() or 0, 3))
    assert pauses == [30, 19, 30.1, 30, 30]


def test_failures_are_repeated_soon_and_then_at_the_interval(world: World) -> None:
    world.broken["queue_items"] = unreachable()
    pauses = []
    for keys in ((MAIL,), (), (), (), (), (), ()):
        world.round(*keys)
        pauses.append(world.discovery.pause())
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    world.broken.clear()
    world.round()
    assert world.discovery.pause() == pytest.approx(30 - world.time % 30)


def test_a_configuration_without_patterns_lets_go_of_everything(world: World) -> None:
    world.round(MAIL)
    world.round("queue_items")
    assert world.known() == {}
    assert world.discovery.learned.health.names == ()


def test_without_a_prometheus_patterns_are_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World(DiscoverySettings())
    world.round("queue_items")
    assert caplog.records == []
    for keys in ((MAIL,), (MAIL, "queue_age"), (MAIL, OLD_MAIL)):
        world.round(*keys)
    warned = [vars(record)["fields"]["keys"] for record in caplog.records]
    assert warned == ["queue_items", "queue_age,queue_items"]
    assert "give --prometheus.url" in caplog.text
    assert (world.asked, world.discovery.pause()) == ([], None)
    assert world.discovery.learned.health.configured is False


def test_too_many_label_values_are_warned_about_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.queues = [f"mail-{n}" for n in range(1003)]
    for keys in ((MAIL,), (), ()):
        world.round(*keys)
    (record,) = caplog.records
    fields: dict[str, Any] = vars(record)["fields"]
    assert (fields["tenant"], fields["key"], fields["dropped"]) == ("db-a", "queue_items", 3)
    assert len(world.known()["queue_items"]) == 1000


def test_the_thread_asks_about_a_new_configuration_at_once(world: World) -> None:
    told = threading.Event()
    world.discovery._on_news = told.set  # noqa: SLF001 - the moment that the test waits for
    world.discovery.start()
    world.discovery.follow(configuration(MAIL))
    assert told.wait(10)
    while not world.known():
        told.clear()
        assert told.wait(10)
    assert world.known() == {"queue_items": ["mail-in"]}
    assert world.discovery.daemon
    world.discovery.stop()
    world.discovery.join(10)
    assert not world.discovery.is_alive()
