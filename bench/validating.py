"""``da-tools validate`` on many tenants' files, against others that read the same thresholds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring import ROOT
from bench.tenants import THRESHOLDS, write_tenants
from bench.traditional_files import write_rules
from dynamic_alerting.stack.errors import StackError

VALIDATE, YAML, PROMTOOL = "da-tools validate", "PyYAML's C loader", "promtool check rules"

_TOOL = "from dynamic_alerting.cli.main import main; main()"
_LOAD = """
import gc, pathlib, sys, yaml
gc.disable()  # as it is while da-tools loads
files = sorted(pathlib.Path(sys.argv[1]).iterdir())
kept = [yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in files]
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program: seconds of CPU, seconds on the wall, the most bytes of memory at once."""

    cpu: float
    wall: float
    memory: int


@dataclass(frozen=True, slots=True)
class FilesOf:
    """The files of so many tenants, and what reading them took each program.

    Attributes:
        tenants: one file each, beside an empty platform file; 0 for the start of the programs alone.
        rules: in the rule files that say the same.
        runs: by program; all of them in every round, promtool in the first only, as it takes so long.
    """

    tenants: int
    rules: int
    runs: dict[str, list[Run]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Validating:
    """By number of tenants, ascending; each tenant's file has ``thresholds`` of them."""

    thresholds: int
    sizes: list[FilesOf]


def measure_validating(
    sizes: Sequence[int], *, runs: int, report: Callable[[str], None] = lambda _: None
) -> Validating:
    """Runs every program ``runs`` times on the files of every size, and on none.

    Raises:
        StackError: a program failed, or found something wrong with the files.
    """
    if shutil.which("promtool") is None:
        raise StackError("promtool is no program here; `make setup` installs it with Prometheus")
    return Validating(THRESHOLDS, [_measure(tenants, runs, report) for tenants in sorted({0, *sizes})])


def _measure(tenants: int, runs: int, report: Callable[[str], None]) -> FilesOf:
    with tempfile.TemporaryDirectory(prefix="bench-validating-") as scratch:
        files, rules = Path(scratch) / "conf.d", Path(scratch) / "rules"
        write_tenants(files, tenants)
        count = write_rules(files, rules)
        commands: dict[str, list[str]] = {
            VALIDATE: [sys.executable, "-P", "-c", _TOOL, "validate", str(files)],
            YAML: [sys.executable, "-P", "-c", _LOAD, str(files)],
            PROMTOOL: ["promtool", "check", "rules", *(str(path) for path in sorted(rules.iterdir()))],
        }
        taken: dict[str, list[Run]] = {name: [] for name in commands}
        for number in range(1, runs + 1):
            for name, command in commands.items():
                if name != PROMTOOL or number == 1:
                    taken[name].append(run(command))
            report(f"files of {tenants:,} tenants read by each program, run {number} of {runs}")
    return FilesOf(tenants, count, taken)


def run(command: Sequence[str]) -> Run:
    """Runs a program to its end.

    Raises:
        StackError: it failed.
    """
    with subprocess.Popen(  # noqa: S603 - programs of this project and its peers
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("child_usage.py")), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        text=True,
        start_new_session=True,
    ) as runner:
        try:
            printed, complaints = runner.communicate()
        except BaseException:  # Ctrl-C: the program is not the runner
            os.killpg(runner.pid, signal.SIGKILL)
            raise
    taken = json.loads(printed)
    if taken["code"] != 0:
        raise StackError(f"{command[0]} ended with exit code {taken['code']}:\n{complaints[-2000:]}")
    return Run(taken["cpu"], taken["wall"], taken["memory"])
