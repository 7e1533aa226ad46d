"""One bad override, one unknown field: only that part is lost, and nothing that was to end lasts for ever."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.language.conftest import NOON

NIGHT = NOON.replace(hour=23)
GOOD = '{window: "22:00-06:00", value: 200}'
END = '"2126-12-01T06:00:00Z"'


def _tiers(world: Any, at: datetime = NOON) -> dict[str, float]:
    return {name.removeprefix("mysql cpu "): value for name, value in world.of(at=at).items()}


def _says(world: Any, finding_id: str, consequence: str) -> None:
    """There is one error, of this kind, and it tells what holds in spite of it."""
    (finding,) = [one for one in world.findings() if one.severity == "error"]
    assert (finding.id, finding.file) == (finding_id, "db-a.yaml")
    assert finding.message.endswith(consequence), finding.message
    assert finding.advice


BAD_OVERRIDES = {
    "a bad window": ('{window: "10pm-6am", value: 5}', "DA054"),
    "a window that ends when it starts": ('{window: "10:00-10:00", value: 5}', "DA054"),
    "a zone that does not exist": ('{window: "10:00-14:00 Mars/Base", value: 5}', "DA054"),
    "a window that is a list": ('{window: ["10:00-14:00"], value: 5}', "DA054"),
    "a bad value": ('{window: "10:00-14:00", value: many}', "DA050"),
    "a value of the wrong shape": ('{window: "10:00-14:00", value: [5]}', "DA051"),
    "a value that never ends": ('{window: "10:00-14:00", value: {value: 5, expires: soon}}', "DA055"),
    "an end that stands beside the value": (f'{{window: "10:00-14:00", value: 5, expires: {END}}}', "DA052"),
    "no window": ("{value: 5}", "DA053"),
    "no value": ('{window: "10:00-14:00"}', "DA053"),
    "a mistyped window": ('{windwo: "10:00-14:00", value: 5}', "DA052"),
    "not a mapping": ("5", "DA051"),
    "nothing": ("", "DA051"),
}


@pytest.mark.parametrize("what", BAD_OVERRIDES)
@pytest.mark.parametrize("place", ["before", "after"])
def test_one_bad_override_loses_only_itself(world: Any, what: str, place: str) -> None:
    bad, finding_id = BAD_OVERRIDES[what]
    items = [bad, GOOD] if place == "before" else [GOOD, bad]
    lines = "\n".join(f"    - {item}" for item in items)
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu:\n  default: 100\n  overrides:\n{lines}")
    assert _tiers(world) == {"warning": 100}
    assert _tiers(world, NIGHT) == {"warning": 200}
    _says(world, finding_id, "This override is left out.")


def test_an_override_written_twice_in_itself_loses_only_itself(world: Any) -> None:
    bad = '{window: "10:00-14:00", value: 5, value: 6}'
    world.tenant(f"mysql_cpu: {{default: 100, overrides: [{bad}, {GOOD}]}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})
    assert world.errors() == ["DA011"]


@pytest.mark.parametrize(
    "field", ["note: x", "reason: [a]", "timezone: Asia/Taipei", "OVERRIDES2: []", "value: 5"]
)
def test_an_unknown_field_beside_default_and_overrides_loses_only_itself(world: Any, field: str) -> None:
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu: {{default: 100, {field}, overrides: [{GOOD}]}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})
    _says(world, "DA052", "Only this field is left out.")


def test_an_unknown_field_of_an_override_loses_only_itself(world: Any) -> None:
    world.tenant('mysql_cpu: {default: 100, overrides: [{window: "10:00-14:00", value: 5, note: x}]}')
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 5}, {"warning": 100})
    _says(world, "DA052", "Only this field is left out.")


@pytest.mark.parametrize("field", ["note: x", "until: tomorrow", "default_: 4"])
def test_an_unknown_field_of_a_value_that_ends_loses_only_itself(world: Any, field: str) -> None:
    world.tenant(f"mysql_cpu: {{value: 5, expires: {END}, {field}}}")
    assert _tiers(world) == {"warning": 5}
    assert _tiers(world, datetime.fromisoformat("2126-12-01T06:00:00Z")) == {}
    assert world.errors() == ["DA052"]


def test_a_bad_reason_loses_only_itself(world: Any) -> None:
    world.tenant(f"mysql_cpu: {{value: 5, expires: {END}, reason: [load, test]}}")
    assert _tiers(world) == {"warning": 5}
    _says(world, "DA051", "Only this field is left out.")


@pytest.mark.parametrize(
    "value",
    [
        "{value: 5, expires: soon}",
        "{value: 5, expires: }",
        "{value: 5, expires: 2126-12-01}",
        "{value: 5}",
        f"{{value: 5, expire: {END}}}",
        f"{{value: 5, expires: {END}, expires: {END}}}",
        f"{{default: 5, overrides: [{GOOD}], expires: {END}}}",
        "{value: {default: 5}, expires: soon}",
    ],
)
def test_what_was_to_end_and_would_not_is_refused_and_keeps_what_it_last_had(world: Any, value: str) -> None:
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu: {value}")
    assert _tiers(world) == {"warning": 80}
    world.tenant("mysql_cpu: 60")
    assert _tiers(world) == {"warning": 60}
    world.tenant(f"mysql_cpu: {value}")
    assert _tiers(world) == {"warning": 60}
    assert world.errors()


def test_a_bad_default_beside_good_overrides_is_what_it_last_validly_was(world: Any) -> None:
    bad = f"mysql_cpu: {{default: many, overrides: [{GOOD}]}}"
    world.defaults("mysql_cpu: 80").tenant(bad)
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 80}, {"warning": 200})
    _says(world, "DA050", "The schedule has no default until then.")
    world.tenant(f"mysql_cpu: {{default: 100, overrides: [{GOOD}]}}").load()
    world.tenant(bad)
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})
    _says(world, "DA050", "The schedule keeps its last default.")
    world.tenant(bad + "\n# touched")
    assert _tiers(world) == {"warning": 100}


@pytest.mark.parametrize(
    "last", ["100", f"{{value: 100, expires: {END}}}", f"{{value: {{default: 100}}, expires: {END}}}"]
)
def test_a_plain_value_is_the_last_default_of_the_schedule_that_follows_it(world: Any, last: str) -> None:
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu: {last}").load()
    world.tenant(f"mysql_cpu: {{defualt: 120, overrides: [{GOOD}]}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})
    _says(world, "DA052", "The schedule keeps its last default.")
    after = datetime.fromisoformat("2126-12-01T12:00:00Z")
    assert _tiers(world, after) == ({"warning": 100} if last == "100" else {"warning": 80})


@pytest.mark.parametrize(
    "overrides", ["overrides: 5", "overrides: {a: b}", "override: []", f"overrides: {GOOD}"]
)
def test_overrides_that_are_no_list_keep_what_they_last_were(world: Any, overrides: str) -> None:
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu: {{default: 100, {overrides}}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 100})
    assert len(world.errors()) == 1
    world.tenant(f"mysql_cpu: {{default: 100, overrides: [{GOOD}]}}").load()
    world.tenant(f"mysql_cpu: {{default: 120, {overrides}}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 120}, {"warning": 200})
    assert world.findings()[0].message.endswith("The schedule keeps its last overrides.")


@pytest.mark.parametrize(
    "value",
    [
        "{overrides: [5]}",
        "{overrides: 5}",
        "{default: x}",
        "{default: x, overrides: [5]}",
        "{overrides: [], override: 5, x: 1}",
    ],
)
def test_a_schedule_of_which_nothing_can_be_used_keeps_what_the_key_last_had(world: Any, value: str) -> None:
    world.defaults("mysql_cpu: 80").tenant(f"mysql_cpu: {value}")
    assert _tiers(world) == {"warning": 80}
    world.tenant(f"mysql_cpu: {{default: 100, overrides: [{GOOD}]}}").load()
    world.tenant(f"mysql_cpu: {value}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})
    assert "Its last valid value stays in force." in world.findings()[0].message


def test_an_override_of_a_critical_key_with_another_severity_loses_only_itself(world: Any) -> None:
    bad = '{window: "10:00-14:00", value: "5:info"}'
    world.tenant(f"mysql_cpu_critical: {{default: 100, overrides: [{bad}, {GOOD}]}}")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"critical": 100}, {"critical": 200})
    _says(world, "DA045", "This override is left out.")


def test_the_same_holds_for_states(world: Any) -> None:
    world.write({"_defaults.yaml": "state_filters: {maintenance: {default_state: disable}}"})
    good = '{window: "22:00-06:00", value: enable}'
    world.tenant(f"_state_maintenance: {{default: disable, note: x, overrides: [5, {good}]}}")
    assert world.of() == {}
    assert world.of(at=NIGHT) == {"state maintenance warning": 1}
    assert world.errors() == ["DA052", "DA051"]


def test_the_same_holds_for_defaults(world: Any) -> None:
    world.defaults(f"mysql_cpu: {{default: 100, note: x, overrides: [5, {GOOD}]}}").tenant("")
    assert (_tiers(world), _tiers(world, NIGHT)) == ({"warning": 100}, {"warning": 200})


def test_what_is_left_out_is_not_said_to_have_ended(world: Any) -> None:
    past = '"2020-01-01T00:00:00Z"'
    bad = f"{{window: x, value: {{value: 5, expires: {past}}}}}"
    world.tenant(f"mysql_cpu: {{default: 100, overrides: [{bad}]}}")
    assert world.ids() == ["DA054"]


def test_each_lost_part_is_counted_and_said_where_it_stands(world: Any) -> None:
    world.tenant(
        "mysql_cpu:\n  default: 100\n  note: x\n  overrides:\n    - 5\n    - {window: y, value: 1}\n    - "
        + GOOD
    )
    assert [(one.id, one.line) for one in world.findings()] == [("DA052", 5), ("DA051", 7), ("DA054", 8)]
    assert world.load().files[0].rejected_keys == 3
    assert world.of(at=NIGHT + timedelta(hours=1)) == {"mysql cpu warning": 200}
