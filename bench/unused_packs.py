"""What packs cost that nobody uses, beside the same packs with a hundred tenants.

One real Prometheus scrapes tenants that have complete data of all packs, and evaluates in turn the rules of
all and of some of these alone; another one has no database and no tenant, and evaluates the rules of all.
Evaluation counts, and CPU time of the process beyond scraping; medians of several turns.

    .venv/bin/python -m bench.unused_packs --json unused.json
"""

import dataclasses
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from bench.report import machine
from bench.rules import PACKS, PLATFORM, ROOT, packs_groups
from bench.rules_data import sources, threshold_lines
from bench.rules_prometheus import Exporters, Server, found_program, running
from bench.rules_turns import Turn, idle_cpu, populated, take_turn
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack

LIMIT = 0.15
NO_DATA = ("clickhouse_up", "db2_up", "db2_bufferpool_hit_percent", "oracle_scrape_errors")
"""Keys whose example contradicts that of another key, or needs a rule's earlier result."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What the rules of some packs take per cycle.

    Attributes:
        packs: whose rules.
        rules: how many.
        evaluation_s: the sum of all groups' evaluations, slow groups by their share.
        cpu_s: CPU seconds of the process beyond what it takes without rules.
    """

    packs: tuple[str, ...]
    rules: int
    evaluation_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Unused:
    """All packs where every tenant uses all, some of them alone, and all where nobody uses any.

    Attributes:
        tenants: how many have data of all packs.
        without_data: keys of which they have none all the same.
        used: all packs, of a server with data.
        some: some of them, of the same server.
        unused: all packs, of a server without data.
        evaluation_ratio: unused evaluation ÷ used.
        cpu_ratio: the same of CPU time.
        some_evaluation_ratio: unused evaluation ÷ that of some used packs.
        some_cpu_ratio: the same of CPU time.
        machine: where and when.
    """

    tenants: int
    without_data: tuple[str, ...]
    used: Spent
    some: Spent
    unused: Spent
    evaluation_ratio: float
    cpu_ratio: float
    some_evaluation_ratio: float
    some_cpu_ratio: float
    machine: str


def measure(
    tenants: int = 100,
    *,
    some: Sequence[str] = PACKS,
    program: str = "prometheus",
    rounds: int = 3,
    interval_s: int = 10,
) -> Unused:
    """Measure the three in turn.

    Raises:
        UnequalError: An evaluation failed, or a signal has no value for some tenant.
        FileNotFoundError: There is no such program.
    """
    everything = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack != PLATFORM]
    chosen = [pack for pack in everything if pack.pack in some]
    nothing = Exporters([])
    nothing.thresholds = threshold_lines([], [], 0)
    exporters = Exporters(sources(everything, tenants))
    path = found_program(program)
    with ExitStack() as stack:
        ports = [stack.enter_context(each.listening()) for each in (exporters, nothing)]
        servers = [stack.enter_context(running(path, port, thresholds=True)) for port in ports]
        for server, source in zip(servers, (exporters, nothing), strict=True):
            server.catch_up(source)
        full, empty = servers
        populated(full, exporters, everything, tenants, but=NO_DATA)
        choices: list[tuple[Server, list[Pack]]] = [(full, everything), (full, chosen), (empty, everything)]
        turns: list[list[Turn]] = [[] for _ in choices]
        for _ in range(rounds):
            for taken, (server, packs) in zip(turns, choices, strict=True):
                taken.append(take_turn(server, packs_groups(packs, interval_s, platform=False), interval_s))
        idle = dict(zip(servers, idle_cpu(servers, interval_s), strict=True))
    used, used_some, unused = (
        _spent(packs, taken, idle[server]) for (server, packs), taken in zip(choices, turns, strict=True)
    )
    return Unused(
        tenants=tenants,
        without_data=NO_DATA,
        used=used,
        some=used_some,
        unused=unused,
        evaluation_ratio=unused.evaluation_s / used.evaluation_s,
        cpu_ratio=unused.cpu_s / used.cpu_s,
        some_evaluation_ratio=unused.evaluation_s / used_some.evaluation_s,
        some_cpu_ratio=unused.cpu_s / used_some.cpu_s,
        machine=machine(),
    )


def _spent(packs: Sequence[Pack], turns: Sequence[Turn], idle: float) -> Spent:
    return Spent(
        packs=tuple(pack.pack for pack in packs),
        rules=round(turns[0].rules),
        evaluation_s=median(turn.evaluation_s for turn in turns),
        cpu_s=median(turn.cpu_s for turn in turns) - idle,
    )


@click.command()
@click.option("--tenants", default=100, show_default=True)
@click.option("--some", default=",".join(PACKS), show_default=True, help="Packs to evaluate alone, too.")
@click.option("--rounds", default=3, show_default=True, help="Turns of each.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(tenants: int, some: str, rounds: int, program: str, file: Path | None) -> None:
    """Measure, print, and exit 1 if unused packs cost 15 % of what they cost with tenants, or more."""
    result = measure(tenants, some=some.split(","), program=program, rounds=rounds)
    if file is not None:
        file.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    click.echo(f"{tenants} tenants; medians of {rounds} turns, ms per cycle")
    for words, spent in (("used", result.used), ("some of these", result.some), ("not used", result.unused)):
        click.echo(
            f"  {words:<13} {spent.rules:>4} rules {spent.evaluation_s * 1000:8.1f} ms "
            f"{spent.cpu_s * 1000:8.1f} ms CPU   {', '.join(spent.packs)}"
        )
    click.echo(
        f"not used ÷ used: evaluation {result.evaluation_ratio:.1%}, CPU {result.cpu_ratio:.1%}; "
        f"÷ some of these: evaluation {result.some_evaluation_ratio:.1%}, CPU {result.some_cpu_ratio:.1%}"
    )
    click.echo(result.machine)
    if result.evaluation_ratio >= LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
