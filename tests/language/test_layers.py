"""The section Layers of the language."""

from pathlib import Path
from typing import Any

import pytest
from tests.declared import declared

from dynamic_alerting.config.unused_overrides import unused_overrides
from dynamic_alerting.model.catalogue import Catalogue, FilterSpec
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.packs.bundled import load_catalogue

CRASHLOOP = FilterSpec(
    "crashloop", "kubernetes", ("CrashLoopBackOff",), Severity.CRITICAL, True, "It crashes."
)


def _small() -> Catalogue:
    return Catalogue.of(
        [
            declared("mysql_up", pack="mariadb", default="1", default_critical="0.5"),
            declared("mysql_connections", pack="mariadb", default="80", default_critical="95"),
            declared(
                "redis_queue_length",
                "queue",
                default="100",
                dimensional_defaults={'{queue="bulk"}': "1000", '{queue=~"mail.*"}': "500"},
            ),
        ],
        packs=["kubernetes"],
        filters=[CRASHLOOP],
    )


@pytest.fixture
def packed(world: Any, tmp_path: Path) -> Any:
    """A world whose packs have defaults."""
    (tmp_path / "packed").mkdir()
    return type(world)(tmp_path / "packed", _small())


def _of(packed: Any, name: str) -> dict[str, float]:
    return {key: value for key, value in packed.of().items() if key.startswith(name)}


def test_the_packs_own_defaults_are_the_lowest_layer(packed: Any) -> None:
    packed.tenant("")
    assert packed.of() == {
        "mysql up warning": 1,
        "mysql up critical": 0.5,
        "mysql connections warning": 80,
        "mysql connections critical": 95,
        "redis queue_length warning": 100,
        'redis queue_length warning{queue="bulk"}': 1000,
        'redis queue_length warning{queue_re="mail.*"}': 500,
        "state crashloop critical CrashLoopBackOff": 1,
    }
    assert packed.ids() == []


def test_then_the_platform_files_in_their_order(packed: Any) -> None:
    packed.write(
        {"_a.yaml": "defaults: {mysql_connections: 70}", "_b.yaml": "defaults: {mysql_connections: 60}"}
    )
    packed.tenant("")
    assert _of(packed, "mysql connections") == {
        "mysql connections warning": 60,
        "mysql connections critical": 95,
    }


def test_then_the_tenant(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {mysql_connections: 70, mysql_connections_critical: 90}"})
    packed.tenant("mysql_connections: 50")
    assert _of(packed, "mysql connections") == {
        "mysql connections warning": 50,
        "mysql connections critical": 90,
    }


@pytest.mark.parametrize("word", ["default", "null", '""', "{value: 5, expires: '2020-01-01T00:00:00Z'}"])
def test_what_the_platform_leaves_out_is_the_packs(packed: Any, word: str) -> None:
    packed.write({"_a.yaml": f"defaults: {{mysql_connections: {word}}}"}).tenant("")
    assert _of(packed, "mysql connections") == {
        "mysql connections warning": 80,
        "mysql connections critical": 95,
    }


def test_defaults_yaml_holds_only_what_a_platform_wants_different(packed: Any) -> None:
    packed.write({"_defaults.yaml": "defaults: {mysql_connections: 70}"}).tenant("")
    assert packed.of()["mysql up warning"] == 1
    assert packed.of()["mysql connections warning"] == 70


def test_disable_of_the_platform_takes_every_tier_along_that_it_did_not_set(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {mysql_connections: disable}"}).tenant("")
    assert _of(packed, "mysql connections") == {}
    packed.tenant("mysql_connections: 50")
    assert _of(packed, "mysql connections") == {"mysql connections warning": 50}
    packed.write(
        {"_a.yaml": "defaults: {mysql_connections: disable, mysql_connections_critical: 90}"}
    ).tenant("")
    assert _of(packed, "mysql connections") == {"mysql connections critical": 90}


def test_disable_of_the_platform_ends_what_the_pack_says_of_some_labels_too(
    world: Any, tmp_path: Path
) -> None:
    bulk = {'{queue="bulk"}': "1000:critical"}
    spec = declared("redis_queue_length", "queue", default="100", dimensional_defaults=bulk)
    (tmp_path / "own").mkdir()
    own = type(world)(tmp_path / "own", Catalogue.of([spec]))
    own.write({"_a.yaml": "defaults: {redis_queue_length: disable}"}).tenant("redis_queue_length: 50")
    assert own.of() == own.explained() == {"redis queue_length warning": 50}


def test_a_severity_of_the_platforms_own_replaces_the_packs_warning_tier(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {mysql_up: '0.7:critical'}"}).tenant("")
    assert _of(packed, "mysql up") == {"mysql up critical": 0.7}


def test_the_platforms_default_goes_before_the_packs_dimensional_one(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {redis_queue_length: 300}"}).tenant("")
    assert _of(packed, "redis") == {"redis queue_length warning": 300}


def test_the_platforms_dimensional_default_goes_before_the_packs_of_the_same_labels(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {'redis_queue_length{queue=\"bulk\"}': disable}"}).tenant("")
    assert _of(packed, "redis")['redis queue_length warning{queue="bulk"}'] == float("inf")
    assert _of(packed, "redis")['redis queue_length warning{queue_re="mail.*"}'] == 500


def test_the_tenants_base_value_goes_before_both(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults: {'redis_queue_length{queue=\"slow\"}': 7}"})
    packed.tenant("redis_queue_length: 40")
    assert _of(packed, "redis") == {"redis queue_length warning": 40}


def test_the_packs_pattern_is_expanded_to_the_label_values_of_now(packed: Any) -> None:
    packed.present = {("db-a", "redis_queue_length"): ((("queue", "mail-out"),), (("queue", "bulk"),))}
    packed.tenant("")
    assert _of(packed, "redis")['redis queue_length warning{queue="mail-out"}'] == 500
    assert _of(packed, "redis")['redis queue_length warning{queue="bulk"}'] == 1000


def test_an_upgrade_that_adds_keys_needs_no_change_of_anybodys_file(world: Any, tmp_path: Path) -> None:
    files = {
        "_defaults.yaml": "defaults: {mysql_connections: 70}",
        "db-a.yaml": "tenants: {db-a: {mysql_up: 2}}",
    }
    old, new = _small(), _small()
    new = Catalogue.of([*new.specs.values(), declared("mysql_lag", pack="mariadb", default="60")])
    served = []
    for number, catalogue in enumerate((old, new)):
        root = tmp_path / str(number)
        root.mkdir()
        served.append(type(world)(root, catalogue).write(files).of())
    assert served[1].items() - served[0].items() == {("mysql lag warning", 60.0)}


def test_packs_says_which_packs_this_platform_runs(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [mariadb]"}).tenant("")
    assert set(packed.of()) == {
        "mysql up warning",
        "mysql up critical",
        "mysql connections warning",
        "mysql connections critical",
    }
    packed.write({"_a.yaml": "packs: []"})
    assert packed.of() == {}
    packed.write({"_a.yaml": "packs:"})
    assert len(packed.of()) == 8


def test_a_tenants_packs_chooses_among_them(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [mariadb, redis]"}).tenant("_packs: [redis, kubernetes]")
    assert {key.split()[0] for key in packed.of()} == {"redis"}
    (finding,) = packed.findings()
    assert (finding.id, finding.file, finding.line) == ("DA079", "db-a.yaml", 3)
    assert "does not run kubernetes" in finding.message


def test_a_key_of_a_pack_that_is_not_run_is_served_and_said_once_a_file(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [redis]"}).tenant("mysql_connections: 5\nmysql_up: 1")
    assert _of(packed, "mysql") == {"mysql connections warning": 5, "mysql up warning": 1}
    (finding,) = packed.findings()
    assert (finding.id, finding.text) == ("DA079", "mysql_connections")


def test_a_default_of_a_pack_that_is_not_run_is_not_served_and_said(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [redis]\ndefaults: {mysql_connections: 5}"}).tenant("")
    assert _of(packed, "mysql") == {}
    assert packed.ids() == ["DA079"]


def test_packs_that_cannot_be_used_leave_the_packs_as_they_were(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [mariadb, reddis]"}).tenant("")
    assert packed.ids() == ["DA071"]
    assert len(packed.of()) == 8
    packed.write({"_a.yaml": "packs: [mariadb]"}).load()
    packed.write({"_a.yaml": "packs: mariadb"})
    assert packed.ids() == ["DA070"]
    assert len(packed.of()) == 4


def test_of_two_platform_files_the_later_names_the_packs(packed: Any) -> None:
    packed.write({"_a.yaml": "packs: [mariadb]", "_b.yaml": "packs: [redis]"}).tenant("")
    assert {key.split()[0] for key in packed.of()} == {"redis"}
    assert packed.ids() == ["DA046"]


def test_a_tenants_file_cannot_choose_the_platforms_packs(packed: Any) -> None:
    packed.write({"db-a.yaml": "packs: [redis]\ntenants: {db-a: {}}"})
    assert packed.ids() == ["DA021"]
    assert len(packed.of()) == 8


def test_explain_shows_each_layer(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults:\n  mysql_connections: 70\n"}).tenant("mysql_connections: default")
    (key,) = packed.explain("mysql_connections").keys
    (warning,) = [tier for tier in key.targets[0].tiers if tier.severity == "warning"]
    assert warning.value == 70
    assert [(step.layer, step.origin.place, step.verdict) for step in warning.steps] == [
        ("tenant", "db-a.yaml:3", "omitted"),
        ("default", "_a.yaml:2", "decides"),
        ("pack", "pack mariadb", "silent"),
        ("pack", "pack mariadb", "replaced"),
    ]


def test_a_filter_of_a_pack_is_built_in_and_the_platform_may_change_it(packed: Any) -> None:
    packed.tenant("")
    assert _of(packed, "state") == {"state crashloop critical CrashLoopBackOff": 1}
    packed.write({"_a.yaml": "state_filters: {crashloop: {reasons: [OOMKilled], severity: info}}"})
    assert _of(packed, "state") == {"state crashloop info OOMKilled": 1}
    assert packed.ids() == []
    packed.write({"_a.yaml": "packs: [mariadb]"})
    assert _of(packed, "state") == {}


def test_maintenance_needs_no_file_of_the_platform(packed: Any) -> None:
    packed.tenant("_packs: []\n_state_maintenance: on")
    assert packed.of() == {"state maintenance info": 1}
    assert packed.ids() == []


def test_a_platforms_copy_of_a_packs_default_is_said_to_change_nothing(packed: Any) -> None:
    packed.write({"_a.yaml": "defaults:\n  mysql_connections: 80\n  mysql_connections_critical: 95\n"})
    found = unused_overrides(packed.load().configuration, packed.catalogue, packed.path)
    assert [(one.id, one.text) for one in found] == [
        ("DA047", "mysql_connections"),
        ("DA047", "mysql_connections_critical"),
    ]


def test_with_the_shipped_packs_an_old_file_of_four_keys_lets_every_alert_live(
    world: Any, tmp_path: Path
) -> None:
    catalogue = load_catalogue()
    (tmp_path / "shipped").mkdir()
    shipped = type(world)(tmp_path / "shipped", catalogue)
    shipped.write(
        {
            "_defaults.yaml": "defaults: {mysql_connections: 80, mysql_cpu: 80, container_cpu: 80, "
            "container_memory: 85}"
        }
    ).tenant("")
    served = shipped.of()
    for spec in catalogue.specs.values():
        if spec.default is not None:
            assert any(key.startswith(f"{spec.component} {spec.metric} ") for key in served), spec.key
    assert {"mysql up warning", "mysql up critical"} <= served.keys()


@pytest.mark.parametrize(
    "body", ["{default_state: maybe}", "{severity: fatal}", "off", "{default_state: ''}"]
)
def test_a_mistake_in_the_platforms_maintenance_silences_nobody(packed: Any, body: str) -> None:
    text = body if "default_state" in body else body.replace("}", ", default_state: disable}")
    packed.write({"_a.yaml": f"state_filters: {{maintenance: {text}}}"}).tenant("")
    assert packed.ids() == ["DA062"]
    assert not any("maintenance" in key for key in packed.of())
