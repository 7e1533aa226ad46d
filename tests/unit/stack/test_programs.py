from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.errors import MissingProgramsError
from dynamic_alerting.stack.programs import Programs

if TYPE_CHECKING:
    from pathlib import Path


def install(directory: Path, *names: str) -> None:
    for name in names:
        program = directory / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)


def test_programs_are_found_under_debians_names(tmp_path: Path) -> None:
    install(tmp_path, "prometheus", "prometheus-alertmanager", "prometheus-mysqld-exporter")
    install(tmp_path, "mariadbd", "mariadb-install-db")
    assert Programs.find(str(tmp_path)).alertmanager == str(tmp_path / "prometheus-alertmanager")


def test_programs_are_found_under_their_projects_own_names(tmp_path: Path) -> None:
    install(tmp_path, "prometheus", "alertmanager", "mysqld_exporter", "mariadbd", "mariadb-install-db")
    assert Programs.find(str(tmp_path)).mysqld_exporter == str(tmp_path / "mysqld_exporter")


def test_all_missing_programs_are_named_at_once_with_how_to_get_them(tmp_path: Path) -> None:
    install(tmp_path, "prometheus", "alertmanager", "mysqld_exporter")
    with pytest.raises(MissingProgramsError) as missing:
        Programs.find(str(tmp_path))
    assert "mariadbd, mariadb-install-db" in str(missing.value)
    assert "`apt-get install mariadb-server`" in str(missing.value)
    assert "make setup" in str(missing.value)


def test_a_file_that_cannot_be_run_is_not_a_program(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text("")
    with pytest.raises(MissingProgramsError, match="on PATH: prometheus"):
        Programs.find(str(tmp_path))
