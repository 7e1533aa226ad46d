"""The limit of open files at the start."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from dynamic_alerting.exporter.connections.open_files import raise_soft_limit

CODE = """
import resource
from dynamic_alerting.exporter.connections.open_files import raise_soft_limit
print(raise_soft_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("limits", "after"),
    [
        ("ulimit -S -n 100; ulimit -H -n 300", "300 300 300"),
        ("ulimit -n 256", "256 256 256"),
    ],
)
def test_the_soft_limit_is_raised_to_the_hard_one(limits: str, after: str) -> None:
    command = ["bash", "-c", f'{limits}; exec "$0" "$@"', sys.executable, "-c", CODE]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == after


@pytest.mark.parametrize("hard", [resource.RLIM_INFINITY, 10**9])
def test_an_unlimited_hard_limit_is_not_exhausted(monkeypatch: pytest.MonkeyPatch, hard: int) -> None:
    asked: list[object] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    assert raise_soft_limit() == 65536
    assert asked == [(65536, hard)]


@pytest.mark.parametrize("soft", [70000, 10**9, resource.RLIM_INFINITY])
def test_a_soft_limit_that_is_high_enough_stays(monkeypatch: pytest.MonkeyPatch, soft: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))
    monkeypatch.setattr(resource, "setrlimit", pytest.fail)
    assert raise_soft_limit() == 65536


def test_where_it_is_not_permitted_the_limit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_soft_limit() == 1024
