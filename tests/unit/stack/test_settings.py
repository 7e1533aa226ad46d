from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.services import plan
from dynamic_alerting.stack.settings import Settings

PROGRAMS = Programs("prometheus", "alertmanager", "mysqld_exporter", "mariadbd", "mariadb-install-db")


def test_settings_survive_being_written_down(settings: Settings) -> None:
    assert Settings.from_json(settings.to_json()) == settings


def test_every_program_has_a_port_of_its_own_near_the_base(settings: Settings) -> None:
    ports = [service.port for service in plan(settings, PROGRAMS)]
    assert len(set(ports)) == len(ports) == 9
    assert all(settings.port_base <= port < settings.port_base + 22 for port in ports)


def test_all_ports_move_with_the_base(settings: Settings) -> None:
    before = [service.port for service in plan(settings, PROGRAMS)]
    after = [service.port for service in plan(replace(settings, port_base=20_000), PROGRAMS)]
    assert {b - a for a, b in zip(before, after, strict=True)} == {20_000 - settings.port_base}


def test_the_fullest_platform_still_has_distinct_ports(settings: Settings) -> None:
    full = replace(settings, tenants=("a", "b", "c", "d"), replicas=4)
    services = plan(full, PROGRAMS)
    assert len({service.port for service in services}) == len({service.name for service in services}) == 15


def test_everything_listens_on_this_machine_only(settings: Settings) -> None:
    for service in plan(settings, PROGRAMS):
        assert "127.0.0.1" in " ".join(service.command), service.name


def test_a_relative_path_means_where_the_settings_were_made(settings: Settings) -> None:
    assert replace(settings, state_dir=Path("here")).state_dir == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"port_base": 0}, "port base"),
        ({"port_base": 65_400}, "port base"),
        ({"replicas": 5}, "at most"),
    ],
)
def test_impossible_settings_are_refused(
    settings: Settings, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(settings, **changes)  # type: ignore[arg-type]  # the values are wrong on purpose
