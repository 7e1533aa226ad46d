"""What the rules cost, against one hand-written rule per tenant, alert and tier, as tenants are added.

Each design has a real Prometheus of its own, which scrapes the same invented tenants; the two evaluate in
turn, one at a time, several cycles each, and must fire the same. `make benchmark` and others call `measure`.

    .venv/bin/python -m bench.rules --json rules.json
"""

import dataclasses
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from bench.fitting import Line, Power, fitted_line, fitted_power
from bench.report import machine
from bench.rules_data import REPLICAS, limits_around, sources, threshold_lines
from bench.rules_prometheus import Exporters, Server, found_program, running
from bench.rules_traditional import traditional_groups
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.rules import SNAPSHOT_INTERVAL, rule_file

ROOT = Path(__file__).parents[1]
PACKS = ("mariadb", "redis", "kubernetes")
PLATFORM = "platform"
SLOW = 4
"""Cycles between two snapshots: as shipped one a minute, with the usual 15 seconds."""
PATIENCE_S = 60
"""So long everything that is scraped may take to be there."""

Groups = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a design takes per cycle; medians over the rounds.

    Attributes:
        rules: how many are loaded.
        evaluation_s: the sum of all groups' evaluations, slow groups by their share.
        cpu_s: CPU seconds of the process beyond what it takes without rules.
        resident_bytes: memory of the process.
        series: series in its head, with those scraped.
        missed: evaluations that were left out because the one before still ran, in all rounds.
    """

    rules: int
    evaluation_s: float
    cpu_s: float
    resident_bytes: float
    series: int
    missed: int


@dataclass(frozen=True, slots=True)
class Size:
    """Both designs with one number of tenants.

    Attributes:
        tenants: how many.
        interval_s: the evaluation interval.
        firing: alerts that fire.
        ours: the packs' rules.
        traditional: one rule per tenant, alert and tier; None if it was not measured.
        evaluation_ratio: traditional evaluation time ÷ ours.
        cpu_ratio: traditional CPU time ÷ ours.
    """

    tenants: int
    interval_s: int
    firing: int
    ours: Cost
    traditional: Cost | None
    evaluation_ratio: float | None
    cpu_ratio: float | None


@dataclass(frozen=True, slots=True)
class Growth:
    """How a design's evaluation time grows with the tenants: milliseconds per tenant, and as a power."""

    ms_per_tenant: Line
    power: Power


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one run measured; `slope_ratio` is the traditional slope ÷ ours."""

    packs: tuple[str, ...]
    keys: int
    sizes: tuple[Size, ...]
    ours: Growth | None
    traditional: Growth | None
    slope_ratio: float | None
    machine: str


class UnequalError(Exception):
    """The designs do not fire the same, so their costs cannot be compared."""


def measure(
    tenants: Sequence[int] = (2, 100, 300, 1000),
    *,
    packs: Sequence[str] = PACKS,
    program: str = "prometheus",
    rounds: int = 3,
    interval_s: int = 5,
    compare: bool = True,
) -> Result:
    """Measure both designs, or only the packs' rules, with each number of tenants.

    Raises:
        UnequalError: They do not fire the same, or a signal has no value for some tenant.
        FileNotFoundError: There is no such program.
    """
    everything = load_packs(ROOT / "rule-packs")
    chosen = [pack for pack in everything if pack.pack in packs]
    sizes = []
    for number in tenants:
        size = measure_size(
            number, chosen, program=program, rounds=rounds, interval_s=interval_s, compare=compare
        )
        sizes.append(size)
    return summary(tuple(pack.pack for pack in chosen), sum(len(pack.thresholds) for pack in chosen), sizes)


def summary(packs: tuple[str, ...], keys: int, sizes: Sequence[Size]) -> Result:
    """Fit how the designs grow; with fewer than three sizes there is nothing to fit."""
    ours = _growth([(each.tenants, each.ours.evaluation_s) for each in sizes])
    peer = _growth([(each.tenants, each.traditional.evaluation_s) for each in sizes if each.traditional])
    ratio = peer.ms_per_tenant.slope / ours.ms_per_tenant.slope if ours and peer else None
    return Result(packs, keys, tuple(sizes), ours, peer, ratio, machine())


def measure_size(
    tenants: int, chosen: Sequence[Pack], *, program: str, rounds: int, interval_s: int, compare: bool
) -> Size:
    """Measure one number of tenants."""
    path = found_program(program)
    exporters = Exporters(sources(chosen, tenants))
    with exporters.listening() as port, ExitStack() as stack:
        servers = [
            stack.enter_context(running(path, port, thresholds=thresholds))
            for thresholds in ([True, False] if compare else [True])
        ]
        for server in servers:
            server.catch_up(exporters)
        limits = limits_around(chosen, _seen_signals(servers[0], chosen, tenants), tenants)
        exporters.thresholds = threshold_lines(chosen, limits, tenants)
        _await_thresholds(servers[0], len(REPLICAS) * len(limits))
        rules = [packs_groups(chosen, interval_s), traditional_groups(chosen, limits)]
        idle = _idle(servers, interval_s)
        turns: list[list[_Turn]] = [[] for _ in servers]
        for _ in range(rounds):
            for taken, server, groups in zip(turns, servers, rules[: len(servers)], strict=True):
                taken.append(_turn(server, groups, interval_s))
    fired = [taken[-1].firing for taken in turns]
    if len(set(fired)) > 1:
        differing = sorted(fired[0] ^ fired[1])
        raise UnequalError(
            f"{tenants} tenants: {len(differing)} alerts fire in one design only: {differing[:3]}"
        )
    costs = [_cost(taken, cpu_s) for taken, cpu_s in zip(turns, idle, strict=True)]
    traditional = costs[1] if compare else None
    return Size(
        tenants=tenants,
        interval_s=interval_s,
        firing=len(fired[0]),
        ours=costs[0],
        traditional=traditional,
        evaluation_ratio=traditional.evaluation_s / costs[0].evaluation_s if traditional else None,
        cpu_ratio=traditional.cpu_s / costs[0].cpu_s if traditional else None,
    )


def packs_groups(chosen: Sequence[Pack], interval_s: int) -> Groups:
    """Return the packs' rules as they are shipped, and the platform's own, but for their durations.

    ``for`` is left out, in both designs, so that what fires can be compared at once; a snapshot is taken
    every fourth cycle, whatever the cycle.
    """
    platform = [each for each in load_packs(ROOT / "rule-packs") if each.pack == PLATFORM]
    groups: Groups = []
    for pack in [*chosen, *platform]:
        for group in rule_file(pack)["groups"]:  # type: ignore[attr-defined]
            if group.get("interval") == SNAPSHOT_INTERVAL:
                group["interval"] = f"{SLOW * interval_s}s"
            for rule in group["rules"]:
                rule.pop("for", None)
            groups.append(group)
    return groups


@dataclass(frozen=True, slots=True)
class _Turn:
    evaluation_s: float
    cpu_s: float
    resident_bytes: float
    series: float
    rules: float
    missed: float
    firing: frozenset[tuple[tuple[str, str], ...]]


def _idle(servers: Sequence[Server], interval_s: int) -> list[float]:
    """Return the CPU seconds per cycle that scraping and storing take, without rules."""
    before = [server.counters().cpu_s for server in servers]
    time.sleep(SLOW * interval_s)
    return [(server.counters().cpu_s - was) / SLOW for server, was in zip(servers, before, strict=True)]


def _turn(server: Server, groups: Groups, interval_s: int) -> _Turn:
    """Let a server evaluate until every group has begun, then measure while each slow group has one turn."""
    server.load(groups, interval_s=interval_s)
    slow = any(group.get("interval") for group in groups)
    time.sleep((SLOW * interval_s if slow else interval_s) + 1)
    before = server.counters()
    time.sleep(SLOW * interval_s)
    after = server.counters()
    firing = server.firing()
    server.load([], interval_s=interval_s)
    if after.failed > before.failed:
        raise UnequalError(f"{after.failed - before.failed:.0f} evaluations failed")
    return _Turn(
        evaluation_s=(after.evaluation_s - before.evaluation_s) / SLOW,
        cpu_s=(after.cpu_s - before.cpu_s) / SLOW,
        resident_bytes=after.resident_bytes,
        series=after.series,
        rules=after.rules,
        missed=after.missed - before.missed,
        firing=firing,
    )


def _cost(turns: Sequence[_Turn], idle_cpu_s: float) -> Cost:
    return Cost(
        rules=round(turns[0].rules),
        evaluation_s=median(turn.evaluation_s for turn in turns),
        cpu_s=median(turn.cpu_s for turn in turns) - idle_cpu_s,
        resident_bytes=median(turn.resident_bytes for turn in turns),
        series=round(median(turn.series for turn in turns)),
        missed=round(sum(turn.missed for turn in turns)),
    )


def _await_thresholds(server: Server, expected: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = server.api.instant("count(user_threshold)")
        if found and found[0].value == expected:
            return
        if time.monotonic() > deadline:
            raise UnequalError(f"{found} thresholds of {expected} are there")
        time.sleep(1)


def _seen_signals(server: Server, chosen: Sequence[Pack], tenants: int) -> dict[str, float]:
    """Wait until every key's signal has a value for every tenant, and return one of each."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        seen, missing = {}, []
        for pack in chosen:
            for threshold in pack.thresholds:
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


def _growth(points: Sequence[tuple[float, float]]) -> Growth | None:
    if len(points) < 3:  # noqa: PLR2004 - what a fit with an error needs
        return None
    in_ms = [(tenants, seconds * 1000) for tenants, seconds in points]
    return Growth(fitted_line(in_ms), fitted_power(in_ms))


@click.command()
@click.option("--tenants", default="2,100,300,1000", show_default=True, help="Numbers of tenants.")
@click.option(
    "--packs", default=",".join(PACKS), show_default=True, help="Packs that every tenant has data of."
)
@click.option("--rounds", default=3, show_default=True, help="Turns of each design.")
@click.option("--interval", default=5, show_default=True, help="Seconds between evaluations.")
@click.option("--only-ours", is_flag=True, help="Leave the traditional rules out.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(
    tenants: str, packs: str, rounds: int, interval: int, *, only_ours: bool, program: str, file: Path | None
) -> None:
    """Measure and print one line per number of tenants."""
    numbers = [int(number) for number in tenants.split(",")]
    result = measure(
        numbers,
        packs=packs.split(","),
        program=program,
        rounds=rounds,
        interval_s=interval,
        compare=not only_ours,
    )
    if file is not None:
        file.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    for size in result.sizes:
        for name, cost in (("ours", size.ours), ("traditional", size.traditional)):
            if cost is not None:
                click.echo(
                    f"{size.tenants:>6} tenants, {name:<11} {cost.rules:>7} rules "
                    f"{cost.evaluation_s * 1000:9.1f} ms {cost.cpu_s * 1000:9.1f} ms CPU "
                    f"{cost.resident_bytes / 2**20:7.0f} MiB {cost.series} series, "
                    f"{size.firing} firing, {cost.missed} missed"
                )
        if size.evaluation_ratio is not None and size.cpu_ratio is not None:
            click.echo(f"       ratio: evaluation {size.evaluation_ratio:.2f}, CPU {size.cpu_ratio:.2f}")
    for name, growth in (("ours", result.ours), ("traditional", result.traditional)):
        if growth is not None:
            click.echo(f"{name}: {growth.ms_per_tenant} {growth.power}")
    click.echo(result.machine)


if __name__ == "__main__":
    main()
