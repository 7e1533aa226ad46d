"""The tests of this folder turn red when the rules lose what they test: seen with rules that have lost it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from tests.outages.test_coming_back import story
from tests.outages.ways import KILLED, play
from tests.outages.world import ROOT, World
from tests.rules.mutations import HEALTHY, SNAPSHOT, Mutation, each_rule, is_of_every_cycle, without

if TYPE_CHECKING:
    from pathlib import Path

    from tests.outages.scenes import Scene

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]


def test_alerts_that_do_not_read_the_snapshot_are_seen(tmp_path: Path, every_scene: list[Scene]) -> None:
    rules = mutated(tmp_path / "packs", each_rule(is_of_every_cycle, without("or", SNAPSHOT)))
    with World(tmp_path, "prometheus", every_scene, rules=rules) as world:
        rows = play(world, KILLED)
    assert all(each.missing for each in rows), "\n".join(map(str, rows))


def test_alerts_that_always_read_the_snapshot_are_seen(tmp_path: Path, every_scene: list[Scene]) -> None:
    # A removed threshold counts for up to a minute then: until the slow group's next turn.
    rules = mutated(tmp_path / "packs", each_rule(is_of_every_cycle, without("unless", HEALTHY)))
    with (
        World(tmp_path, "prometheus", every_scene, rules=rules) as world,
        pytest.raises(AssertionError, match="too long"),
    ):
        story(world)


def mutated(directory: Path, mutation: Mutation) -> Path:
    """Copy all packs' rules with a mutation."""
    for source in (ROOT / "rule-packs").glob("*/rules.yaml"):
        document = yaml.safe_load(source.read_text())
        mutation(document)
        (directory / source.parent.name).mkdir(parents=True)
        (directory / source.parent.name / "rules.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return directory
