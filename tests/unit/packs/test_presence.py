"""Which signals are there always, which at times, and which for ever."""

import re
from pathlib import Path

import pytest

from dynamic_alerting.model.catalogue import Catalogue, Presence
from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.loading import load_packs

PACKS = load_packs(Path(__file__).parents[3] / "rule-packs")
SPECS = catalogue_of(PACKS).specs


@pytest.mark.parametrize(
    ("key", "presence"),
    [
        ("mysql_connections", Presence.STEADY),
        ("mysql_exporters", Presence.KEPT),
        ("mysql_buffer_pool_miss_percent", Presence.SPORADIC),
        ("redis_refused_writes", Presence.SPORADIC),
        ("kubernetes_pod_unready", Presence.SPORADIC),
        ("redis_memory", Presence.STEADY),
    ],
)
def test_the_catalogue_says_when_a_signal_is_there(key: str, presence: Presence) -> None:
    assert SPECS[key].presence is presence


def test_what_is_judged_only_where_there_is_traffic_is_sporadic() -> None:
    wrong = []
    for pack in PACKS:
        for threshold in pack.thresholds:
            signal = pack.signal_of(threshold)
            limits = re.findall(r">\s*([0-9.]+)", re.sub(r"> bool [0-9]+", "", signal.expr))
            if any(float(limit) > 0 for limit in limits) and not signal.sporadic:
                wrong.append(threshold.key)
    assert wrong == []


def test_a_catalogue_that_does_not_say_it_can_be_read() -> None:
    catalogue = catalogue_of(PACKS)
    text = "\n".join(line for line in catalogue.to_json().splitlines() if '"presence"' not in line)
    old = Catalogue.from_json(re.sub(r",(\s*})", r"\1", text))
    assert {spec.presence for spec in old.specs.values()} == {Presence.STEADY}
    assert Catalogue.from_json(catalogue.to_json()).specs == catalogue.specs
