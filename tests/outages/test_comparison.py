"""Which differences between a server and its twin are excused by when each has scraped, and which are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest
from tests.outages.comparison import PULSE, Differences, differences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.outages.servers import History, Server

NOW = 1_000_000.0
ALERT = frozenset({("alertname", "MariaDBDown"), ("tenant", "mariadb-goes-on")})


@dataclass
class Told:
    """A server that says what a test tells it: the evaluations at which one alert fires, of those made."""

    fires: Iterable[int]
    evaluated: Iterable[int] = range(20)
    interval_s: float = 1.0
    restarts: int = 0
    name: str = "told"

    @property
    def client(self) -> Told:
        return self

    def instant(self, _: str) -> tuple[()]:
        return ()

    def samples(self, selector: str, _: float) -> History:
        if selector == PULSE:
            return {frozenset({("pack", "mariadb")}): tuple(NOW + each for each in self.evaluated)}
        return {ALERT: tuple(NOW + each for each in self.fires)}


def compared(lost: Told, twin: Told) -> Differences:
    return differences(cast("Server", lost), cast("Server", twin), NOW)


@pytest.mark.parametrize(
    ("lost", "twin", "wrong", "missing"),
    [
        (range(5, 10), range(5, 10), 0, 0),
        (range(6, 11), range(5, 10), 0, 0),  # began and ended an evaluation later
        (range(5, 12), range(5, 10), 1, 0),  # ended two later
        (range(3, 10), range(5, 10), 1, 0),  # began two earlier
        (range(7, 10), range(5, 10), 0, 1),  # began two later
        (range(5, 8), range(5, 10), 0, 1),
        ([5, 6, 8, 9], range(5, 10), 0, 1),  # a gap is one, however short
        ((), range(5, 10), 0, 3),
        (range(5, 10), (), 5, 0),
    ],
)
def test_one_evaluation_is_excused_where_an_alert_begins_or_ends(
    lost: Iterable[int], twin: Iterable[int], wrong: int, missing: int
) -> None:
    found = compared(Told(lost), Told(twin))
    assert (sum(found.wrong.values()), sum(found.missing.values())) == (wrong, missing)
    assert not found.disturbed


def test_as_many_are_excused_as_a_busy_machine_left_out() -> None:
    some = [each for each in range(20) if each not in {6, 7}]
    assert not compared(Told(range(5, 20)), Told(range(8, 20), some)).wrong


def test_a_machine_that_left_out_many_evaluations_in_a_row_tells_nothing() -> None:
    few = [*range(6), *range(12, 20)]
    assert compared(Told(()), Told((), few)).disturbed
    assert not compared(Told((), few, restarts=1), Told((), few, restarts=1)).disturbed
