"""A Prometheus's turns in the rules' benchmark: its data are made complete, then it evaluates for a while."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bench.rules_data import REPLICAS, Limit, limits_around, threshold_lines
from bench.rules_prometheus import Exporters, Server
from dynamic_alerting.packs.pack import Pack

SLOW = 4
"""Cycles between two turns of a slow group: as shipped one a minute, with the usual 15 seconds."""
PATIENCE_S = 60
"""So long everything that is scraped may take to be there."""

Groups = list[dict[str, object]]


class UnequalError(Exception):
    """The designs do not fire the same, so their costs cannot be compared."""


def populated(
    server: Server, exporters: Exporters, chosen: Sequence[Pack], tenants: int, *, but: Collection[str] = ()
) -> list[Limit]:
    """Give all tenants their thresholds, wait until they are scraped, and return them.

    Args:
        server: What scrapes them.
        exporters: What serves them.
        chosen: Whose keys.
        tenants: How many.
        but: Keys whose signals need no value, and that get no threshold.

    Raises:
        UnequalError: A signal has no value for some tenant, or a threshold is not scraped.
    """
    limits = limits_around(chosen, _seen_signals(server, chosen, tenants, but), tenants)
    exporters.thresholds = threshold_lines(chosen, limits, tenants)
    await_thresholds(server, len(REPLICAS) * len(limits))
    return limits


@dataclass(frozen=True, slots=True)
class Turn:
    """What one design did while it was its turn, per cycle, with what was then firing."""

    evaluation_s: float
    cpu_s: float
    resident_bytes: float
    series: float
    rules: float
    missed: float
    firing: frozenset[tuple[tuple[str, str], ...]]


def idle_cpu(servers: Sequence[Server], interval_s: int) -> list[float]:
    """Return the CPU seconds per cycle that scraping and storing take, without rules.

    Behind the turns: in front of them a server is still busy with what it has just learned.
    """
    for server in servers:
        server.load([], interval_s=interval_s)
    before = [server.counters().cpu_s for server in servers]
    cycles = SLOW // 2
    time.sleep(cycles * interval_s)
    return [(server.counters().cpu_s - was) / cycles for server, was in zip(servers, before, strict=True)]


def take_turn(
    server: Server, groups: Groups, interval_s: int, *, before_measuring: Callable[[], None] | None = None
) -> Turn:
    """Let a server evaluate until every group has begun, then measure while each slow group has one turn.

    Args:
        server: Where.
        groups: What.
        interval_s: Seconds between evaluations.
        before_measuring: Called once every group has begun.
    """
    server.load(groups, interval_s=interval_s)
    slow = any(group.get("interval") for group in groups)
    cycles = SLOW if slow else SLOW // 2
    time.sleep((SLOW * interval_s if slow else interval_s) + 1)
    if before_measuring is not None:
        before_measuring()
    before = server.counters()
    time.sleep(cycles * interval_s)
    after = server.counters()
    firing = server.firing()
    server.load([], interval_s=interval_s)
    if after.failed > before.failed:
        raise UnequalError(f"{after.failed - before.failed:.0f} evaluations failed")
    return Turn(
        evaluation_s=(after.evaluation_s - before.evaluation_s) / cycles,
        cpu_s=(after.cpu_s - before.cpu_s) / cycles,
        resident_bytes=after.resident_bytes,
        series=after.series,
        rules=after.rules,
        missed=after.missed - before.missed,
        firing=firing,
    )


def await_thresholds(server: Server, expected: int) -> None:
    """Wait until a server has scraped so many thresholds, of all replicas.

    Raises:
        UnequalError: It does not get there.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = server.api.instant("count(user_threshold)")
        if (found[0].value if found else 0) == expected:
            return
        if time.monotonic() > deadline:
            raise UnequalError(f"{found} thresholds of {expected} are there")
        time.sleep(1)


def _seen_signals(
    server: Server, chosen: Sequence[Pack], tenants: int, but: Collection[str]
) -> dict[str, float]:
    """Wait until every key's signal has a value for every tenant, and return one of each."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        seen, missing = {}, []
        for pack in chosen:
            for threshold in pack.thresholds:
                if threshold.key in but:
                    continue
                signal = pack.signal_of(threshold)
                folded = f"{signal.aggregate} by (tenant) ({signal.expr})"
                found = server.api.instant(folded)
                if len(found) == tenants:
                    seen[threshold.key] = found[0].value
                else:
                    missing.append(f"{threshold.key} ({len(found)})")
        if not missing:
            return seen
        if time.monotonic() > deadline:
            raise UnequalError(f"not {tenants} tenants have a signal of {', '.join(missing)}")
        time.sleep(1)
