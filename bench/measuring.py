"""Measuring on a machine that does other things too.

CPU time of processes rather than wall time where the claim is about work; medians of several runs; and a peer
measured alternately with what is compared, so that both find the machine in the same state.
"""

import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]


class Spent(NamedTuple):
    """What something took, in seconds: CPU of this process (all threads), and time on the wall."""

    cpu: float
    wall: float


def spent(work: Callable[[], object]) -> Spent:
    """What a piece of work takes once."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def private_bytes(process: int | str = "self") -> int:
    """Memory of a process, by its number, that it shares with no other.

    https://docs.kernel.org/filesystems/proc.html: smaps_rollup counts in KiB.
    """
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(kib) for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE)) * 1024


def medians(runs: Iterable[Spent]) -> Spent:
    """The median of each of the two times."""
    taken = list(runs)
    return Spent(median(one.cpu for one in taken), median(one.wall for one in taken))


def alternately(runs: int, candidates: Mapping[str, Callable[[], object]]) -> dict[str, list[Spent]]:
    """Runs each candidate ``runs`` times, all of them in every round, after one round that does not count."""
    taken: dict[str, list[Spent]] = {name: [] for name in candidates}
    gc.collect()
    gc.disable()  # which of them would be interrupted by a collection is chance
    try:
        for round_number in range(runs + 1):
            for name, work in candidates.items():
                one = spent(work)
                if round_number:
                    taken[name].append(one)
    finally:
        gc.enable()
    return taken


def in_new_process(module: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """Runs one of the benchmarks' modules with nothing loaded or cached before; what it prints is JSON."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("src", "."))
    answer = subprocess.run(  # noqa: S603 - this project's own modules
        [sys.executable, "-m", module, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return json.loads(answer.stdout)
