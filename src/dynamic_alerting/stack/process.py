"""Starting and ending a child process that must not outlive this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dynamic_alerting.stack.errors import ProgramError, StackError
from dynamic_alerting.stack.identity import Identity, group_runs, identify, is_alive, send_signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GRACE_S = 10.0
"""Seconds between asking programs to end and killing them."""
KILL_S = 10.0
"""Seconds that a killed process may take to be gone."""
_COLLECTED_WITHIN_S = 1.0

_TETHER = Path(__file__).with_name("tether.py")
# Prefixes of variables that would change what our programs do.
_NOT_INHERITED = ("DATA_SOURCE_NAME", "THRESHOLD_EXPORTER_", "PROMETHEUS_")


@dataclass(frozen=True, slots=True)
class Child:
    """A running child process and where its output goes."""

    name: str
    popen: subprocess.Popen[bytes]
    identity: Identity
    log: Path

    def require_alive(self) -> None:
        """Check that it runs.

        Raises:
            ProgramError: it ended; with its exit code and its log's last lines.
        """
        code = self.popen.poll()
        if code is not None:
            raise ProgramError(self.name, f"ended ({describe_exit(code)})", self.log)

    def is_collected(self) -> bool:
        """Whether the system has given up its exit code, which follows its end within moments."""
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(_COLLECTED_WITHIN_S)
        return self.popen.returncode is not None


def spawn(name: str, command: Sequence[str], *, log: Path) -> Child:
    """Start a program in a process group of its own, its output appended to ``log``.

    Raises:
        RuntimeError: not called from the main thread. Linux kills the child when the *thread* that
            started it ends, so any other thread would end it too early.
        ProgramError: it ended at once.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("programs are started from the main thread only")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}
    with log.open("ab") as output:
        popen = subprocess.Popen(  # noqa: S603 - the command is ours, no shell
            [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=log.parent,
            start_new_session=True,
        )
    identity = identify(popen.pid)
    if identity is None:
        raise ProgramError(name, f"ended at once ({describe_exit(popen.wait())})", log)
    return Child(name, popen, identity, log)


def end_all(identities: Iterable[Identity], grace_s: float = GRACE_S) -> None:
    """Ask processes to end, wait, and kill those that did not; each only if it is still itself.

    What they started in their groups is asked with them, and waited for.
    """
    asked = remaining = [identity for identity in identities if _ask_to_end(identity)]
    deadline = time.monotonic() + grace_s
    try:
        while (remaining := _still_alive(remaining)) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        # Also when the person waiting presses Ctrl-C again.
        for identity in _still_alive(remaining):
            send_signal(identity, signal.SIGKILL, whole_group=True)
    deadline = time.monotonic() + KILL_S
    while remaining := _still_alive(remaining):
        if time.monotonic() > deadline:
            pids = ", ".join(str(identity.pid) for identity in remaining)
            raise StackError(f"the kernel has not ended these processes {KILL_S:.0f} s after SIGKILL: {pids}")
        time.sleep(0.02)
    while any(group_runs(identity.pid) for identity in asked) and time.monotonic() < deadline:
        time.sleep(0.05)


def end_children(children: Iterable[Child]) -> None:
    """End programs that this process started, and take their exit codes, so that nothing of them is left."""
    ending = list(children)
    end_all(child.identity for child in ending)
    for child in ending:
        child.popen.wait()


def describe_exit(code: int) -> str:
    """Say an exit code in words: ``exit code 2``, ``killed by SIGKILL``."""
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def _ask_to_end(identity: Identity) -> bool:
    return send_signal(identity, signal.SIGTERM, whole_group=True)


def _still_alive(identities: Iterable[Identity]) -> list[Identity]:
    return [identity for identity in identities if is_alive(identity)]
