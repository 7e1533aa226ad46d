"""The section State filters of the language."""

from pathlib import Path
from typing import Any

import pytest

from dynamic_alerting.model.catalogue import Catalogue, FilterSpec
from dynamic_alerting.model.severity import Severity

FILTERS = (
    "state_filters:\n"
    "  container_crashloop: {reasons: [CrashLoopBackOff], severity: critical}\n"
    "  maintenance: {reasons: [], severity: info, default_state: disable}\n"
)
CRASHLOOP = {"state container_crashloop critical CrashLoopBackOff": 1.0}
MAINTENANCE = {"state maintenance info": 1.0}


def test_a_filter_is_on_by_default_unless_its_default_state_is_disable(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant("")
    assert world.of() == CRASHLOOP
    assert world.ids() == []


@pytest.mark.parametrize("word", ["enable", "enabled", "on", "true", "Enable", "ON", '"true"'])
def test_a_tenant_turns_it_on_with_a_word_for_enabling(world: Any, word: str) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant(f"_state_maintenance: {word}")
    assert world.of() == {**CRASHLOOP, **MAINTENANCE}


@pytest.mark.parametrize("word", ["disable", "disabled", "off", "false", "False", '"OFF"'])
def test_a_tenant_turns_it_off_with_a_word_for_disabling(world: Any, word: str) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant(f"_state_container_crashloop: {word}")
    assert world.of() == {}


@pytest.mark.parametrize("word", ["", "null", '""', "default"])
def test_nothing_and_default_leave_it_to_the_filter(world: Any, word: str) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant(
        f"_state_maintenance: {word}\n_state_container_crashloop: {word}"
    )
    assert world.of() == CRASHLOOP
    assert world.ids() == []


@pytest.mark.parametrize("word", ["yes", "no", "0", "1", "maybe", "enabled!", "[on]", "{state: on}"])
def test_anything_else_is_an_error_and_leaves_the_filter_as_it_was(world: Any, word: str) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant(f"_state_maintenance: {word}")
    assert world.of() == CRASHLOOP
    assert len(world.errors()) == 1
    world.tenant("_state_maintenance: on")
    assert world.of() == {**CRASHLOOP, **MAINTENANCE}
    world.tenant(f"_state_maintenance: {word}")
    assert world.of() == {**CRASHLOOP, **MAINTENANCE}


def test_several_reasons_are_served_one_series_each(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {pull: {reasons: [ErrImagePull, ImagePullBackOff]}}"})
    world.tenant("")
    assert world.of() == {"state pull warning ErrImagePull": 1, "state pull warning ImagePullBackOff": 1}


def test_states_may_be_scheduled(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS})
    world.tenant("_state_maintenance: {default: off, overrides: [{window: 02:00-04:00, value: on}]}")
    at = world.at.replace
    assert [MAINTENANCE.items() <= world.of(at=at(hour=hour)).items() for hour in (1, 2, 3, 4)] == [
        False,
        True,
        True,
        False,
    ]


def test_maintenance_can_end_by_itself(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS})
    world.tenant("_state_maintenance: {value: on, expires: '2026-11-23T13:00:00Z', reason: move}")
    assert MAINTENANCE.items() <= world.of().items()
    assert world.of(at=world.at.replace(hour=13)) == CRASHLOOP
    assert world.ids() == ["DA056"]


def test_a_filter_that_the_platform_does_not_have_is_an_error(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS}).tenant("_state_mantenance: on\nmysql_cpu: 5")
    assert world.of() == {**CRASHLOOP, "mysql cpu warning": 5}
    (finding,) = world.findings()
    assert (finding.id, finding.line) == ("DA060", 3)
    assert "_state_maintenance" in finding.advice


@pytest.fixture
def packed(world: Any, tmp_path: Path) -> Any:
    """A world in which a rule pack declares the filter."""
    known = world.catalogue
    (tmp_path / "packed").mkdir()
    filters = [
        FilterSpec(
            "container_crashloop", "kubernetes", ("CrashLoopBackOff",), Severity.CRITICAL, True, "It crashes."
        )
    ]
    return type(world)(tmp_path / "packed", Catalogue.of(known.specs.values(), known.packs, filters))


@pytest.mark.parametrize(
    ("packs", "expected"),
    [("[mariadb]", {}), ("[]", {}), ("[mariadb, kubernetes]", CRASHLOOP), ("", CRASHLOOP)],
)
def test_the_filters_of_packs_that_a_tenant_does_not_use_are_off(
    packed: Any, packs: str, expected: dict[str, float]
) -> None:
    packed.write({"_defaults.yaml": FILTERS}).tenant(f"_packs: {packs}")
    assert packed.of() == packed.explained() == expected


def test_a_tenant_can_turn_on_the_filter_of_a_pack_that_it_does_not_use(packed: Any) -> None:
    """As with thresholds: what a tenant sets itself is served whatever `_packs` says."""
    packed.write({"_defaults.yaml": FILTERS}).tenant("_packs: [mariadb]\n_state_container_crashloop: enable")
    assert packed.of() == packed.explained() == CRASHLOOP


def test_maintenance_belongs_to_no_pack(packed: Any) -> None:
    packed.write({"_defaults.yaml": FILTERS.replace(", default_state: disable", "")}).tenant("_packs: []")
    assert packed.of() == MAINTENANCE


def test_why_such_a_filter_is_off_is_explained(packed: Any) -> None:
    packed.write({"_defaults.yaml": FILTERS}).tenant("_packs: [mariadb]")
    (state,) = packed.explain("_state_container_crashloop").states
    assert not state.is_on
    assert state.why == (
        "The tenant does not switch it; the tenant does not take the pack kubernetes, to which it belongs."
    )
