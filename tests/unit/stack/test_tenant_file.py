from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.tenant_file import set_value

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# Owned by db-a.
tenants:
  db-a:            # a comment
    _packs: [mariadb]
    mysql_threads_running: 40   # keep
  db-ab:
    mysql_connections: 10
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "db-a.yaml"
    path.write_text(TEXT)
    return path


def test_a_new_key_is_added_and_nothing_else_changes(path: Path) -> None:
    set_value(path, "db-a", "mysql_connections", '"50"')
    expected = TEXT.replace("    _packs", '    mysql_connections: "50"\n    _packs')
    assert path.read_text() == expected


def test_a_key_that_is_there_gets_its_new_value_in_place(path: Path) -> None:
    set_value(path, "db-a", "mysql_threads_running", "disable")
    assert path.read_text() == TEXT.replace("40   # keep", "disable   # keep")


def test_a_value_can_be_written_again_and_again(path: Path) -> None:
    for value in ("enable", "disable", "enable"):
        set_value(path, "db-a", "_state_maintenance", value)
    assert path.read_text().count("_state_maintenance") == 1
    assert "    _state_maintenance: enable\n" in path.read_text()


@pytest.mark.parametrize("text", ["", "tenants: {}\n", "tenants:\n  db-b: {}\n", "tenants:\n  db-a: {}\n"])
def test_a_file_without_the_tenants_block_is_refused_unchanged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "db-a.yaml"
    path.write_text(text)
    with pytest.raises(StackError, match="no indented block"):
        set_value(path, "db-a", "mysql_connections", "50")
    assert path.read_text() == text


@pytest.mark.parametrize("value", ["50\n    mysql_threads_running: 1", "[1, 2"])
def test_a_value_that_is_not_one_plain_line_is_refused_unchanged(path: Path, value: str) -> None:
    with pytest.raises(StackError):
        set_value(path, "db-a", "mysql_connections", value)
    assert path.read_text() == TEXT


def test_a_tenant_without_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no such file"):
        set_value(tmp_path / "db-a.yaml", "db-a", "mysql_connections", "50")
