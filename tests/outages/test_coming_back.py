"""Exporters come back: what was changed meanwhile counts at once, what was removed before stays so."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import pytest
from tests.outages.attempts import twice
from tests.outages.scenes import Phase
from tests.outages.servers import HEALTHY, LOOKBACK_S
from tests.outages.summary import ROW
from tests.outages.ways import killed, require_good, row
from tests.outages.world import World, started

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.outages.scenes import Scene
    from tests.outages.servers import History, Server
    from tests.outages.world import Pair

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]
ACTIVE = 'ALERTS{component!="platform"}'
HEALTHY_METRIC = "threshold_exporter_config_loaded"


def test_changes_count_at_once_and_removed_thresholds_do_not_return(
    tmp_path: Path, every_scene: list[Scene], record_property: Callable[[str, object], None]
) -> None:
    def attempt(directory: Path) -> list[str]:
        with World(directory, "prometheus", every_scene) as world:
            return story(world)

    for text in twice(attempt, tmp_path, record_property):
        record_property(ROW, text)


def story(world: World) -> list[str]:
    world.settle()
    world.write((*world.lost, *world.kept), "removed", "disable")
    # with the next turn of each slow group what was recorded of it is gone too
    world.until(lambda: not any(_keeps(each, "-removed") for each in world.servers))
    for pair in world.pairs:
        require_ended(world, pair)
    world.since = time.time()
    world.remember()
    killed(world)
    world.turn(Phase.EARLY)
    world.until_lost()
    time.sleep(LOOKBACK_S)
    rows = [row(world, pair) for pair in world.pairs]
    require_good(rows)

    world.write(world.lost, "spared", "own")
    world.write(world.lost, "goes-on", "beyond")
    back_at = time.time()
    for each in world.lost:
        each.start()
    world.until(lambda: all(pair.lost.client.instant(f"count({HEALTHY}) == 2") for pair in world.pairs))
    time.sleep(LOOKBACK_S)
    for pair in world.pairs:
        require_changed(world, pair, back_at)
    return [f"prometheus | killed and back, thresholds changed | {each}" for each in rows]


def require_ended(world: World, pair: Pair) -> None:
    """Fail unless alerts end as soon as a scrape does not find their thresholds any more."""
    server, since = pair.lost, world.since - LOOKBACK_S
    served = server.samples('user_threshold{tenant=~".+-removed"}', since, value=None)
    active = server.samples(ACTIVE, since)
    for scene in world.of_role("removed"):
        last = max(
            at for labels, found in served.items() if ("tenant", scene.tenant) in labels for at in found
        )
        # the next scrape is an interval later, and the evaluation that sees it another one at most
        late = max(_instants(active, scene)) - last - 3 * server.interval_s
        assert late <= 0, f"{server.name}: disabled, counted {late:.1f} s too long: {scene.tenant}"


def require_changed(world: World, pair: Pair, back_at: float) -> None:
    """Fail unless thresholds that are served again count as soon as they are scraped.

    An evaluation may begin while a scrape is still being stored; the next one sees it.
    """
    server = pair.lost
    first = min(at for each in server.samples(HEALTHY_METRIC, back_at).values() for at in each)
    late = first + 2 * server.interval_s
    now = started(server)
    anew = [sorted(each) for each in now.keys() & pair.active.keys() if now[each] != pair.active[each]]
    assert not anew, f"{server.name}: goes on, and has begun anew: {anew}"
    active = server.samples(ACTIVE, back_at)
    for scene in world.of_role("removed"):
        assert not _instants(active, scene), f"{server.name}: removed, and has returned: {scene.tenant}"
    for scene in world.of_role("goes-on"):
        last = max(_instants(active, scene), default=0)
        assert last <= late, f"{server.name}: raised, counted {last - first:.1f} s late: {scene.tenant}"
    for scene in world.of_role("spared"):
        begun = min(_instants(active, scene), default=math.inf)
        assert begun <= late, f"{server.name}: lowered, counted {begun - first:.1f} s late: {scene.tenant}"


def _instants(active: History, scene: Scene) -> list[float]:
    """When a scene's alert was pending or firing."""
    own = {("alertname", scene.alert), ("tenant", scene.tenant)}
    return [at for labels, instants in active.items() if own <= labels for at in instants]


def _keeps(server: Server, tenants: str) -> bool:
    """Whether a threshold is recorded of tenants whose names end so."""
    return any(dict(each)["tenant"].endswith(tenants) for each in server.thresholds())
