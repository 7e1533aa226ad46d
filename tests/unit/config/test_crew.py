"""Sharing a load among processes: the same result, whatever happens to them."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_alerting.config import crew as crew_module
from dynamic_alerting.config import shared_reading
from dynamic_alerting.config.compiled import CompiledFile
from dynamic_alerting.config.crew import Crew, Work
from dynamic_alerting.config.file_reader import read_file
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.config.packed_files import pack, unpack
from dynamic_alerting.config.vocabulary import Vocabulary
from dynamic_alerting.config.worker import Worker, WorkerLost
from dynamic_alerting.model.catalogue import Catalogue

LINES = (
    'mysql_connections: "70"',
    "mysql_connections_critical: 90:critical",
    "mysql_cpu: disable",
    'redis_queue_length{queue="a"}: 1',
    'redis_queue_length{queue=~"a|b", priority="x"}: 2',
    'mysql_threads_running: {default: "1", overrides: [{window: "22:00-06:00", value: "2"}]}',
    'mysql_cpu: {value: 5, expires: "2026-01-01T00:00:00Z", reason: past}',
    'mysql_cpu: {value: 5, expires: "2027-01-01T00:00:00Z"}',
    "_packs: [mariadb]",
    "_packs: []",
    "_state_maintenance: enable",
    "_state_nothing: on",
    "mysql_conections: 3",
    "mysql_cpu: wrong",
    "redis_queue_length{queue=x}: 3",
    "é: 1",
)
FILES = st.lists(st.lists(st.sampled_from(LINES), max_size=6), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def few() -> Iterator[Crew]:
    """Processes that share even the smallest load; they are kept, since each takes a while to start."""
    with Crew(2, least=1, on_loss=pytest.fail) as crew:
        crew.share(range(5_000), Work(_nothing, (), _double, lambda _: time.sleep(0.02), lambda *_: None))
        yield crew


def _write(directory: Path, files: Sequence[Sequence[str]]) -> None:
    for path in directory.iterdir():
        path.unlink()
    (directory / "_defaults.yaml").write_text(
        "defaults:\n  mysql_cpu: 80\nstate_filters:\n  maintenance: {severity: info}\n"
    )
    for number, lines in enumerate(files):
        settings_ = "".join(f"    {line}\n" for line in lines)
        (directory / f"db-{number}.yaml").write_text(f"tenants:\n  db-{number}:\n{settings_}")


@given(FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shared_load_gives_what_a_load_alone_gives(
    few: Crew, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[list[str]]
) -> None:
    def slowly(*arguments: Any, **options: Any) -> CompiledFile:
        time.sleep(0.002)
        return read_file(*arguments, **options)

    monkeypatch.setattr(shared_reading, "read_file", slowly)
    monkeypatch.setattr(crew_module, "_BATCH", 2)
    _write(tmp_path, files)
    alone = Loader(tmp_path, catalogue).load()
    shared = Loader(tmp_path, catalogue, crew=few).load()
    assert shared == alone


@given(st.lists(st.sampled_from(LINES), max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_packed_file_is_the_same_again(catalogue: Catalogue, lines: list[str]) -> None:
    text = "tenants:\n  db-a:\n" + "".join(f"    {line}\n" for line in lines)
    file = read_file("db-a.yaml", text.encode(), Vocabulary(catalogue), None, is_platform=False)
    assert unpack(pack(file), Vocabulary(catalogue)) == file


def _double(batch: Sequence[int]) -> list[int]:
    return [2 * number for number in batch]


def _die(batch: Sequence[int]) -> list[int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return list(batch)


def _refuse(batch: Sequence[int]) -> list[int]:
    raise ValueError(f"not {batch[0]}")


def _nothing() -> None:
    return


def _shared(crew: Crew, there: Any, count: int = 500) -> list[int]:
    """The doubles of some numbers, whoever works them out."""
    found: dict[int, int] = {}

    def take(batch: Sequence[int], results: Sequence[int], _: Worker | None) -> None:
        found.update(zip(batch, results, strict=True))

    crew.share(range(count), Work(_nothing, (), there, _double, take))
    return [found[number] for number in range(count)]


@pytest.mark.parametrize("there", [_double, _die, _refuse])
def test_all_work_is_done_whatever_happens_to_the_other_process(
    there: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "_BATCH", 5)
    losses: list[str] = []
    with Crew(2, least=1, on_loss=losses.append) as crew:
        assert _shared(crew, there) == [2 * number for number in range(500)]
    assert len(losses) <= (there is not _double)


def test_a_process_that_cannot_be_started_costs_nothing_but_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    losses: list[str] = []
    with Crew(3, least=1, on_loss=losses.append) as crew:
        assert _shared(crew, _double) == [2 * number for number in range(500)]
    (loss,) = losses
    assert "cannot be started" in loss
    assert "No such file" in loss


def test_a_process_that_ends_at_once_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    losses: list[str] = []
    with Crew(2, least=1, on_loss=losses.append) as crew:
        assert _shared(crew, _double) == [2 * number for number in range(500)]
    assert len(losses) == 1


def test_no_process_is_left_behind() -> None:
    workers = [Worker(), Worker()]
    assert workers[0].call(_double, [4]) == [8]
    with pytest.raises(WorkerLost, match="not 7"):
        workers[0].call(_refuse, [7])
    with pytest.raises(WorkerLost, match=r"ended with status -9|EOFError"):
        workers[1].call(_die, [7])
    for worker in workers:
        worker.close()
        with pytest.raises(ChildProcessError):
            os.waitpid(worker.pid, os.WNOHANG)


def test_few_files_and_one_process_are_not_worth_sharing() -> None:
    assert not Crew(1).is_worth(10**6)
    assert not Crew(2).is_worth(10)
    assert Crew(2).is_worth(10**4)


def test_an_error_here_ends_the_sharing() -> None:
    def fail(batch: Sequence[int]) -> list[int]:
        raise KeyError(batch[0])

    with Crew(2, least=1) as crew, pytest.raises(KeyError):
        crew.share(range(500), Work(_nothing, (), _double, fail, lambda *_: None))
