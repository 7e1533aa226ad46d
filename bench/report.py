"""Figures as lines of a table: for a terminal, for a page, as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        subject: what was measured.
        ours: what it took.
        peer: what the peer took, and which peer; empty without one.
        ratio: of the two, as one says it; empty without one.
        line: what is asked of it; empty where nothing is.
        holds: whether it is so; None where nothing is asked.
    """

    subject: str
    ours: str
    peer: str = ""
    ratio: str = ""
    line: str = ""
    holds: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of its line in a table."""
        verdict = {None: "", True: "yes", False: "**no**"}[self.holds]
        return (self.subject, self.ours, self.peer, self.ratio, self.line, verdict)


HEADINGS = ("measured", "ours", "peer", "ratio", "line", "held")


def as_text(figures: Sequence[Figure]) -> str:
    """For a terminal."""
    blocks = []
    for figure in figures:
        named = zip(HEADINGS[1:], figure.cells[1:], strict=True)
        blocks.append("\n".join([figure.subject, *(f"  {name:6} {cell}" for name, cell in named if cell)]))
    return "\n".join([*blocks, machine()])


def as_json(figures: Sequence[Figure], raw: object) -> str:
    """For programs: the same, and the seconds and bytes behind it."""
    return json.dumps(
        {"machine": machine(), "figures": [asdict(one) for one in figures], "raw": raw}, indent=2
    )


def machine() -> str:
    """The machine, how busy it is, and when that was."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}; load average at the end {load}; "
        f"{datetime.now(UTC):%Y-%m-%d}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
