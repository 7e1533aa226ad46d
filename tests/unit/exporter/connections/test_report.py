"""The log about closed connections: short, whatever happens."""

from __future__ import annotations

import errno
import logging
import os
from typing import Any

import pytest

from dynamic_alerting.exporter.connections.limits import Limits
from dynamic_alerting.exporter.connections.report import Report
from dynamic_alerting.exporter.connections.table import Connections, Reason


class World:
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.now = 1000.0
        self.table = Connections(Limits(connections=8), lambda: self.now)
        self.report = Report(self.table)
        self._caplog = caplog

    def close(self, reason: Reason, count: int = 1) -> None:
        self.table.closed[reason] += count

    def said(self, after: float = 1) -> list[dict[str, Any]]:
        """The fields of the lines that are logged when so much time has passed."""
        self.now += after
        self._caplog.clear()
        with self._caplog.at_level(logging.INFO):
            self.report.say()
        return [vars(record)["fields"] for record in self._caplog.records]


@pytest.fixture
def world(caplog: pytest.LogCaptureFixture) -> World:
    return World(caplog)


def test_nothing_is_said_when_nothing_happens(world: World) -> None:
    assert world.said(1000) == []


def test_the_first_is_said_at_once_and_the_next_after_a_minute_with_counts(world: World) -> None:
    world.close(Reason.LIMIT)
    (first,) = world.said()
    assert (first["limit"], first["most"], first["open"]) == (1, 8, 0)
    for _ in range(58):
        world.close(Reason.LIMIT, 100)
        world.close(Reason.REQUEST_TIMEOUT)
        assert world.said() == []
    (second,) = world.said(2)
    assert (second["limit"], second["request_timeout"]) == (5800, 58)
    assert world.said(1000) == []


def test_idle_connections_are_not_worth_a_line(world: World) -> None:
    world.close(Reason.IDLE_TIMEOUT, 100)
    assert world.said() == []
    world.close(Reason.WRITE_TIMEOUT)
    (line,) = world.said()
    assert "idle_timeout" not in line


def test_connections_that_could_not_be_accepted_are_counted_with_the_reason(world: World) -> None:
    for _ in range(100):
        world.report.not_accepted(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
    (line,) = world.said()
    assert (line["not_accepted"], line["error"]) == (100, "Too many open files")
    assert world.said(100) == []
