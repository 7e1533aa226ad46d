"""What a second core is worth here: two processes that only compute, at once, against one of them alone."""

import json
import subprocess
import sys
from statistics import median
from typing import NamedTuple

from bench.measuring import ROOT, spent

_STEPS = 5_000_000


class Cores(NamedTuple):
    """Seconds on the wall that the same computation takes.

    Attributes:
        alone: in one process, while no other computes.
        together: in each of two processes that compute at once.
    """

    alone: float
    together: float

    @property
    def speed_up(self) -> float:
        """How much more two processes get done: 2 with two cores that are free, 1 where they share one."""
        return 2 * self.alone / self.together


def measure_cores(*, runs: int) -> Cores:
    """The medians of several runs, alternately."""
    alone, together = [], []
    for _ in range(runs):
        alone += _compute(1)
        together += _compute(2)
    return Cores(median(alone), median(together))


def _compute(processes: int) -> list[float]:
    command = [sys.executable, "-m", __name__]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)  # noqa: S603 - this module
        for _ in range(processes)
    ]
    return [json.loads(process.communicate()[0]) for process in running]


def _count() -> None:
    total = 0
    for number in range(_STEPS):
        total += number & 7


if __name__ == "__main__":
    print(json.dumps(spent(_count).wall))
