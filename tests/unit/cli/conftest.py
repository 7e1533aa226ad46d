"""Commands run in this process, in a directory of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dynamic_alerting.cli.main import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """A directory with a conf.d, and da-tools run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.confd = root / "conf.d"
        self.confd.mkdir()

    def write(self, files: Mapping[str, str]) -> "Shell":
        for name, text in files.items():
            (self.confd / name).write_text(text)
        return self

    def __call__(self, *arguments: object, env: Mapping[str, str] | None = None) -> Outcome:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)
