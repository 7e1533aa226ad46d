from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.errors import AlreadyRunningError, StackError
from dynamic_alerting.stack.identity import Identity, identify
from dynamic_alerting.stack.platform import clean_leftovers
from dynamic_alerting.stack.record import ProgramRecord, Record, StateLock, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.stack.settings import Settings


def test_a_record_is_read_as_it_was_written(settings: Settings) -> None:
    settings.state_dir.mkdir()
    programs = (ProgramRecord("prometheus", Identity(12, "then")),)
    record = Record(Identity(11, "before"), settings, ready=True, programs=programs)
    record.write()
    assert Record.read(settings.state_dir) == record


def test_a_directory_without_a_record_has_none(tmp_path: Path) -> None:
    assert Record.read(tmp_path) is None
    assert Record.read(tmp_path / "nothing here") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"holder": {"pid": 1}}'])
def test_a_damaged_record_is_said_and_never_taken_for_nothing_runs(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text)
    with pytest.raises(StackError, match="damaged"):
        Record.read(tmp_path)


def test_a_held_directory_is_refused_and_free_again_after(tmp_path: Path) -> None:
    with StateLock(tmp_path), pytest.raises(AlreadyRunningError, match="runs already"):
        StateLock(tmp_path).acquire()
    StateLock(tmp_path).__enter__().release()


def test_leftovers_are_ended_and_a_stranger_with_a_recorded_pid_is_not(settings: Settings) -> None:
    settings.state_dir.mkdir()
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(sleep) as ours, subprocess.Popen(sleep) as strange:
        left, reused = identify(ours.pid), Identity(strange.pid, "the start of another process")
        assert left is not None
        programs = (ProgramRecord("prometheus", left), ProgramRecord("alertmanager", reused))
        Record(Identity(os.getpid(), "gone"), settings, ready=True, programs=programs).write()
        said: list[str] = []
        clean_leftovers(settings.state_dir, said.append)
        assert ours.wait(5) != 0
        assert strange.poll() is None
        strange.kill()
    assert said == [f"ending prometheus (pid {ours.pid}), left over from an earlier run"]
    assert Record.read(settings.state_dir) is None


def test_a_file_is_replaced_whole_with_the_wanted_permissions(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_atomically(path, "one", mode=0o600)
    write_atomically(path, "two", mode=0o600)
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]
