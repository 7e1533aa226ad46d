"""What packs cost that nobody uses: their evaluation against that of a hundred tenants with some packs.

One real Prometheus scrapes the tenants of the rules' benchmark, and evaluates in turn the rules of the packs
that they use, and of one of these alone; another one has no database and no tenant, and evaluates all packs'.
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
    """The packs that tenants use, one of them alone, and all packs where nobody uses any.

    Attributes:
        tenants: how many have data of the used packs.
        used: all packs with data.
        one: the first of them.
        unused: all packs, of a server without data.
        evaluation_ratio: unused evaluation ÷ that of the used packs.
        cpu_ratio: the same of CPU time.
        one_pack_ratio: unused evaluation ÷ that of the one pack.
        machine: where and when.
    """

    tenants: int
    used: Spent
    one: Spent
    unused: Spent
    evaluation_ratio: float
    cpu_ratio: float
    one_pack_ratio: float
    machine: str


def measure(
    tenants: int = 100,
    *,
    used: Sequence[str] = PACKS,
    program: str = "prometheus",
    rounds: int = 3,
    interval_s: int = 5,
) -> Unused:
    """Measure the three in turn.

    Raises:
        UnequalError: An evaluation failed, or a signal has no value for some tenant.
        FileNotFoundError: There is no such program.
    """
    everything = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack != PLATFORM]
    mine = [pack for pack in everything if pack.pack in used]
    nothing = Exporters([])
    nothing.thresholds = threshold_lines([], [], 0)
    exporters = Exporters(sources(mine, tenants))
    path = found_program(program)
    with ExitStack() as stack:
        ports = [stack.enter_context(each.listening()) for each in (exporters, nothing)]
        servers = [stack.enter_context(running(path, port, thresholds=True)) for port in ports]
        for server, source in zip(servers, (exporters, nothing), strict=True):
            server.catch_up(source)
        full, empty = servers
        populated(full, exporters, mine, tenants)
        choices: list[tuple[Server, list[Pack]]] = [(full, mine), (full, mine[:1]), (empty, everything)]
        turns: list[list[Turn]] = [[] for _ in choices]
        for _ in range(rounds):
            for taken, (server, packs) in zip(turns, choices, strict=True):
                taken.append(take_turn(server, packs_groups(packs, interval_s, platform=False), interval_s))
        idle = dict(zip(servers, idle_cpu(servers, interval_s), strict=True))
    all_used, one, unused = (
        _spent(packs, taken, idle[server]) for (server, packs), taken in zip(choices, turns, strict=True)
    )
    return Unused(
        tenants=tenants,
        used=all_used,
        one=one,
        unused=unused,
        evaluation_ratio=unused.evaluation_s / all_used.evaluation_s,
        cpu_ratio=unused.cpu_s / all_used.cpu_s,
        one_pack_ratio=unused.evaluation_s / one.evaluation_s,
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
@click.option("--used", default=",".join(PACKS), show_default=True, help="Packs that all tenants use.")
@click.option("--rounds", default=3, show_default=True, help="Turns of each.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(tenants: int, used: str, rounds: int, program: str, file: Path | None) -> None:
    """Measure, print, and exit 1 if unused packs cost 15 % of what the used ones do, or more."""
    result = measure(tenants, used=used.split(","), program=program, rounds=rounds)
    if file is not None:
        file.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    click.echo(f"{tenants} tenants; medians of {rounds} turns, ms per cycle")
    for words, spent in (("used", result.used), ("one of them", result.one), ("not used", result.unused)):
        click.echo(
            f"  {words:<12} {spent.rules:>4} rules {spent.evaluation_s * 1000:8.1f} ms "
            f"{spent.cpu_s * 1000:8.1f} ms CPU   {', '.join(spent.packs)}"
        )
    click.echo(
        f"not used ÷ used: evaluation {result.evaluation_ratio:.1%}, CPU {result.cpu_ratio:.1%}; "
        f"÷ one of them: evaluation {result.one_pack_ratio:.1%}"
    )
    click.echo(result.machine)
    if result.evaluation_ratio >= LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
