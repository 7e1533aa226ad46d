"""What the rules cost, against one hand-written rule per tenant, alert and tier, as tenants are added.

Each design has a real Prometheus of its own, which scrapes the same invented tenants; the two evaluate in
turn, one at a time, several cycles each, and must fire the same. `make benchmark` and others call `measure`.

    .venv/bin/python -m bench.rules --json rules.json
"""

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click

from bench.rules_data import sources
from bench.rules_prometheus import Exporters, found_program, running
from bench.rules_result import Cost, Result, Size, as_lines, summary
from bench.rules_traditional import traditional_groups
from bench.rules_turns import SLOW, Groups, Turn, UnequalError, idle_cpu, populated, take_turn
from dynamic_alerting.packs.comparison import threshold_matchers
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.promql import selector
from dynamic_alerting.packs.rules import rule_file
from dynamic_alerting.packs.snapshots import SNAPSHOT_INTERVAL

ROOT = Path(__file__).parents[1]
PACKS = ("mariadb", "redis", "kubernetes")
PLATFORM = "platform"
INTERVALS_S: dict[float, int] = {100: 5, 300: 15, 1000: 40, math.inf: 120}
"""Up to so many tenants, so many seconds between evaluations."""


def measure(
    tenants: Sequence[int] = (2, 100, 300, 1000),
    *,
    packs: Sequence[str] = PACKS,
    program: str = "prometheus",
    rounds: int = 3,
    interval_s: int | None = None,
    compare: bool = True,
    report: Callable[[str], None] = lambda _: None,
) -> Result:
    """Measure both designs, or only the packs' rules, with each number of tenants; report which comes.

    Raises:
        UnequalError: They do not fire the same, or a signal has no value for some tenant.
        FileNotFoundError: There is no such program.
    """
    everything = load_packs(ROOT / "rule-packs")
    chosen = [pack for pack in everything if pack.pack in packs]
    sizes = []
    for number in tenants:
        report(f"rules for {number:,} tenants")
        size = measure_size(
            number,
            chosen,
            program=program,
            rounds=rounds,
            interval_s=interval_s or interval_for(number),
            compare=compare,
        )
        sizes.append(size)
    return summary(tuple(pack.pack for pack in chosen), sum(len(pack.thresholds) for pack in chosen), sizes)


def interval_for(tenants: int) -> int:
    """Return seconds in which both designs evaluate everything, on a slow machine too."""
    return next(seconds for most, seconds in INTERVALS_S.items() if tenants <= most)


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
        limits = populated(servers[0], exporters, chosen, tenants)
        designs = [(servers[0], packs_groups(chosen, interval_s)), (servers[0], reading_groups(chosen))]
        if compare:
            designs.append((servers[1], traditional_groups(chosen, limits)))
        turns: list[list[Turn]] = [[] for _ in designs]
        for _ in range(rounds):
            for taken, (server, groups) in zip(turns, designs, strict=True):
                taken.append(take_turn(server, groups, interval_s))
        idle = dict(zip(servers, idle_cpu(servers, interval_s), strict=True))
    costs = [_cost(taken, idle[server]) for taken, (server, _) in zip(turns, designs, strict=True)]
    fired = turns[0][-1].firing
    if compare and fired != turns[2][-1].firing:
        differing = sorted(fired ^ turns[2][-1].firing)
        raise UnequalError(f"{tenants} tenants: {len(differing)} fire in one design only: {differing[:3]}")
    traditional = costs[2] if compare else None
    return Size(
        tenants=tenants,
        interval_s=interval_s,
        firing=len(fired),
        ours=costs[0],
        traditional=traditional,
        evaluation_ratio=traditional.evaluation_s / costs[0].evaluation_s if traditional else None,
        cpu_ratio=traditional.cpu_s / costs[0].cpu_s if traditional else None,
        reading=costs[1],
    )


def reading_groups(chosen: Sequence[Pack]) -> Groups:
    """Return one rule per key that reads its signal, and one that reads its thresholds, and that is all.

    No form of the rules can do with less while it reads each sample once: what it takes is the floor.
    """
    rules: list[dict[str, object]] = []
    for pack in chosen:
        for threshold in pack.thresholds:
            matchers = threshold_matchers(pack.component_of(threshold), pack.metric_of(threshold))
            read = (pack.signal_of(threshold).expr, selector("user_threshold", matchers))
            rules += [{"record": "tenant:nothing:count", "expr": f"count({what}) < 0"} for what in read]
    return [{"name": "reading", "rules": rules}]


def packs_groups(chosen: Sequence[Pack], interval_s: int, *, platform: bool = True) -> Groups:
    """Return the packs' rules as they are shipped, with the platform's own, but for their durations."""
    own = [each for each in load_packs(ROOT / "rule-packs") if platform and each.pack == PLATFORM]
    return [
        group
        for pack in [*chosen, *own]
        for group in comparable(rule_file(pack)["groups"], interval_s)  # type: ignore[arg-type]
    ]


def comparable(groups: Groups, interval_s: int) -> Groups:
    """Set the durations of a rule file's groups, in place, so that what fires can be compared at once.

    ``for`` is left out, in every design; slow groups take turns every fourth cycle, whatever the cycle.
    """
    for group in groups:
        if group.get("interval") == SNAPSHOT_INTERVAL:
            group["interval"] = f"{SLOW * interval_s}s"
        for rule in group["rules"]:  # type: ignore[attr-defined]
            rule.pop("for", None)
    return groups


def _cost(turns: Sequence[Turn], idle_cpu_s: float) -> Cost:
    return Cost(
        rules=round(turns[0].rules),
        evaluation_s=median(turn.evaluation_s for turn in turns),
        cpu_s=median(turn.cpu_s for turn in turns) - idle_cpu_s,
        resident_bytes=median(turn.resident_bytes for turn in turns),
        series=round(median(turn.series for turn in turns)),
        missed=round(sum(turn.missed for turn in turns)),
    )


@click.command()
@click.option("--tenants", default="2,100,300,1000", show_default=True, help="Numbers of tenants.")
@click.option(
    "--packs", default=",".join(PACKS), show_default=True, help="Packs that every tenant has data of."
)
@click.option("--rounds", default=3, show_default=True, help="Turns of each design.")
@click.option("--interval", type=int, help="Seconds between evaluations; by default more with more tenants.")
@click.option("--only-ours", is_flag=True, help="Leave the traditional rules out.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(
    tenants: str,
    packs: str,
    rounds: int,
    interval: int | None,
    *,
    only_ours: bool,
    program: str,
    file: Path | None,
) -> None:
    """Measure, and print it."""
    result = measure(
        [int(number) for number in tenants.split(",")],
        packs=packs.split(","),
        program=program,
        rounds=rounds,
        interval_s=interval,
        compare=not only_ours,
    )
    if file is not None:
        file.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    for line in as_lines(result):
        click.echo(line)


if __name__ == "__main__":
    main()
