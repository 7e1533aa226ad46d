"""Why the platform could not be started, or does not run any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TAIL_LINES = 20
"""Prometheus writes about 15 lines of farewell after the one that says why."""


class StackError(Exception):
    """The platform could not do what it was asked; the text says what to do about it."""


class MissingProgramsError(StackError):
    """Programs that the platform is made of are not installed."""


class PortTakenError(StackError):
    """Another process listens where one of ours should."""


class ProgramError(StackError):
    """A program of ours ended, or never became healthy. Its log's last lines are in the text."""

    def __init__(self, name: str, problem: str, log: Path) -> None:
        lines = tail(log)
        shown = "".join(f"\n    {line}" for line in lines) or "\n    (its log is empty)"
        super().__init__(f"{name} {problem}. The last lines of {log}:{shown}")
        self.name = name


class AlreadyRunningError(StackError):
    """Another process holds the state directory and runs the platform in it."""


def tail(log: Path, lines: int = TAIL_LINES) -> list[str]:
    """Return the last lines of a log file; none when there is no such file yet."""
    if not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
