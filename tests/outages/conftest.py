"""What the tests of outages share."""

import pytest
from tests.outages.scenes import Scene, scenes
from tests.outages.world import ROOT

from dynamic_alerting.packs.loading import load_packs


@pytest.fixture(scope="session")
def every_scene() -> list[Scene]:
    return scenes(load_packs(ROOT / "rule-packs"))
