"""The exporter's benchmarks, as one program: ``python -m bench.exporter``."""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import yaml_files
from bench.fitting import fitted_power
from bench.loading import Loading, measure_loading
from bench.memory import OverReloads, measure_over_reloads
from bench.processes import Starting, measure_starting
from bench.reloading import SETTLING, Reloading, measure_reloading
from bench.report import Figure, as_json, as_text
from bench.scraping import Scraping, measure_scraping
from bench.tenants import write_tenants
from bench.yaml_files import measure_files

SCRAPE_RATIO = 100
RELOAD_SHARE = 50
LOAD_SECONDS = 5
START_SECONDS = 1
MEMORY_STAYS = 1.1  # times what it was when it had settled
LINEAR = 0.1  # how far the exponent may be from 1

# Seconds that PyYAML's C loader took for such a file where the prototype was measured, which tells how much
# slower this machine is.
_PEER_ELSEWHERE = 217e-6


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        runs: of everything but loads; medians are reported.
        loads: of each size, cold.
        tenants: of the scrape, start and memory.
        files: of the cold loads; the last is the largest.
        scrapes: in each run.
        reloads: numbers of them after which memory is looked at, ascending.
        settling: seconds to wait after files were written.
    """

    runs: int
    loads: int
    tenants: int
    files: tuple[int, ...]
    scrapes: int
    reloads: tuple[int, ...]
    settling: float


FULL = Size(
    runs=5,
    loads=3,
    tenants=1_000,
    files=(1_000, 2_500, 5_000, 10_000),
    scrapes=20,
    reloads=(10, 25, 50, 100, 200),
    settling=SETTLING,
)
TINY = Size(runs=1, loads=1, tenants=2, files=(2, 4, 8), scrapes=1, reloads=(1, 2), settling=0)


def measure(size: Size) -> tuple[list[Figure], dict[str, Any]]:
    """Everything: the figures, and the seconds and bytes that they come from."""
    with tempfile.TemporaryDirectory() as scratch:
        some, most = Path(scratch) / "some", Path(scratch) / "most"
        write_tenants(some, size.tenants)
        write_tenants(most, size.files[-1])
        scraping = measure_scraping(some, runs=size.runs, scrapes=size.scrapes)
        files = measure_files(runs=size.runs, files=min(300, size.tenants))
        starting = measure_starting(size.tenants, runs=size.runs)
        over_reloads = measure_over_reloads(size.tenants, size.reloads)
        loads = _loads(Path(scratch), size)
        reloading = measure_reloading(most, runs=size.runs, settling=size.settling)
    figures = [
        *_scraping(scraping, size.tenants),
        *_files(files),
        *_loading(loads),
        *_reloading(reloading, size.files[-1]),
        *_starting(starting, size.tenants),
        _over_reloads(over_reloads, size.tenants),
    ]
    raw = {
        "scraping": scraping,
        "files": files,
        "loads": loads,
        "reloading": reloading,
        "starting": starting,
        "over_reloads": over_reloads,
    }
    return figures, {
        name: one._asdict() if hasattr(one, "_asdict") else one  # named tuples would be lists in JSON
        for name, one in raw.items()
    }


def _loads(scratch: Path, size: Size) -> dict[int, list[Loading]]:
    """Cold loads by number of files; every size once in each run."""
    loads: dict[int, list[Loading]] = {count: [] for count in size.files}
    for count in size.files:
        write_tenants(scratch / str(count), count)
    for _ in range(size.loads):
        for count, taken in loads.items():
            taken.append(measure_loading(scratch / str(count)))
    return loads


def _scraping(taken: Scraping, tenants: int) -> Iterator[Figure]:
    for what, ours, peer in (
        ("plain", taken.plain, taken.peer_plain),
        ("gzip", taken.gzipped, taken.peer_gzipped),
    ):
        yield Figure(
            f"one scrape, {tenants:,} tenants, {taken.series:,} series, {what}: CPU",
            _milliseconds(ours),
            f"{_milliseconds(peer)} (prometheus_client renders the same series)",
            f"1/{peer / ours:.0f}",
            f"at most 1/{SCRAPE_RATIO}",
            peer / ours >= SCRAPE_RATIO,
        )


def _files(taken: dict[str, float]) -> Iterator[Figure]:
    peer = taken[yaml_files.PEER]
    for what in (yaml_files.TREE, yaml_files.COMPILED, yaml_files.PURE):
        yield Figure(
            f"reading one file, {what}: CPU",
            f"{taken[what] * 1e6:.0f} µs",
            f"{peer * 1e6:.0f} µs ({yaml_files.PEER})",
            f"{taken[what] / peer:.2f}",
        )


def _loading(loads: dict[int, list[Loading]]) -> Iterator[Figure]:
    count, largest = list(loads.items())[-1]
    cpu, wall = median(one.ours.cpu for one in largest), median(one.ours.wall for one in largest)
    peer, peer_wall = median(one.peer.cpu for one in largest), median(one.peer.wall for one in largest)
    ratio = median(one.ours.cpu / one.peer.cpu for one in largest)
    most = LOAD_SECONDS / (10_000 * _PEER_ELSEWHERE)
    subject = f"{count:,} files loaded, resolved, rendered and compressed"
    yield Figure(
        f"{subject}: time, beside whatever else runs",
        f"{wall:.2f} s",
        f"{peer_wall:.2f} s (PyYAML's C loader, same files, to dictionaries)",
        f"{wall / peer_wall:.2f}",
        line=f"under {LOAD_SECONDS} s",
        holds=wall < LOAD_SECONDS,
    )
    yield Figure(
        f"{subject}: CPU",
        f"{cpu:.2f} s",
        f"{peer:.2f} s (PyYAML's C loader, same files, to dictionaries)",
        f"{ratio:.2f}",
        f"at most {most:.1f}: {LOAD_SECONDS} s where that loader takes {_PEER_ELSEWHERE * 1e6:.0f} µs a file",
        ratio <= most,
    )
    yield Figure(
        "one file of these, PyYAML's C loader, to dictionaries: CPU",
        f"{peer / count * 1e6:.0f} µs",
        f"{_PEER_ELSEWHERE * 1e6:.0f} µs (the same loader on the machine of the prototype)",
        f"{peer / count / _PEER_ELSEWHERE:.2f}",
    )
    law = fitted_power([(n, one.ours.cpu) for n, taken in loads.items() for one in taken])
    yield Figure(
        f"loading, from {min(loads):,} to {count:,} files: exponent",
        f"{law.exponent:.3f} ± {law.margin:.3f}, its 95 % interval",
        line=f"1, within {LINEAR}",
        holds=abs(law.exponent - 1) <= LINEAR,
    )


def _reloading(taken: Reloading, files: int) -> Iterator[Figure]:
    share = taken.cold.cpu / taken.changed.cpu
    yield Figure(
        f"reload after one of {files:,} files changed, from the look to what is served: CPU",
        _milliseconds(taken.changed.cpu),
        f"{taken.cold.cpu:.2f} s (the cold load)",
        f"1/{share:.0f}",
        f"at most 1/{RELOAD_SHARE}",
        share >= RELOAD_SHARE,
    )
    yield Figure(
        f"a look at {files:,} files that did not change: CPU",
        _milliseconds(taken.idle.cpu),
        f"{_milliseconds(taken.hashing.cpu)} (reading and hashing all)",
        f"1/{taken.hashing.cpu / taken.idle.cpu:.1f}",
    )


def _starting(taken: Starting, tenants: int) -> Iterator[Figure]:
    yield Figure(
        f"start of the process until the first scrape, {tenants:,} tenants",
        f"{taken.ready:.2f} s, CPU {taken.cpu:.2f} s",
        f"CPU {taken.bare_cpu:.2f} s (without tenants)",
        line=f"under {START_SECONDS} s",
        holds=taken.ready < START_SECONDS,
    )
    yield Figure(
        f"memory for {tenants:,} tenants",
        f"{_mebibytes(taken.resident - taken.bare_resident)}",
        f"{_mebibytes(taken.bare_resident)} (without tenants)",
    )


def _over_reloads(taken: OverReloads, tenants: int) -> Figure:
    *first, last = taken.after
    ratio = taken.most_later / taken.after[taken.settled]
    return Figure(
        f"memory of the process after {', '.join(map(str, first))} and {last} reloads, {tenants:,} tenants: "
        "in each, a tenth of the files is written anew, and a twentieth of the tenants goes and others come",
        ", ".join(map(_mebibytes, taken.after.values())),
        f"{_mebibytes(taken.started)} (before the first)",
        f"{ratio:.2f}",
        line=f"after more than {taken.settled}, at most {MEMORY_STAYS} times that after {taken.settled}",
        holds=ratio <= MEMORY_STAYS,
    )


def _milliseconds(seconds: float) -> str:
    milliseconds = seconds * 1e3
    return f"{milliseconds:,.0f} ms" if milliseconds >= 100 else f"{milliseconds:.3g} ms"  # noqa: PLR2004 - digits


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def main() -> None:
    """Measures, prints, and on request writes JSON."""
    parser = argparse.ArgumentParser(description="The exporter's benchmarks.")
    parser.add_argument("--tiny", action="store_true", help="Only show that everything runs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Also write the figures as JSON.")
    chosen = parser.parse_args()
    figures, raw = measure(TINY if chosen.tiny else FULL)
    print(as_text(figures))
    if chosen.json:
        chosen.json.write_text(as_json(figures, raw) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
