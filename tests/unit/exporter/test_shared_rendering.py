"""A first load that is shared among processes serves the same bytes as one that is not."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.declared import declared

from dynamic_alerting.config import crew as crew_module
from dynamic_alerting.config import shared_reading
from dynamic_alerting.config.compiled import CompiledFile
from dynamic_alerting.config.crew import Crew
from dynamic_alerting.config.file_reader import read_file
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.own_metrics import ReloadHealth
from dynamic_alerting.exporter.served import serve
from dynamic_alerting.exporter.snapshot import Snapshot, build_snapshot
from dynamic_alerting.model.catalogue import Catalogue

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CATALOGUE = Catalogue.of(
    [
        declared("mysql_connections", pack="mariadb", default="80"),
        declared("redis_queue_length", "queue", default="80"),
    ]
)
TENANTS = 30


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "_defaults.yaml").write_text(
        'defaults:\n  mysql_connections: "22:00-06:00"\n  redis_queue_length{queue=~"x.*"}: 7\n'
        "state_filters:\n  maintenance: {reasons: [], severity: info}\n"
    )
    for number in range(TENANTS):
        lines = [f"mysql_connections: {number}", f'redis_queue_length{{queue="q{number}"}}: {number}']
        if number % 3 == 0:
            lines.append('redis_queue_length: {default: 1, overrides: [{window: "11:00-13:00", value: 2}]}')
        text = "".join(f"    {line}\n" for line in lines)
        (tmp_path / f"db-{number}.yaml").write_text(f"tenants:\n  db-{number}:\n{text}")
    (tmp_path / "db-twice.yaml").write_text("tenants:\n  db-0:\n    mysql_connections: 1\n  db-guest:\n")
    return tmp_path


@pytest.fixture(autouse=True)
def _others_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads slowly in this process: so small a load would be over before there is any other."""

    def slowly(*arguments: Any, **options: Any) -> CompiledFile:
        time.sleep(0.05)
        return read_file(*arguments, **options)

    monkeypatch.setattr(shared_reading, "read_file", slowly)
    monkeypatch.setattr(crew_module, "_BATCH", 2)


def _build(directory: Path, crew: Crew | None, limit: int) -> Snapshot:
    loaded = Loader(directory, CATALOGUE, lambda: NOON, crew).load()
    return build_snapshot(loaded, CATALOGUE, NOON, limit=limit, crew=crew)


@pytest.mark.parametrize("limit", [0, 2])
def test_what_is_served_is_the_same(directory: Path, limit: int) -> None:
    alone = _build(directory, None, limit)
    with Crew(3, least=1, on_loss=pytest.fail) as crew:
        shared = _build(directory, crew, limit)
        assert crew.holders
    assert serve(shared, ReloadHealth(), 0).text == serve(alone, ReloadHealth(), 0).text
    assert (shared.tenants, shared.findings, shared.dropped) == (alone.tenants, alone.findings, alone.dropped)


def test_a_process_that_ends_between_reading_and_rendering_costs_nothing(directory: Path) -> None:
    losses: list[str] = []
    with Crew(2, least=1, on_loss=losses.append) as crew:
        loaded = Loader(directory, CATALOGUE, lambda: NOON, crew).load()
        for holder in set(crew.holders.values()):
            holder.close()
        shared = build_snapshot(loaded, CATALOGUE, NOON, crew=crew)
    alone = _build(directory, None, 0)
    assert serve(shared, ReloadHealth(), 0).text == serve(alone, ReloadHealth(), 0).text
    assert len(losses) == 1
