"""Real servers for the tests: a platform of their own, on ports and in a directory of their own."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.stack.observations import Observer
from dynamic_alerting.stack.platform import Platform
from dynamic_alerting.stack.ports import free_base
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port_base() -> int:
    return free_base()


@pytest.fixture(scope="module")
def shared_port_base() -> int:
    """For programs that the tests of one file share."""
    return free_base()


@pytest.fixture(scope="session")
def hasty_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped packs in a hurry: `for` is 4 s, slow groups take turns every 2 s, all else is the same."""
    packs = tmp_path_factory.mktemp("packs")
    for rules in (ROOT / "rule-packs").glob("*/rules.yaml"):
        text = re.sub(r"(?m)^(\s+for: ).+$", r"\g<1>4s", rules.read_text())
        text = text.replace("interval: 1m", "interval: 2s")
        (packs / rules.parent.name).mkdir()
        (packs / rules.parent.name / "rules.yaml").write_text(text)
    return packs


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, hasty_packs: Path) -> Iterator[Platform]:
    """The whole platform, shared by the tests of this run; each leaves it healthy and quiet."""
    settings = Settings(
        tmp_path_factory.mktemp("platform"),
        ROOT / "conf.d",
        hasty_packs,
        port_base=free_base(),
        interval_s=2,  # also the scrape timeout, which a busy machine must not reach
    )
    with Platform(settings, Programs.find()) as running:
        yield running


@pytest.fixture
def observer(platform: Platform) -> Iterator[Observer]:
    with Observer(platform.settings) as asking:
        yield asking


@pytest.fixture
def fresh_config(platform: Platform) -> Iterator[Path]:
    """The copy of conf.d that the platform serves, as shipped before and after the test."""
    for source in platform.settings.config_source.iterdir():
        shutil.copy(source, platform.settings.config_dir)
    yield platform.settings.config_dir
    for source in platform.settings.config_source.iterdir():
        shutil.copy(source, platform.settings.config_dir)


@pytest.fixture
def until() -> Callable[..., Any]:
    """Look until something is true, and fail with what was seen last."""

    def waiting(look: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {seen!r}"
            time.sleep(0.2)
        return seen

    return waiting


@pytest.fixture
def processes_of() -> Callable[[Path], list[str]]:
    """Every process on this machine that was started with a path under a directory."""

    def scan(directory: Path) -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
            if str(directory) in command:
                found.append(command.strip())
        return found

    return scan


@pytest.fixture
def require_nothing_left(
    until: Callable[..., Any], processes_of: Callable[[Path], list[str]]
) -> Callable[[Path], None]:
    """Fail if a process of a state directory is there still after some seconds."""

    def require(directory: Path) -> None:
        try:
            # What mariadb-install-db started outlives a killed script until it has read its input's end.
            until(lambda: not processes_of(directory), seconds=30)
        except AssertionError as error:
            raise AssertionError(f"still there: {processes_of(directory)}") from error

    return require
