"""What this checkout's threshold-exporter costs beside another one's, in pairs in one run.

Both load the same tenants, in turn, A B B A: a cold load until the first scrape is answered, reloads of one
changed file, scrapes in plain and compressed. Every tenant chooses the same packs, and the generated
``_defaults.yaml`` holds all their defaults, so that both serve the same series whether packs' defaults are
built in or not; a key that only one of the two declares is switched off. The output says so if the numbers of
series still differ.

    git worktree add ../before main
    .venv/bin/python -m bench.exporter_against ../before --tenants 1000,10000
"""

import dataclasses
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import click

from bench.exporter_process import ExporterProcess
from bench.measuring import ROOT, Spent
from bench.report import machine
from bench.tenants import PACKS, tenant_file, tenant_name
from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.packs.bundled import load_catalogue

COLD, RELOAD, PLAIN, GZIP = "cold load", "reload of one file", "scrape", "scrape, gzip"
_WORKS = (COLD, RELOAD, PLAIN, GZIP)

#: Looks that nothing caused would be measured with whatever happens to run.
_FLAGS = ("--config.reload-interval", "60m")

_CATALOGUE = Path("src", "dynamic_alerting", "packs", "catalogue.json")
_SERIES = re.compile(rb"^user_(?:threshold|state_filter)\{", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two checkouts, its copy of the files, and what it took.

    Attributes:
        checkout: its root.
        directory: its configuration.
        taken: CPU and wall time by what was done, each time.
        series: numbers of series that it served.
    """

    checkout: Path
    directory: Path
    taken: dict[str, list[Spent]] = field(default_factory=lambda: {work: [] for work in _WORKS})
    series: set[int] = field(default_factory=set)

    @contextmanager
    def measured(self, work: str, process: ExporterProcess, times: int = 1) -> Iterator[None]:
        """Notes what a running exporter takes for something that is done so many times."""
        cpu, wall = process.cpu(), time.perf_counter()
        yield
        spent = Spent(process.cpu() - cpu, time.perf_counter() - wall)
        self.taken[work].append(Spent(spent.cpu / times, spent.wall / times))


@dataclass(frozen=True, slots=True)
class Compared:
    """This checkout beside the other, with one number of tenants.

    Attributes:
        tenants: how many.
        series: that were served by this one, and by the other.
        medians: seconds of CPU and on the wall by what was done: this one's, the other's.
    """

    tenants: int
    series: tuple[int, int]
    medians: dict[str, tuple[Spent, Spent]]

    def lines(self) -> Iterator[str]:
        """Ratios of the medians, and the other's medians."""
        differ = "" if self.series[0] == self.series[1] else f", but {self.series[1]} of the other's"
        yield f"{self.tenants} tenants, {self.series[0]} series{differ}"
        for work, (ours, theirs) in self.medians.items():
            yield (
                f"  {work}: CPU {ours.cpu / theirs.cpu:.3f} (of {theirs.cpu * 1000:.1f} ms), "
                f"wall {ours.wall / theirs.wall:.3f} (of {theirs.wall * 1000:.1f} ms)"
            )


def measure(other: Path, tenants: int, *, rounds: int, reloads: int, scrapes: int) -> Compared:
    """Measures both in turn, each round with new processes.

    Args:
        other: The other checkout's root.
        tenants: How many.
        rounds: Cold loads of each.
        reloads: Of each in one round.
        scrapes: Of each in one round, in each encoding.

    Raises:
        FileNotFoundError: There is no checkout with a catalogue.
    """
    ours, theirs = load_catalogue(), _keys(other)
    both = Catalogue.of(spec for spec in ours.specs.values() if spec.key in theirs)
    defaults = defaults_file(ours, theirs)
    with tempfile.TemporaryDirectory() as scratch:
        sides = [Side(ROOT, Path(scratch, "this")), Side(other.resolve(), Path(scratch, "other"))]
        for side in sides:
            _write(side.directory, defaults, tenants, both)
        for number in range(rounds):
            _round(sides if number % 2 == 0 else sides[::-1], both, number, reloads, scrapes)
    this, that = sides
    return Compared(
        tenants,
        (max(this.series), max(that.series)),
        {work: (_medians(this.taken[work]), _medians(that.taken[work])) for work in _WORKS},
    )


def defaults_file(ours: Catalogue, theirs: dict[str, str]) -> str:
    """A ``_defaults.yaml`` with every default of the packs that tenants choose.

    Args:
        ours: This checkout's keys.
        theirs: The other's keys, and the packs that declare them.
    """
    values: dict[str, str] = {key: "disable" for key, pack in theirs.items() if pack in PACKS}
    for spec in (one for one in ours.specs.values() if one.pack in PACKS):
        known = spec.key in theirs
        for key, default in ((spec.key, spec.default), (f"{spec.key}_critical", spec.default_critical)):
            if default is not None:
                values[key] = default if known else "disable"
            elif key == spec.key:
                values.pop(key, None)
    return "defaults:\n" + "".join(f"  {key}: {json.dumps(value)}\n" for key, value in values.items())


def _keys(checkout: Path) -> dict[str, str]:
    document = json.loads((checkout / _CATALOGUE).read_text(encoding="utf-8"))
    return {spec["key"]: spec["pack"] for spec in document["keys"]}


def _write(directory: Path, defaults: str, tenants: int, catalogue: Catalogue) -> None:
    directory.mkdir()
    (directory / "_defaults.yaml").write_text(defaults, encoding="utf-8")
    for number in range(tenants):
        _change(directory, number, catalogue, 0)()


def _change(directory: Path, number: int, catalogue: Catalogue, generation: int) -> Callable[[], object]:
    path, text = directory / f"{tenant_name(number)}.yaml", tenant_file(number, catalogue, generation)
    new = directory.with_name(f"{directory.name}-{path.name}")  # outside, where no directory watch sees it
    new.write_text(text, encoding="ascii")
    return lambda: new.replace(path)  # as tools do; what is written in place is waited for


def _round(sides: list[Side], catalogue: Catalogue, number: int, reloads: int, scrapes: int) -> None:
    with ExitStack() as stack:
        running = []
        for side in sides:
            process = stack.enter_context(ExporterProcess(side.directory, side.checkout, _FLAGS))
            side.taken[COLD].append(Spent(process.cpu(), process.started_in))
            side.series.add(len(_SERIES.findall(process.scrape())))
            running.append((side, process))
        for reload in range(reloads):
            for side, process in running:
                change = _change(side.directory, 0, catalogue, 1 + number * reloads + reload)
                with side.measured(RELOAD, process):
                    process.reload_after(change)
        for work, encoding in ((PLAIN, "identity"), (GZIP, "gzip")):
            for turn in (running, running[::-1]):
                for side, process in turn:
                    with side.measured(work, process, scrapes):
                        for _ in range(scrapes):
                            process.scrape(encoding)


def _medians(taken: list[Spent]) -> Spent:
    return Spent(median(one.cpu for one in taken), median(one.wall for one in taken))


@click.command()
@click.argument("other", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tenants", default="1000,10000", show_default=True, help="Numbers of tenants.")
@click.option("--rounds", default=4, show_default=True, help="Cold loads of each; even is fairest.")
@click.option("--reloads", default=5, show_default=True, help="Reloads of each in a round.")
@click.option("--scrapes", default=20, show_default=True, help="Scrapes of each in a turn, two a round.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write everything.")
def main(*, other: Path, tenants: str, rounds: int, reloads: int, scrapes: int, file: Path | None) -> None:
    """Measure, and print ratios of medians; OTHER is the root of another checkout."""
    pairs = []
    for number in tenants.split(","):
        compared = measure(other, int(number), rounds=rounds, reloads=reloads, scrapes=scrapes)
        pairs.append(compared)
        click.echo("\n".join(compared.lines()))
    if file is not None:
        content = {"pairs": [dataclasses.asdict(pair) for pair in pairs], "machine": machine()}
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    click.echo(machine())


if __name__ == "__main__":
    main()
