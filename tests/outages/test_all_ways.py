"""Every way to lose both exporters, at four intervals, on each Prometheus that is here: `make test-all`.

The summary prints the table. It takes about a minute and a half a way and server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.outages.attempts import twice
from tests.outages.servers import FACTOR
from tests.outages.summary import ROW
from tests.outages.ways import WAYS, Row, Way, play, require_good
from tests.outages.world import World
from tests.prometheus_3 import program_of_prometheus_3

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.outages.scenes import Scene

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]
TEN_MINUTES_S = 10 * 60 / FACTOR


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("program", ["prometheus", "prometheus3"])
def test_nothing_is_lost_and_nothing_pages_wrongly(
    program: str,
    way: Way,
    tmp_path: Path,
    every_scene: list[Scene],
    record_property: Callable[[str, object], None],
) -> None:
    found = program_of_prometheus_3(program, "DA_PROMETHEUS_3") if program == "prometheus3" else program

    def attempt(directory: Path) -> list[Row]:
        with World(directory, found, every_scene, timeout=way.timeout) as world:
            rows = play(world, way, lasting_s=TEN_MINUTES_S)
        require_good(rows)
        return rows

    for row in twice(attempt, tmp_path, record_property):
        record_property(ROW, f"{program} | {way} | {row}")
