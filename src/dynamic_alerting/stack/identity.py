"""Knowing a process again: a pid alone may belong to somebody else by now, so its start time is kept too."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid and when the process with it started, as the system tells it (only compared)."""

    pid: int
    started: str


def identify(pid: int) -> Identity | None:
    """Say which process has this pid now; None if there is none, or only its zombie."""
    started = _started_linux(pid) if sys.platform == "linux" else _started_ps(pid)
    return None if started is None else Identity(pid, started)


def is_alive(identity: Identity) -> bool:
    """Whether that very process still runs."""
    return identify(identity.pid) == identity


def send_signal(identity: Identity, number: signal.Signals, *, whole_group: bool = False) -> bool:
    """Send a signal to that very process, and to no other.

    Args:
        identity: the process.
        number: the signal.
        whole_group: to the processes that it started in its own process group as well.

    Returns:
        Whether the process was there.
    """
    if not is_alive(identity):
        return False
    with suppress(ProcessLookupError):
        if whole_group and os.getpgid(identity.pid) == identity.pid:
            os.killpg(identity.pid, number)
        else:
            os.kill(identity.pid, number)
    return True


def group_runs(leader: int) -> bool:
    """Whether a process still runs in the group that a process leads, or led.

    False where the system has no /proc.
    """
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if fields[0] not in "ZX" and int(fields[2]) == leader:  # proc(5): state, process group
            return True
    return False


def _started_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): after the command in parentheses come state (field 3), threads (20), start time (22).
    fields = stat.rpartition(")")[2].split()
    state, threads = fields[0], int(fields[17])
    # Of a process that is ending, the first thread can be a zombie while others still run.
    if state in "ZX" and threads <= 1:
        return None
    return f"{_BOOT_ID.read_text(encoding='ascii').strip()} {fields[19]}"


def _started_ps(pid: int) -> str | None:
    answer = subprocess.run(  # noqa: S603 - fixed arguments and a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
