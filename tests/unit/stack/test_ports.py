from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.stack.errors import PortTakenError
from dynamic_alerting.stack.ports import is_free, require_free
from dynamic_alerting.stack.programs import Programs
from dynamic_alerting.stack.services import plan

if TYPE_CHECKING:
    from dynamic_alerting.stack.settings import Settings

PROGRAMS = Programs("prometheus", "alertmanager", "mysqld_exporter", "mariadbd", "mariadb-install-db")


def test_a_port_that_somebody_listens_on_is_named_with_the_program_that_wanted_it(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        moved = replace(settings, port_base=port - 3)
        with pytest.raises(PortTakenError) as taken:
            require_free(plan(moved, PROGRAMS))
    assert f"127.0.0.1:{port}, wanted by alertmanager" in str(taken.value)
    assert "--port-base" in str(taken.value)


def test_a_port_is_free_again_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)
