"""Platform files are trusted: they may hold keys of any tenant, which lie below the tenant's own file."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from tests.language.conftest import NOON

FILTERS = "state_filters: {maintenance: {default_state: disable}, busy: {}}\n"


def _tenants(keys: str, name: str = "db-a") -> str:
    return f"tenants:\n  {name}:\n" + "".join(f"    {line}\n" for line in keys.splitlines())


def _agree(world: Any, at: Any = NOON) -> Any:
    """What is served, which `explain` says too."""
    served = world.of(at=at)
    assert world.explained(at=at) == served
    return served


def test_a_platform_file_may_hold_keys_of_a_tenant_with_a_file_of_its_own(world: Any) -> None:
    maintenance = "mysql_connections: 500\n_state_maintenance: enable\n_packs: [redis]"
    world.write({"_defaults.yaml": FILTERS + "defaults: {mysql_cpu: 80, redis_queue_length: 9}"})
    world.write({"_maintenance.yaml": _tenants(maintenance)}).tenant("mysql_threads: 5")
    assert _agree(world) == {
        "mysql threads warning": 5,
        "mysql connections warning": 500,
        "redis queue_length warning": 9,
        "state maintenance warning": 1,
        "state busy warning": 1,
    }
    assert world.errors() == []


def test_key_by_key_the_tenants_own_file_lies_over_it(world: Any) -> None:
    platform = (
        "mysql_connections: 500\nmysql_cpu: 60\n_state_maintenance: enable\n_state_busy: disable\n_packs: []"
    )
    own = "mysql_cpu: 70\n_state_maintenance: disable\n_packs: [mariadb]"
    world.write({"_defaults.yaml": FILTERS + "defaults: {mysql_aborts: 3, redis_queue_length: 1}"})
    world.write({"_x.yaml": _tenants(platform)}).tenant(own)
    assert _agree(world) == {
        "mysql connections warning": 500,
        "mysql cpu warning": 70,
        "mysql aborts warning": 3,
    }


def test_of_several_platform_files_the_later_wins_key_by_key(world: Any) -> None:
    world.write({"_a.yaml": _tenants("mysql_cpu: 1\nmysql_connections: 1\nmysql_x: 1")})
    world.write({"_b.yaml": _tenants("mysql_cpu: 2\nmysql_connections: 2")})
    world.write({"_c.yaml": _tenants("mysql_cpu: 3")})
    world.tenant("")
    assert _agree(world) == {"mysql cpu warning": 3, "mysql connections warning": 2, "mysql x warning": 1}
    assert world.errors() == []


def test_a_tenant_that_is_only_in_platform_files_exists(world: Any) -> None:
    world.write(
        {"_a.yaml": _tenants("mysql_cpu: 1\nmysql_connections: 1"), "_b.yaml": _tenants("mysql_cpu: 2")}
    )
    assert _agree(world) == {"mysql cpu warning": 2, "mysql connections warning": 1}
    assert world.ids() == []


@pytest.mark.parametrize("ownership", ["warn", "strict"])
def test_only_tenants_files_cannot_touch_other_tenants(world: Any, ownership: str) -> None:
    world.write({"_a.yaml": f"ownership: {ownership}\n" + _tenants("mysql_cpu: 1")})
    world.write({"db-b.yaml": _tenants("mysql_cpu: 666\nmysql_connections: 666")})
    assert _agree(world) == {"mysql cpu warning": 1}
    (finding,) = world.findings()
    assert (finding.id, finding.file) == ("DA032" if ownership == "strict" else "DA033", "db-b.yaml")
    assert "db-a.yaml" in finding.advice


@pytest.mark.parametrize("own", ["tenants: {", "", "tenants: {db-a: 5}", "5", None])
def test_a_broken_or_absent_own_file_hands_the_tenant_to_nobody_else(world: Any, own: str | None) -> None:
    world.write({"_a.yaml": _tenants("mysql_connections: 1"), "db-b.yaml": _tenants("mysql_cpu: 666")})
    if own is not None:
        world.write({"db-a.yaml": own})
    assert _agree(world) == {"mysql connections warning": 1}
    assert "DA033" in world.errors()


def test_a_file_that_breaks_stays_over_the_platforms(world: Any) -> None:
    world.write({"_a.yaml": _tenants("mysql_cpu: 1\nmysql_connections: 1")}).tenant("mysql_cpu: 2").load()
    world.write({"db-a.yaml": "tenants: {"})
    assert _agree(world) == {"mysql cpu warning": 2, "mysql connections warning": 1}
    world.write({"_a.yaml": "tenants: {"})
    assert _agree(world) == {"mysql cpu warning": 2, "mysql connections warning": 1}


def test_a_platform_file_that_goes_takes_its_layer_with_it(world: Any) -> None:
    world.write({"_a.yaml": _tenants("mysql_cpu: 1\nmysql_connections: 1")}).tenant("mysql_cpu: 2")
    assert _agree(world) == {"mysql cpu warning": 2, "mysql connections warning": 1}
    (world.path / "_a.yaml").unlink()
    assert _agree(world) == {"mysql cpu warning": 2}


# platform's keys, the tenant's own, what is served, by tier and dimension
TIERS = [
    ("K_critical: 95", "K: disable", {}),
    ("K_critical: 95\nK: 90", "K: off", {}),
    ("K_critical: 95", 'K: "90:critical"', {"critical": 90}),
    ('K: "90:critical"', "K_critical: 95", {"critical": 95}),
    ("K_critical: 95", 'K: "70:info"', {"info": 70, "critical": 95}),
    ("K_critical: 95", "K: 70", {"warning": 70, "critical": 95}),
    ("K: 70", "K_critical: 95", {"warning": 70, "critical": 95}),
    ("K: disable", "K_critical: 95", {"critical": 95}),
    ("K: disable", "K: 70", {"warning": 70}),
    ("K: 70\nK_critical: 95", "K_critical: disable", {"warning": 70}),
    ("K: 70", "K: default", {"warning": 70}),
    ("K: 70", "K: ''", {"warning": 70}),
    ("K: 70", 'K: {value: 60, expires: "2020-01-01T00:00:00Z"}', {"warning": 70}),
    ('K{queue="a"}: 5', "K: 70", {"warning": 70, 'warning{queue="a"}': 5}),
    ('K{queue="a"}: 5', "K: disable", {}),
    ('K{queue="a"}: 5', 'K{queue="a"}: 6', {'warning{queue="a"}': 6}),
    ("K{queue='a'}: 5", 'K{queue="a"}: default', {'warning{queue="a"}': 5}),
    (
        'K_critical{queue="a"}: 5',
        'K{queue="a"}: disable\nK: 70',
        {"warning": 70, 'warning{queue="a"}': float("inf")},
    ),
    ('K_critical{queue="a"}: 5', 'K{queue="a"}: "6:critical"', {'critical{queue="a"}': 6}),
    ('K_critical{queue="a"}: 5', 'K{queue="a"}: 6', {'critical{queue="a"}': 5, 'warning{queue="a"}': 6}),
    ('K{queue="a"}: 5', 'K{queue="b"}: 6', {'warning{queue="a"}': 5, 'warning{queue="b"}': 6}),
]


@pytest.mark.parametrize(("platform", "own", "served"), TIERS)
def test_tiers_are_those_of_the_layers(world: Any, platform: str, own: str, served: dict[str, float]) -> None:
    name = "redis_queue_length"
    world.write({"_x.yaml": _tenants(platform.replace("K", name))}).tenant(own.replace("K", name))
    assert _agree(world) == {f"redis queue_length {tier}": value for tier, value in served.items()}
    assert world.errors() == []


def test_disable_also_ends_the_platforms_default_below_both(world: Any) -> None:
    world.defaults("mysql_cpu: 80\nmysql_cpu_critical: 95")
    world.write({"_x.yaml": _tenants("mysql_cpu_critical: 90")}).tenant("mysql_cpu: disable")
    assert _agree(world) == {}


def test_what_a_later_platform_file_ends_stays_ended(world: Any) -> None:
    world.write({"_a.yaml": _tenants("mysql_cpu_critical: 95"), "_b.yaml": _tenants("mysql_cpu: disable")})
    world.tenant("mysql_cpu: 70")
    assert _agree(world) == {"mysql cpu warning": 70}


def test_where_a_schedule_or_an_end_says_nothing_the_layer_below_applies(world: Any) -> None:
    own = """
mysql_cpu: {overrides: [{window: "22:00-06:00", value: disable}]}
mysql_connections: {value: 7, expires: "2026-11-23T18:00:00Z"}
_state_maintenance: {value: disable, expires: "2026-11-23T18:00:00Z"}
"""
    world.write({"_defaults.yaml": FILTERS})
    world.write(
        {
            "_x.yaml": _tenants(
                "mysql_cpu: 70\nmysql_cpu_critical: 95\nmysql_connections: 8\n_state_maintenance: on"
            )
        }
    )
    world.tenant(own)
    day = {"mysql cpu warning": 70, "mysql cpu critical": 95, "state busy warning": 1}
    assert _agree(world) == {**day, "mysql connections warning": 7}
    evening = _agree(world, NOON + timedelta(hours=7))
    assert evening == {**day, "mysql connections warning": 8, "state maintenance warning": 1}
    night = _agree(world, NOON + timedelta(hours=11))
    assert night == {"state busy warning": 1, "mysql connections warning": 8, "state maintenance warning": 1}


def test_patterns_of_a_platform_file_are_expanded(world: Any) -> None:
    world.write({"_x.yaml": _tenants('redis_queue_length{queue=~"a.*"}: 5')}).tenant("redis_queue_length: 9")
    world.signal("redis_queue_length", {"queue": "ab"}, {"queue": "b"})
    assert world.of() == {
        "redis queue_length warning": 9,
        'redis queue_length warning{queue="ab"}': 5,
        'redis queue_length warning{queue_re="a.*"}': 5,
    }


def test_discovery_asks_for_keys_of_a_platform_file(world: Any) -> None:
    from dynamic_alerting.model.discovery import open_keys  # noqa: PLC0415 - only here

    world.write({"_x.yaml": _tenants('redis_queue_length{queue=~"a.*"}: 5')}).tenant("")
    found = open_keys(world.load().configuration, world.catalogue)
    assert [list(keys.tenants) for keys in found.values()] == [["db-a"]]


def test_explain_shows_the_line_of_the_platforms_file(world: Any) -> None:
    world.write({"_x.yaml": _tenants("mysql_cpu: 60\nmysql_connections: 5")}).tenant("mysql_cpu: 70")
    explanation = world.explain("mysql_cpu")
    steps = explanation.keys[0].targets[0].tiers[0].steps
    assert [(step.origin.file, step.origin.line, step.verdict) for step in steps] == [
        ("db-a.yaml", 3, "decides"),
        ("_x.yaml", 3, "replaced"),
    ]
    why = world.explain("mysql_connections").keys[0].targets[0].tiers[0].why
    assert why == "mysql_connections in _x.yaml:4 decides."


def test_explain_shows_where_a_state_is_switched(world: Any) -> None:
    world.write({"_defaults.yaml": FILTERS, "_x.yaml": _tenants("_state_maintenance: on")}).tenant("")
    (state,) = world.explain("_state_maintenance").states
    assert (state.is_on, state.origin) == (True, ("_x.yaml", 3, 5))
    assert state.why == "_state_maintenance in _x.yaml:3 decides."
    world.tenant("_state_maintenance: default")
    (state,) = world.explain("_state_maintenance").states
    assert state.why == "_state_maintenance in _x.yaml:3 decides."


def test_what_is_wrong_in_a_platform_file_is_said_there_and_only_its_key_is_lost(world: Any) -> None:
    world.write({"_x.yaml": _tenants("mysql_cpu: many\nmysql_connections: 5\n_state_mantenance: on")})
    world.tenant("mysql_cpu: 70")
    assert _agree(world) == {"mysql cpu warning": 70, "mysql connections warning": 5}
    assert [(one.id, one.file, one.line) for one in world.findings()] == [
        ("DA050", "_x.yaml", 3),
        ("DA060", "_x.yaml", 5),
    ]


def test_a_line_that_keeps_the_platforms_away_is_not_called_unused(world: Any) -> None:
    from dynamic_alerting.tenants.validation import validate  # noqa: PLC0415 - only here

    world.defaults("mysql_cpu: 80").tenant("mysql_cpu: 80")
    assert [one.id for one in validate(world.path, world.catalogue).findings] == ["DA047"]
    world.write({"_x.yaml": _tenants("mysql_cpu: 60")})
    assert [one.id for one in validate(world.path, world.catalogue).findings] == []


def test_a_change_of_a_platform_file_is_a_change_of_the_tenant(world: Any) -> None:
    world.tenant("mysql_cpu: 70").tenant("mysql_cpu: 1", name="db-b")
    for number in (5, 6):
        world.write({"_x.yaml": _tenants(f"mysql_connections: {number}")})
        assert _agree(world) == {"mysql cpu warning": 70, "mysql connections warning": number}
    assert world.of("db-b") == {"mysql cpu warning": 1}


def test_a_thousand_platform_files_may_name_one_tenant(world: Any) -> None:
    world.write({f"_{number:04}.yaml": _tenants(f"mysql_cpu: {number}") for number in range(1500)})
    world.tenant("mysql_connections: 1")
    first = world.load()
    assert _agree(world) == {"mysql cpu warning": 1499, "mysql connections warning": 1}
    world.tenant("mysql_connections: 1\nmysql_x: 1")
    assert first.configuration != world.load().configuration


KEYS = ["mysql_cpu", "mysql_cpu_critical"]
VALUES = ["", "5", '"6:critical"', "disable", "default"]


def test_two_files_say_what_one_would_unless_a_line_settles_what_lies_below(worlds: Any) -> None:
    """Spread over the platform's and the tenant's file, keys mean what they mean in one file."""
    for plain, critical in itertools.product(VALUES, repeat=2):
        lines = [f"{key}: {value}" for key, value in zip(KEYS, (plain, critical), strict=True) if value]
        together = worlds().tenant("\n".join(lines))
        apart = worlds().write({"_x.yaml": _tenants(lines[0] if lines else "mysql_y: default")})
        apart.tenant("\n".join(lines[1:]))
        assert _agree(apart) == _agree(together), lines
