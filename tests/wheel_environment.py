"""A virtual environment that holds the built wheel, what it depends on, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class WheelEnvironment:
    """Runs the installed programs, with a working directory outside of any checkout."""

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def program(self, name: str) -> str:
        return str(self.directory / "bin" / name)

    def run(
        self, *arguments: object, cwd: Path, fails: int = 0, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``da-tools`` to its end, which must have the expected exit code."""
        done = subprocess.run(
            [self.program("da-tools"), *map(str, arguments)],
            cwd=cwd,
            env={**self.environment, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == fails, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done


def build_environment(directory: Path) -> WheelEnvironment:
    """Build the wheel and install it.

    The dependencies are those of requirements/runtime.txt, linked from the environment of these tests: as
    a registry would give them, without asking one.
    """
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory / "dist", cwd=ROOT)
    (wheel,) = (directory / "dist").glob("*.whl")
    venv = directory / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=directory)
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python", "--disable-pip-version-check"]
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=directory)
    (site_packages,) = (venv / "lib").glob("python*/site-packages")
    for path in _dependencies():
        link = site_packages / path.name
        if not link.exists():
            link.symlink_to(path)
    kept = {name: text for name, text in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return WheelEnvironment(venv, kept)


def _dependencies() -> Iterator[Path]:
    """The files and folders of every pinned dependency in this environment's site-packages."""
    pins = re.findall(r"(?m)^([A-Za-z0-9._-]+)==", (ROOT / "requirements" / "runtime.txt").read_text())
    for name in pins:
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or ()}:
            if top not in {"..", "__pycache__"}:
                yield Path(str(installed.locate_file(top)))


def _run(*command: object, cwd: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
