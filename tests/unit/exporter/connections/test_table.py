"""Which connection is closed for want of room, and which one because its time is over."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dynamic_alerting.exporter.connections.limits import Limits, most_connections
from dynamic_alerting.exporter.connections.table import Connection, Connections, Reason, Stage

LIMITS = Limits(connections=6, request=10, idle=150, stalled=30, answer=300)


@dataclass
class World:
    """A table, its clock, and the connections that were closed, by name."""

    limits: Limits = LIMITS
    now: float = 1000.0
    closed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = Connections(self.limits, lambda: self.now)

    def open(self, name: str, *stages: Stage) -> Connection:
        connection = self.table.open()
        connection.abort = lambda: self.closed.append(name)
        for stage in stages:
            self.table.enter(connection, stage)
        return connection

    def after(self, seconds: float) -> list[str]:
        """The names of those that are closed when so much time has passed."""
        self.now += seconds
        before = len(self.closed)
        self.table.close_overdue()
        return self.closed[before:]


def test_for_one_too_many_the_oldest_without_a_request_is_closed_first() -> None:
    world = World()
    world.open("kept", Stage.ANSWER, Stage.NEXT)
    for name in ("first", "second"):
        world.open(name)
    world.open("answered", Stage.ANSWER)
    world.now += 2
    for name in ("new", "newer"):
        world.open(name)
    assert (world.closed, len(world.table)) == ([], 6)
    world.open("one more")
    world.open("another")
    assert world.closed == ["first", "second"]
    assert (len(world.table), world.table.closed[Reason.LIMIT]) == (6, 2)


def test_after_those_without_a_request_the_one_that_waits_longest_for_its_next_is_closed() -> None:
    world = World()
    for name in ("a", "b"):
        world.open(name, Stage.ANSWER)
    for name in ("x", "y", "z", "w"):
        connection = world.open(name, Stage.ANSWER, Stage.NEXT)
        if name == "x":
            used_again = connection
    world.table.enter(used_again, Stage.ANSWER)
    world.table.enter(used_again, Stage.NEXT)
    for name in ("new", "newer", "newest"):
        world.open(name)
        world.now += 0.1
    assert world.closed == ["y", "z", "w"]


def test_connections_that_are_answered_are_closed_last_and_the_longest_first() -> None:
    world = World()
    for number in range(6):
        world.open(f"answered {number}", Stage.ANSWER)
    world.open("new")
    world.open("newer")
    assert world.closed == ["answered 0", "new"]


def test_a_client_that_takes_nothing_of_its_answer_goes_before_a_new_connection() -> None:
    world = World()
    for name, left in (("reading", 5), ("stalled", 7), ("stalled too", 7), ("answered", 0), ("paged", 9)):
        connection = world.open(name, Stage.ANSWER)
        connection.unsent = lambda left=left: left  # type: ignore[misc] # the default binds it
    assert world.after(1) == []  # what is left is seen
    reading, *_ = world.table
    reading.unsent = lambda: 4
    world.after(2)
    for name in ("scraper", "hostile", "hostile too", "hostile as well"):
        world.open(name)
    assert world.closed == ["stalled", "stalled too", "paged"]


def test_a_new_connection_may_first_ask_while_others_only_wait() -> None:
    world = World()
    for number in range(5):
        world.open(f"kept {number}", Stage.ANSWER, Stage.NEXT)
    world.open("scraper")
    world.now += 0.5
    world.open("hostile")
    assert world.closed == ["kept 0"]


def test_many_new_connections_do_not_crowd_out_those_that_wait() -> None:
    world = World()
    for number in range(3):
        world.open(f"kept {number}", Stage.ANSWER, Stage.NEXT)
    for number in range(50):
        world.open(f"hostile {number}")
    assert [name for name in world.closed if "kept" in name] == ["kept 0"]


def test_a_request_has_its_time_from_the_first_moment_however_often_something_arrives() -> None:
    world = World()
    world.open("slow")
    assert world.after(9) == []
    assert world.after(2) == ["slow"]
    assert world.table.closed[Reason.REQUEST_TIMEOUT] == 1


def test_a_later_request_has_its_time_from_its_own_beginning() -> None:
    world = World()
    connection = world.open("kept", Stage.ANSWER, Stage.NEXT)
    assert world.after(100) == []
    world.table.enter(connection, Stage.REQUEST)
    assert world.after(9) == []
    assert world.after(2) == ["kept"]


def test_who_scrapes_every_two_minutes_keeps_the_connection() -> None:
    world = World(Limits())
    connection = world.open("prometheus")
    for _ in range(5):
        world.table.enter(connection, Stage.ANSWER)
        world.table.enter(connection, Stage.NEXT)
        assert world.after(120) == []
    assert world.after(31) == ["prometheus"]
    assert world.table.closed[Reason.IDLE_TIMEOUT] == 1


def test_a_client_that_takes_nothing_of_its_answer_is_closed() -> None:
    world = World()
    connection = world.open("stalled", Stage.ANSWER)
    left = 1000
    connection.unsent = lambda: left
    assert world.after(25) == []
    left = 999
    assert world.after(25) == []
    assert world.after(31) == ["stalled"]
    assert world.table.closed[Reason.WRITE_TIMEOUT] == 1


def test_a_client_that_takes_an_answer_bit_by_bit_has_its_time_for_the_whole() -> None:
    world = World()
    connection = world.open("dribbling", Stage.ANSWER)
    left = 1000
    connection.unsent = lambda: left
    for _ in range(14):
        left -= 1
        assert world.after(20) == []
    left -= 1
    assert world.after(21) == ["dribbling"]


def test_an_answer_that_is_not_ready_may_take_its_time() -> None:
    world = World()
    world.open("reloading", Stage.ANSWER)
    assert world.after(1000) == []


def test_a_closed_connection_is_counted_and_ended_once_whatever_arrives_afterwards() -> None:
    world = World()
    connection = world.open("gone")
    world.table.close(connection, Reason.LIMIT)
    world.table.enter(connection, Stage.ANSWER)
    world.table.close(connection, Reason.LIMIT)
    world.table.forget(connection)
    assert (len(world.table), world.closed, world.table.closed.total()) == (0, ["gone"], 1)


def test_without_any_connection_there_is_none_to_close() -> None:
    assert not World().table.close_one()


@pytest.mark.parametrize(
    ("open_files", "connections"),
    [(1, 1), (16, 8), (64, 32), (128, 64), (256, 192), (1024, 960), (1088, 1024), (65536, 1024)],
)
def test_connections_leave_descriptors_for_the_rest(open_files: int, connections: int) -> None:
    assert most_connections(open_files) == connections
