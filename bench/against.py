"""What the rules of this checkout cost beside those of another one, in pairs in one run.

Two real Prometheus servers with invented tenants evaluate in turn, A B A B; CPU time is the process's own
beyond what scraping takes. With ``--outage`` the threshold-exporters are gone while it is measured.

    .venv/bin/python -m bench.against ../before/rule-packs --tenants 100,1000 --interval 15
"""

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import yaml

from bench.report import machine
from bench.rules import PACKS, PLATFORM, ROOT, comparable
from bench.rules_data import sources
from bench.rules_prometheus import Exporters, Server, found_program, running
from bench.rules_turns import SLOW, Groups, Turn, await_thresholds, idle_cpu, populated, take_turn
from dynamic_alerting.packs.loading import load_packs


@dataclass(frozen=True, slots=True)
class Pair:
    """What both take per cycle with one number of tenants.

    Attributes:
        tenants: how many; 0 for a server without tenants and databases.
        interval_s: seconds between evaluations.
        outage: whether the threshold-exporters were gone.
        cpu_s: CPU seconds of this checkout's rules, each turn.
        other_cpu_s: the same of the other's.
        cpu_ratio: median of this checkout's ÷ the other's, turn by turn.
        evaluation_ratio: the same of evaluation time.
        series: series in the head, this checkout's and the other's; medians.
        resident_bytes: memory of the process, this checkout's and the other's; medians.
        rules: rules that are loaded, this checkout's and the other's.
        firing_differs: alerts that fire in one of the two only.
    """

    tenants: int
    interval_s: int
    outage: bool
    cpu_s: tuple[float, ...]
    other_cpu_s: tuple[float, ...]
    cpu_ratio: float
    evaluation_ratio: float
    series: tuple[float, float]
    resident_bytes: tuple[float, float]
    rules: tuple[int, int]
    firing_differs: int


def measure(
    other: Path,
    tenants: int,
    *,
    packs: Sequence[str],
    program: str,
    rounds: int,
    interval_s: int,
    outage: bool,
) -> Pair:
    """Measure both rules in turn.

    Raises:
        UnequalError: An evaluation failed, or a signal has no value for some tenant.
        FileNotFoundError: There is no such program, or a pack has no rules there.
    """
    chosen = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack in packs]
    exporters = Exporters(sources(chosen, tenants) if tenants else [])
    names = [*(pack.pack for pack in chosen), PLATFORM]
    both = [groups_of(directory, names, interval_s) for directory in (ROOT / "rule-packs", other)]
    turns: list[list[Turn]] = [[], []]
    with exporters.listening() as port, ExitStack() as stack:
        # A server each, so that neither's series weigh on the other.
        servers = [stack.enter_context(running(found_program(program), port, thresholds=True)) for _ in both]
        for server in servers:
            server.catch_up(exporters)
        if tenants:
            limits = populated(servers[0], exporters, chosen, tenants)
        served = exporters.thresholds
        for _ in range(rounds):
            for taken, server, groups in zip(turns, servers, both, strict=True):
                before_measuring = _exporters_vanish(exporters, server, interval_s) if outage else None
                taken.append(take_turn(server, groups, interval_s, before_measuring=before_measuring))
                exporters.thresholds = served
                if outage:
                    await_thresholds(server, 2 * len(limits))
        idle = idle_cpu(servers, interval_s)
    ours, theirs = ([turn.cpu_s - rest for turn in taken] for taken, rest in zip(turns, idle, strict=True))
    return Pair(
        tenants=tenants,
        interval_s=interval_s,
        outage=outage,
        cpu_s=tuple(ours),
        other_cpu_s=tuple(theirs),
        cpu_ratio=median(a / b for a, b in zip(ours, theirs, strict=True)),
        evaluation_ratio=median(a.evaluation_s / b.evaluation_s for a, b in zip(*turns, strict=True)),
        series=(median(t.series for t in turns[0]), median(t.series for t in turns[1])),
        resident_bytes=(
            median(t.resident_bytes for t in turns[0]),
            median(t.resident_bytes for t in turns[1]),
        ),
        rules=(round(turns[0][0].rules), round(turns[1][0].rules)),
        firing_differs=len(turns[0][-1].firing ^ turns[1][-1].firing),
    )


def groups_of(directory: Path, packs: Sequence[str], interval_s: int) -> Groups:
    """Return packs' rules as they are shipped, but for their durations: as `bench.rules.packs_groups`.

    Raises:
        FileNotFoundError: A pack has no ``rules.yaml`` there.
    """
    groups: Groups = []
    for pack in packs:
        text = (directory / pack / "rules.yaml").read_text(encoding="utf-8")
        groups += comparable(yaml.load(text, Loader=yaml.CSafeLoader)["groups"], interval_s)
    return groups


def _exporters_vanish(exporters: Exporters, server: Server, interval_s: int) -> Callable[[], None]:
    def vanish() -> None:
        exporters.thresholds = b""
        await_thresholds(server, 0)
        time.sleep(SLOW * interval_s)  # until a slow group has seen it

    return vanish


@click.command()
@click.argument("other", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--tenants", default="100,1000", show_default=True, help="Numbers of tenants; 0: no database at all."
)
@click.option(
    "--packs", default=",".join(PACKS), show_default=True, help="Packs that every tenant has data of."
)
@click.option("--rounds", default=3, show_default=True, help="Turns of each.")
@click.option("--interval", default=15, show_default=True, help="Seconds between evaluations.")
@click.option("--outage", is_flag=True, help="Measure while the threshold-exporters are gone.")
@click.option("--prometheus", "program", default="prometheus", show_default=True, help="The program to run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(
    *,
    other: Path,
    tenants: str,
    packs: str,
    rounds: int,
    interval: int,
    outage: bool,
    program: str,
    file: Path | None,
) -> None:
    """Measure, and print it; OTHER is another checkout's rule-packs."""
    pairs = []
    for number in tenants.split(","):
        pair = measure(
            other,
            int(number),
            packs=packs.split(","),
            program=program,
            rounds=rounds,
            interval_s=interval,
            outage=outage,
        )
        pairs.append(pair)
        mib = [value / 2**20 for value in pair.resident_bytes]
        click.echo(
            f"{pair.tenants} tenants, a cycle every {interval} s{', exporters gone' if outage else ''}: "
            f"CPU {pair.cpu_ratio:.3f} (of {median(pair.other_cpu_s) * 1000:.0f} ms), "
            f"evaluation {pair.evaluation_ratio:.3f}, series {pair.series[0] / pair.series[1]:.3f}, "
            f"memory {mib[0] / mib[1]:.3f} (of {mib[1]:.0f} MiB), rules {pair.rules[0]}/{pair.rules[1]}, "
            f"{pair.firing_differs} alerts differ"
        )
    if file is not None:
        content = {"pairs": [dataclasses.asdict(pair) for pair in pairs], "machine": machine()}
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    click.echo(machine())


if __name__ == "__main__":
    main()
