"""Real processes: what is ended, what is left alone, and that nothing survives its starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.errors import ProgramError
from dynamic_alerting.stack.identity import Identity, group_runs, identify, is_alive, send_signal
from dynamic_alerting.stack.process import Child, end_all, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "from signal import *; signal(SIGTERM, SIG_IGN); print('deaf', flush=True); import time; time.sleep(60)",
]


FIRST_THREAD_ENDS = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).pthread_exit(None)
"""

STARTER = """
import sys, time
from pathlib import Path
from dynamic_alerting.stack.process import spawn
child = spawn("x", ["sleep", "60"], log=Path(sys.argv[1]))
print(child.popen.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[list[str]], Child]]:
    children: list[Child] = []

    def spawned(command: list[str]) -> Child:
        children.append(spawn("program", command, log=tmp_path / "program.log"))
        return children[-1]

    yield spawned
    for child in children:
        child.popen.kill()
        child.popen.wait()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_is_known_again_and_its_zombie_is_not_alive(start: Callable[[list[str]], Child]) -> None:
    child = start(SLEEP)
    assert identify(child.popen.pid) == child.identity
    os.kill(child.popen.pid, signal.SIGKILL)
    until(lambda: not is_alive(child.identity))
    assert child.popen.returncode is None  # not waited for: it is a zombie now


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows threads so")
def test_a_process_whose_first_thread_ended_before_the_others_is_alive(
    start: Callable[[list[str]], Child],
) -> None:
    child = start([sys.executable, "-c", FIRST_THREAD_ENDS])
    stat = Path(f"/proc/{child.popen.pid}/stat")
    until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
    assert is_alive(child.identity)
    end_all([child.identity], grace_s=1)
    assert child.is_collected()


def test_another_process_with_the_same_pid_is_left_alone(start: Callable[[list[str]], Child]) -> None:
    child = start(SLEEP)
    stranger = replace(child.identity, started="at another time")
    assert not send_signal(stranger, signal.SIGKILL)
    end_all([stranger])
    assert child.popen.poll() is None


def test_a_pid_that_nobody_has_is_nobody() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert identify(gone.pid) is None
    assert not send_signal(Identity(gone.pid, "once"), signal.SIGTERM)


def test_ending_asks_first(start: Callable[[list[str]], Child]) -> None:
    child = start(SLEEP)
    end_all([child.identity])
    assert child.popen.wait() == -signal.SIGTERM


def test_what_does_not_end_when_asked_is_killed(start: Callable[[list[str]], Child], tmp_path: Path) -> None:
    child = start(STUBBORN)
    until(lambda: "deaf" in (tmp_path / "program.log").read_text())
    end_all([child.identity], grace_s=0.2)
    assert child.popen.wait() == -signal.SIGKILL


def test_what_a_program_started_is_waited_for_too(
    start: Callable[[list[str]], Child], tmp_path: Path
) -> None:
    slow = "import time; from signal import *; signal(SIGTERM, lambda *_: (time.sleep(0.5), exit()))"
    started = f"{slow}; print('started', flush=True); time.sleep(60)"
    child = start(["sh", "-c", f'{sys.executable} -c "{started}" & wait'])
    until(lambda: "started" in (tmp_path / "program.log").read_text())
    end_all([child.identity])
    assert not group_runs(child.identity.pid)


def test_a_program_that_ended_is_told_with_exit_code_and_last_lines(
    start: Callable[[list[str]], Child],
) -> None:
    child = start([sys.executable, "-c", "print('port in use'); raise SystemExit(3)"])
    child.popen.wait()
    with pytest.raises(ProgramError, match=r"(?s)program ended \(exit code 3\).*\n    port in use"):
        child.require_alive()


def test_a_program_that_does_not_exist_is_told_by_name(start: Callable[[list[str]], Child]) -> None:
    child = start(["/no/such/program"])
    child.popen.wait()
    with pytest.raises(ProgramError, match="/no/such/program: No such file"):
        child.require_alive()


def test_programs_are_not_started_from_another_thread(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def attempt() -> None:
        try:
            spawn("program", SLEEP, log=tmp_path / "log")
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert "main thread" in str(errors[0])


def test_variables_that_would_change_our_programs_are_not_inherited(
    start: Callable[[list[str]], Child], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_SOURCE_NAME", "somebody:else@/")
    child = start([sys.executable, "-c", "import os; print(os.environ.get('DATA_SOURCE_NAME'))"])
    child.popen.wait()
    assert (tmp_path / "program.log").read_text() == "None\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_child_does_not_outlive_a_killed_starter(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            STARTER,
            str(tmp_path / "log"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    with starter.stdout as output:
        child = identify(int(output.readline()))
        assert child is not None
        starter.kill()
        starter.wait()
    until(lambda: not is_alive(child))
