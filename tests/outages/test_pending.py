"""Both exporters restart while a hundred tenants are pending for one bad sample: nobody is paged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.outages.attempts import twice
from tests.outages.comparison import FIRING
from tests.outages.scenes import Phase, Role, Scene
from tests.outages.servers import HEALTHY
from tests.outages.summary import ROW
from tests.outages.world import Pair, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dynamic_alerting.packs.pack import Series

pytestmark = [pytest.mark.stack, pytest.mark.timeout(480)]

TENANTS = 100
WAY = f"both restart while {TENANTS} tenants are pending for one bad sample"
EVERY_ALERT = 'ALERTS{component="mysql"}'


def scenes() -> list[Scene]:
    """Tenants with 80 as their threshold, 10 connections, and 100 for the moment that is called early."""
    few: Series = {"mysql_global_status_threads_connected": 10}
    many: Series = {"mysql_global_status_threads_connected": 100}
    roles = [Role(f"{number}", (False, True, False)) for number in range(TENANTS)]
    alert, key, own = "MariaDBHighConnections", "mysql_connections", "80:critical"
    return [Scene("mariadb", role, alert, "critical", many, few, key, own) for role in roles]


def test_nobody_is_paged_for_one_bad_sample(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    def attempt(directory: Path) -> list[str]:
        with World(directory, "prometheus", scenes(), twins=False) as world:
            world.settle()
            return [f"{pair.interval_s} s | {wrong_pages(world, pair)}" for pair in world.pairs]

    rows = twice(attempt, tmp_path, record_property)
    for row in rows:
        record_property(ROW, f"prometheus | {WAY} | {row} wrong pages")


def wrong_pages(world: World, pair: Pair) -> int:
    """Let all tenants of one server have one bad sample, and lose both exporters for as long as it takes.

    Returns:
        How many alerts fired on any server. The test fails if there are any.
    """
    server, since = pair.lost, time.time()
    world.page.once(server.name, world.text(Phase.EARLY))
    world.until(lambda: len(server.client.instant(EVERY_ALERT)) == TENANTS)
    for exporter in world.lost:
        exporter.kill()
    world.until(lambda: not server.sees_an_exporter())
    held = len(server.client.instant(EVERY_ALERT))
    for exporter in world.lost:
        exporter.start()
    healthy = f"count({HEALTHY}) == {len(world.lost)}"
    world.until(lambda: all(each.client.instant(healthy) for each in world.servers))
    world.until(lambda: not any(each.client.instant(EVERY_ALERT) for each in world.servers))
    fired = [alert for each in world.servers for alert in each.samples(FIRING, since)]
    assert not fired, f"{len(fired)} of {held} alerts fired in {server.name}, one is {sorted(fired[0])}"
    return len(fired)
