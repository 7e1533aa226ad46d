"""A platform that keeps running after the command that started it: start, repair, stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING, cast

from dynamic_alerting.stack.errors import ProgramError, StackError
from dynamic_alerting.stack.identity import Identity, is_alive, send_signal
from dynamic_alerting.stack.platform import HEALTHY_WITHIN_S, clean_leftovers
from dynamic_alerting.stack.record import Record, StateLock
from dynamic_alerting.stack.status import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dynamic_alerting.stack.settings import Settings
    from dynamic_alerting.stack.status import PlatformStatus

_ENDED_WITHIN_S = 30.0


def start(settings: Settings, report: Callable[[str], None]) -> None:
    """Start a supervisor with a platform, and return when every program is healthy.

    Raises:
        StackError: it could not be started; nothing of it is left running then.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    log = settings.state_dir / "supervisor.log"
    with log.open("ab") as errors:
        supervisor = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", "dynamic_alerting.stack.supervisor", settings.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            text=True,
        )
    try:
        _follow(supervisor, report, log)
    except BaseException:
        supervisor.terminate()
        supervisor.wait()
        raise
    # It stays, as the system's child after this process; Popen would warn that it still runs.
    supervisor.returncode = 0


def _follow(supervisor: subprocess.Popen[str], report: Callable[[str], None], log: Path) -> None:
    with cast("IO[str]", supervisor.stdout) as messages:
        for line in messages:
            message = json.loads(line)
            if "said" in message:
                report(message["said"])
            elif "failed" in message:
                raise StackError(message["failed"])
            else:
                return
    raise ProgramError("the supervisor", "ended before the platform was ready", log)


def holder(state_dir: Path) -> Identity | None:
    """Say which process holds a running platform in this directory."""
    record = Record.read(state_dir)
    return record.holder if record is not None and is_alive(record.holder) else None


def repair(state_dir: Path, report: Callable[[str], None]) -> PlatformStatus:
    """Have the supervisor start again the programs that ended by themselves, and wait for the others.

    Raises:
        StackError: the platform is not healthy after a while.
    """
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    status = look(state_dir)
    ended = [program.name for program in status.programs if program.state == "ended"]
    if ended:
        report(f"starting again: {', '.join(ended)}")
        if (process := holder(state_dir)) is not None:
            send_signal(process, signal.SIGHUP)
    while not status.healthy:
        if time.monotonic() > deadline:
            raise StackError(
                f"not healthy after {HEALTHY_WITHIN_S:.0f} s; see {state_dir / 'supervisor.log'}"
            )
        time.sleep(0.2)
        status = look(state_dir)
    return status


def stop(state_dir: Path, report: Callable[[str], None]) -> bool:
    """End the platform of a state directory, and whatever an earlier one has left.

    Returns:
        Whether anything was running.

    Raises:
        StackError: something of it still runs.
    """
    if not state_dir.exists():
        return False
    record = Record.read(state_dir)
    if record is None:
        return False
    ran = any(is_alive(process) for process in (record.holder, *(p.identity for p in record.programs)))
    if send_signal(record.holder, signal.SIGTERM):
        _await_end(record.holder)
    with StateLock(state_dir):
        clean_leftovers(state_dir, report)
    return ran


def _await_end(process: Identity) -> None:
    deadline = time.monotonic() + _ENDED_WITHIN_S
    while is_alive(process):
        if time.monotonic() > deadline:
            # Its children are found by the record, and on Linux the kernel ends them too.
            send_signal(process, signal.SIGKILL)
            deadline += _ENDED_WITHIN_S
        time.sleep(0.05)
