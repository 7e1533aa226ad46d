"""Up, status, down; and every way of not ending well. Nothing is left, nothing foreign is touched."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.stack
ROOT = Path(__file__).parents[2]


class Tool:
    """``da-tools stack`` with a state directory and ports of its own."""

    def __init__(self, state_dir: Path, port_base: int) -> None:
        self.state_dir = state_dir
        self.port_base = port_base

    def command(self, name: str, *arguments: str) -> list[str]:
        given = ["--state-dir", str(self.state_dir), *arguments]
        if name in {"up", "demo"}:
            given += ["--port-base", str(self.port_base)]
        return [str(Path(sys.executable).with_name("da-tools")), "stack", name, *given]

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(name, *arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
        )

    def json(self, name: str, *arguments: str) -> Any:
        return json.loads(self.run(name, *arguments, "--output", "json").stdout)

    def pids(self) -> dict[str, int]:
        return {program["name"]: program["pid"] for program in self.json("status")["programs"]}

    def recorded(self) -> list[str]:
        """The programs that were started so far, also while the platform is not ready."""
        return (
            [program["name"] for program in self._record()["programs"]] if self._record_file.exists() else []
        )

    def holder(self) -> int:
        pid = self._record()["holder"]["pid"]
        assert isinstance(pid, int)
        return pid

    @property
    def _record_file(self) -> Path:
        return self.state_dir / "running.json"

    def _record(self) -> Any:
        return json.loads(self._record_file.read_text())


@pytest.fixture
def tool(tmp_path: Path, port_base: int) -> Iterator[Tool]:
    tool = Tool(tmp_path / "state", port_base)
    yield tool
    tool.run("down")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not ours, although it is called like one of ours."""
    with subprocess.Popen(["mariadbd", "900"], executable="/bin/sleep") as process:
        yield process
        process.kill()


def test_up_status_down_and_each_of_them_twice(
    tool: Tool, processes_of: Callable[[Path], list[str]], stranger: subprocess.Popen[bytes]
) -> None:
    first = tool.run("up")
    assert first.returncode == 0, first.stderr
    assert f"http://127.0.0.1:{tool.port_base}" in first.stdout
    assert "Three things to try" in first.stdout
    before = tool.pids()
    assert len(before) == 9

    second = tool.run("up")
    assert second.returncode == 0
    assert "runs already" in second.stderr
    assert tool.pids() == before

    status = tool.run("status")
    assert status.returncode == 0, status.stdout
    assert status.stdout.count("healthy") == 9

    down = tool.run("down")
    assert (down.returncode, "nothing of it is left" in down.stdout) == (0, True)
    assert processes_of(tool.state_dir) == []
    again = tool.run("down")
    assert (again.returncode, "was not running" in again.stdout) == (0, True)
    assert tool.run("status").returncode == 1
    assert stranger.poll() is None


def test_a_killed_supervisor_leaves_nothing_and_up_works_again(
    tool: Tool, processes_of: Callable[[Path], list[str]], until: Callable[..., Any]
) -> None:
    assert tool.run("up").returncode == 0
    os.kill(tool.holder(), signal.SIGKILL)
    until(lambda: not processes_of(tool.state_dir), seconds=10)
    assert tool.json("status") == {"running": False, "healthy": False, "programs": [], "alerts": None}
    assert tool.run("up").returncode == 0
    assert tool.json("status")["healthy"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_demo_leaves_nothing(
    tool: Tool, processes_of: Callable[[Path], list[str]], until: Callable[..., Any], number: signal.Signals
) -> None:
    with subprocess.Popen(
        tool.command("demo"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "nothing is done yet" in line:
                break
        assert len(processes_of(tool.state_dir)) > 9
        demo.send_signal(number)
        code = demo.wait(20)
    assert code == (-9 if number == signal.SIGKILL else 130)
    until(lambda: not processes_of(tool.state_dir), seconds=10)


@pytest.mark.parametrize("delay", [0.6, 1.2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("command", ["demo", "up"])
def test_what_is_interrupted_while_it_starts_leaves_nothing(
    tool: Tool,
    require_nothing_left: Callable[[Path], None],
    command: str,
    number: signal.Signals,
    delay: float,
) -> None:
    with subprocess.Popen(
        tool.command(command), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as starting:
        time.sleep(delay)
        starting.send_signal(number)
        assert starting.wait(20) != 0
    require_nothing_left(tool.state_dir)


def test_a_platform_that_nobody_waits_for_any_more_is_not_finished(
    tool: Tool, tmp_path: Path, until: Callable[..., Any], require_nothing_left: Callable[[Path], None]
) -> None:
    slow = tmp_path / "slow" / "mariadb-install-db"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 100\n")
    slow.chmod(0o755)
    path = os.pathsep.join([str(slow.parent), os.environ["PATH"]])
    with subprocess.Popen(
        tool.command("up"), cwd=ROOT, env=os.environ | {"PATH": path}, stderr=subprocess.DEVNULL
    ) as starting:
        until(lambda: "mariadb-install-db" in tool.recorded())
        starting.kill()
    require_nothing_left(tool.state_dir)
    assert "nobody waits for it any more" in (tool.state_dir / "supervisor.log").read_text()


def test_a_taken_port_is_said_with_who_wanted_it_and_its_owner_stays(
    tool: Tool, processes_of: Callable[[Path], list[str]]
) -> None:
    with socket.create_server(("127.0.0.1", tool.port_base + 3)) as owner:
        up = tool.run("up")
        assert up.returncode == 2
        assert f"127.0.0.1:{tool.port_base + 3}, wanted by alertmanager" in up.stderr
        assert processes_of(tool.state_dir) == []
        with socket.create_connection(owner.getsockname(), timeout=5):
            pass


def test_a_program_that_cannot_start_is_said_with_its_logs_last_lines(
    tool: Tool, tmp_path: Path, processes_of: Callable[[Path], list[str]]
) -> None:
    broken = tmp_path / "packs" / "broken"
    broken.mkdir(parents=True)
    (broken / "rules.yaml").write_text("groups: [{name: broken, rules: [{record: 'a:b', expr: 'up{'}]}]\n")
    up = tool.run("up", "--rule-packs", str(tmp_path / "packs"))
    assert up.returncode == 2
    assert "prometheus ended (exit code" in up.stderr
    assert "could not parse expression" in up.stderr
    assert processes_of(tool.state_dir) == []


def test_a_program_that_dies_is_said_and_up_starts_it_again(tool: Tool, until: Callable[..., Any]) -> None:
    assert tool.run("up").returncode == 0
    before = tool.pids()
    os.kill(before["alertmanager"], signal.SIGKILL)
    until(lambda: tool.pids()["alertmanager"] is None)
    status = tool.run("status")
    assert status.returncode == 1
    assert "alertmanager: it is not running; its log: " in status.stdout
    up = tool.run("up")
    assert up.returncode == 0
    assert "starting again: alertmanager" in up.stderr
    after = tool.pids()
    assert after.pop("alertmanager") != before.pop("alertmanager")
    assert after == before


def test_load_is_held_on_the_named_tenant_only(tool: Tool) -> None:
    assert tool.run("load", "db-a").returncode == 2
    assert tool.run("up").returncode == 0
    held = tool.run("load", "db-a", "--connections", "5", "--seconds", "1")
    assert (held.returncode, "5 connections are open on db-a" in held.stdout) == (0, True)
    unknown = tool.run("load", "db", "--seconds", "1")
    assert (unknown.returncode, "there are: db-a, db-b" in unknown.stderr) == (2, True)
    many = tool.run("load", "db-a", "--connections", "1000", "--seconds", "1")
    assert (many.returncode, "Too many connections" in many.stderr) == (2, True)


def test_the_three_things_to_try_are_what_up_says(
    tool: Tool, hasty_packs: Path, until: Callable[..., Any]
) -> None:
    up = tool.run("up", "--rule-packs", str(hasty_packs))
    load, lower, status, notified, kill, repair = [
        line.strip() for line in up.stdout.splitlines() if line.startswith("     ")
    ]

    def shell(command: str) -> str:
        return subprocess.run(
            command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout

    alert = "firing: MariaDBHighConnections tenant=db-a severity=warning value="
    firing = f"{alert}61"
    loading = subprocess.Popen(["/bin/sh", "-c", f"exec {load}"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        shell(lower)
        until(lambda: firing in shell(status))
        until(lambda: [n["alertname"] for n in json.loads(shell(notified))] == ["MariaDBHighConnections"])
        time.sleep(9)  # the hurried packs hold what was served 8 seconds before an outage
        shell(kill)
        until(lambda: shell(status).count(" ended ") == 2)
        # Looking at the state opens a connection, which is counted where it meets a scrape.
        assert alert in shell(status)
        until(lambda: firing in shell(status))
        assert shell(repair).count(" healthy ") == 9
        assert alert in shell(status)
        until(lambda: firing in shell(status))
        loading.send_signal(signal.SIGINT)
        assert loading.wait(10) == 130
    finally:
        loading.kill()
        loading.wait()
