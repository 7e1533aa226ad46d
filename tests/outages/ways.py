"""Ways to lose both threshold-exporters, and what is looked at while they are lost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.outages.scenes import Phase
from tests.outages.servers import FACTOR, LOOKBACK_S, start_all, stop_all
from tests.outages.world import DisturbedError, World, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.outages.world import Pair

DOWN_S = 30 / FACTOR
_SPARED = 'user_threshold{tenant=~".+-spared"}'
RESTARTS_AFTER_S = 4 * 60 / FACTOR


@dataclass(frozen=True)
class Way:
    """How exporters are lost.

    Attributes:
        lose: Does it.
        later: Happens once they are seen to be lost.
        timeout: Of a scrape, as a part of the interval.
        restarts: Prometheus restarts, so short alerts start again, in the twin too.
    """

    name: str
    lose: Callable[[World], None]
    later: Callable[[World], None] = lambda _: None
    timeout: float = 1
    restarts: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Row:
    """What a way did to a server of one interval.

    Attributes:
        packs: How many have thresholds.
        broken: Those that did not keep every threshold at its value.
        wrong: Alerts that fired and should not have.
        missing: Alerts that did not fire at some evaluation and should have.
        restarted: Alerts that went on, but whose ``for`` began anew.
        details: Of all that.
    """

    interval_s: int
    packs: int
    broken: tuple[str, ...]
    wrong: int
    missing: int
    restarted: int
    details: str = ""

    @property
    def is_good(self) -> bool:
        return not (self.broken or self.wrong or self.missing or self.restarted)

    def __str__(self) -> str:
        kept = f"{self.packs - len(self.broken)} of {self.packs}"
        return f"{self.interval_s:>3} s | {kept} | {self.wrong} | {self.missing} | {self.restarted}"


def killed(world: World) -> None:
    for each in world.lost:
        each.kill()


def hanging(world: World) -> None:
    for each in world.lost:
        each.hang()


def removed(world: World) -> None:
    for pair in world.pairs:
        pair.lost.discover(())


def in_turn(world: World) -> None:
    """The second exporter has been told of a lower threshold, the first, which is lost earlier, has not."""
    world.write((world.lost[1], world.kept[1]), "spared", "own")
    world.scenes = [
        replace(each, role=replace(each.role, spared=False)) if each.role.name == "spared" else each
        for each in world.scenes
    ]
    world.until(lambda: _everywhere(world, f"max by (tenant) ({_SPARED}) > min by (tenant) ({_SPARED})"))
    world.lost[0].kill()
    world.kept[0].kill()
    world.until(lambda: _everywhere(world, f"count by (tenant) ({_SPARED}) == 1"))
    # what changed within the last minute may be held as it was: that minute passes
    world.until(lambda: all(_is_recorded(pair) for pair in world.pairs))
    world.remember()
    killed(world)


def _everywhere(world: World, query: str) -> bool:
    """Whether a query says something of each of the tenants that are told of a lower threshold."""
    number = len(world.of_role("spared"))
    return all(len(each.client.instant(query)) == number for each in world.servers)


def _is_recorded(pair: Pair) -> bool:
    """Whether what is recorded of thresholds is what is served."""
    served = pair.lost.client.instant("max without (job, instance) (user_threshold)")
    return sorted(pair.lost.thresholds().values()) == sorted(each.value for each in served)


def while_prometheus_is_down(world: World) -> None:
    stop_all(world.servers)
    killed(world)
    time.sleep(DOWN_S)
    start_all(world.servers)


def restart_prometheus(world: World) -> None:
    time.sleep(RESTARTS_AFTER_S)
    stop_all(world.servers)
    time.sleep(DOWN_S)
    start_all(world.servers)


KILLED = Way("both killed", killed)
WAYS = (
    KILLED,
    Way("hanging until the timeout, which is the interval", hanging),
    Way("hanging until a shorter timeout", hanging, timeout=0.5),
    Way("removed from discovery", removed),
    Way("one after the other, with different thresholds", in_turn),
    Way("killed while Prometheus is down", while_prometheus_is_down, restarts=True),
    Way("killed, and Prometheus restarts in the outage", killed, restart_prometheus, restarts=True),
)


def play(world: World, way: Way, *, lasting_s: float = LOOKBACK_S) -> list[Row]:
    """Lose the exporters, let signals change at once and again after a while, and say what came of it.

    Args:
        world: Just started.
        way: How they are lost.
        lasting_s: Seconds from the loss to the second change.

    Raises:
        DisturbedError: The machine was too busy to tell.
    """
    world.settle()
    way.lose(world)
    world.turn(Phase.EARLY)
    world.until_lost()
    change_at = time.monotonic() + lasting_s
    way.later(world)
    world.until_shown(Phase.EARLY)
    time.sleep(max(0, change_at - time.monotonic()))
    world.turn(Phase.LATE)
    world.until_shown(Phase.LATE)
    return [row(world, pair, restarts=way.restarts) for pair in world.pairs]


def row(world: World, pair: Pair, *, restarts: bool = False) -> Row:
    """Say what an outage has done to one server up to now.

    Raises:
        DisturbedError: Something differs, and the machine was too busy to tell why.
    """
    found = world.differences(pair)
    held = pair.lost.thresholds()
    changed = {each for each in pair.before if held.get(each) != pair.before[each]}
    now = {} if restarts else started(pair.lost)
    anew = [each for each in now.keys() & pair.active.keys() if now[each] != pair.active[each]]
    details = f"{found}\nnot kept: {sorted(map(sorted, changed))[:5]}\nbegan anew: {anew[:5]}"
    packs = {scene.tenant: scene.pack for scene in world.scenes}
    broken = {packs[dict(each)["tenant"]] for each in changed}
    made = Row(
        pair.interval_s,
        len(set(packs.values())),
        tuple(sorted(broken)),
        len(found.wrong),
        len(found.missing),
        len(anew),
        details,
    )
    if found.disturbed and not made.is_good:
        raise DisturbedError(f"every {pair.interval_s} s: {made.details}")
    return made


def require_good(rows: Iterable[Row]) -> None:
    """Fail with the details of what was lost."""
    bad = [f"every {each.interval_s} s: {each.details}" for each in rows if not each.is_good]
    assert not bad, "\n".join(bad)
