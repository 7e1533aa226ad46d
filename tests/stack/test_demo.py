"""The demo as a person runs it, with its output going to a pipe."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


def digest_of(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
    }


@pytest.mark.stack
def test_the_demo_sees_everything_it_says_and_leaves_nothing(
    tmp_path: Path, port_base: int, processes_of: Callable[[Path], list[str]]
) -> None:
    before = digest_of(ROOT / "conf.d")
    started = time.monotonic()
    da_tools = str(Path(sys.executable).with_name("da-tools"))
    own = ["--state-dir", str(tmp_path / "state"), "--port-base", str(port_base)]
    demo = subprocess.run(
        [da_tools, "stack", "demo", *own],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert time.monotonic() - started < 180
    assert "everything was seen as expected" in demo.stdout
    assert demo.stdout.count("          ok, after ") == demo.stdout.count("  as expected  ") == 11
    assert "\x1b" not in demo.stdout
    assert digest_of(ROOT / "conf.d") == before
    assert processes_of(tmp_path) == []
