"""What is wrong with packs: each complaint with file, line and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PackProblem:
    """One complaint about a ``pack.yaml``, or about a directory of packs.

    Attributes:
        file: the file or directory.
        line: 1-based; 0 where it is not about a line.
        place: the field, such as ``thresholds[0].key``; empty where there is none.
        message: what is wrong.
        advice: what to write instead.
    """

    file: Path
    line: int
    place: str
    message: str
    advice: str

    def __str__(self) -> str:
        """Return ``file:line: place: message; advice``."""
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.place}{': ' if self.place else ''}{self.message}; {self.advice}"


class PackError(ValueError):
    """Packs that cannot be used. ``problems`` holds every complaint."""

    def __init__(self, problems: Iterable[PackProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
