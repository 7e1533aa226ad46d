"""Both threshold-exporters are killed, at four intervals: nothing is lost, nothing pages that should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.outages.attempts import twice
from tests.outages.summary import ROW
from tests.outages.ways import KILLED, Row, play, require_good
from tests.outages.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.outages.scenes import Scene

pytestmark = [pytest.mark.stack, pytest.mark.timeout(480)]


def test_thresholds_go_on_when_both_are_killed(
    tmp_path: Path, every_scene: list[Scene], record_property: Callable[[str, object], None]
) -> None:
    def attempt(directory: Path) -> list[Row]:
        with World(directory, "prometheus", every_scene) as world:
            rows = play(world, KILLED)
        require_good(rows)
        return rows

    for row in twice(attempt, tmp_path, record_property):
        record_property(ROW, f"prometheus | {KILLED} | {row}")
