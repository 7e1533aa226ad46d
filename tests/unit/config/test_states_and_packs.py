"""config-language.md, State filters and `_packs`."""

from collections.abc import Callable
from typing import Any

import pytest

from dynamic_alerting.model.schedule import parse_window
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import USE_DEFAULT, Override, Scheduled, TimeBoxed

TenantFile = Callable[[str], str]
FILTERS = """\
state_filters:
  container_crashloop: {reasons: [CrashLoopBackOff], severity: critical}
  maintenance: {reasons: [], severity: info, default_state: disable}
"""


def _filters(confd: Any) -> dict[str, tuple[tuple[str, ...], Severity, bool]]:
    return {
        one.name: (one.reasons, one.severity, one.enabled_by_default)
        for one in confd.load().configuration.state_filters
        if one.origin.line  # those of the files, not the built-in one
    }


def test_the_filters_of_the_specification(confd: Any) -> None:
    confd.write(_defaults=FILTERS)
    assert confd.findings() == []
    assert _filters(confd) == {
        "container_crashloop": (("CrashLoopBackOff",), Severity.CRITICAL, True),
        "maintenance": ((), Severity.INFO, False),
    }


@pytest.mark.parametrize("body", ["", "{}", "{reasons: , severity: , default_state: }", "~"])
def test_a_filter_is_on_and_a_warning_unless_it_says_otherwise(confd: Any, body: str) -> None:
    confd.write(_defaults=f"state_filters:\n  x: {body}\n")
    assert _filters(confd) == {"x": ((), Severity.WARNING, True)}


@pytest.mark.parametrize("body", ["[]", "on", "5", "''"])
def test_a_filter_that_cannot_be_used_is_refused_alone(confd: Any, body: str) -> None:
    confd.write(_defaults=f"state_filters:\n  x: {body}\n  y: {{}}\n")
    assert confd.ids() == ["DA062"]
    assert set(_filters(confd)) == {"y"}


LOST_FIELDS = [
    ("reasons: CrashLoopBackOff", "reasons"),
    ("reasons: [[a]]", "reasons"),
    ("reasons: ['']", "reasons"),
    ("reasons: [~]", "reasons"),
    ("severity: fatal", "severity"),
    ("severity: ''", "severity"),
    ("severity: Critical", "severity"),
    ("severity: [info]", "severity"),
    ("default_state: 5", "default_state"),
    ("default_state: ''", "default_state"),
    ("default_state: default", "default_state"),
    ("default_state: [on]", "default_state"),
    ("defualt_state: off", "default_state"),
    ("severity: info, severity: critical", "severity"),
    ("note: x", ""),
    ("reason: [a]", "reasons"),
]


@pytest.mark.parametrize(("field", "lost"), LOST_FIELDS)
def test_a_filter_holds_with_the_default_for_a_field_that_cannot_be_used(
    confd: Any, field: str, lost: str
) -> None:
    fields = {"reasons": "[A, B]", "severity": "info", "default_state": "disable"}
    others = "".join(f"{name}: {value}, " for name, value in fields.items() if name != lost)
    confd.write(_defaults=f"state_filters:\n  x: {{{others}{field}}}\n")
    whole = {"reasons": ("A", "B"), "severity": Severity.INFO, "default_state": False}
    default = {"reasons": (), "severity": Severity.WARNING, "default_state": True}
    expected = tuple(default[name] if name == lost else value for name, value in whole.items())
    assert _filters(confd) == {"x": expected}
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value) == (
        "DA011" if field.count("severity") == 2 else "DA062",
        "error",
    )
    assert finding.advice


def test_the_good_reasons_hold(confd: Any) -> None:
    confd.write(_defaults="state_filters:\n  x: {reasons: [A, [B], '', A, C]}\n")
    assert _filters(confd) == {"x": (("A", "C"), Severity.WARNING, True)}
    assert confd.ids() == ["DA062"] * 3


@pytest.mark.parametrize("name", ["", "a b", "_x", "é", "1", "a.b", '"'])
def test_a_filter_has_a_name(confd: Any, name: str) -> None:
    confd.write(_defaults=f"state_filters:\n  {name!r}: {{}}\n  y: {{}}\n")
    assert confd.ids() == ["DA062"]


@pytest.mark.parametrize(("field", "lost"), LOST_FIELDS)
def test_a_field_that_cannot_be_used_stays_what_it_was(confd: Any, field: str, lost: str) -> None:
    """Otherwise a slip in the default_state of `maintenance` would silence everybody."""
    fields = {"reasons": "[]", "severity": "info", "default_state": "disable"}
    confd.write(_defaults="state_filters: {x: {severity: info, default_state: disable}}").load()
    others = "".join(f"{name}: {value}, " for name, value in fields.items() if name != lost)
    confd.write(_defaults=f"state_filters:\n  x: {{{others}{field}}}\n")
    assert _filters(confd) == {"x": ((), Severity.INFO, False)}
    confd.write(_defaults=f"state_filters:\n  x: {{{others}{field}}} # touched\n")
    assert _filters(confd) == {"x": ((), Severity.INFO, False)}


def test_a_filter_that_cannot_be_used_stays_what_it_was(confd: Any) -> None:
    confd.write(_defaults=FILTERS).load()
    confd.write(_defaults="state_filters: {maintenance: 5}")
    assert _filters(confd) == {"maintenance": ((), Severity.INFO, False)}
    assert confd.findings()[0].message.endswith("What it last was stays in force.")


def test_of_one_filter_in_several_platform_files_the_last_counts_with_a_warning(confd: Any) -> None:
    confd.write(_defaults=FILTERS, _site="state_filters: {maintenance: {severity: critical}}")
    assert _filters(confd)["maintenance"] == ((), Severity.CRITICAL, True)
    assert [(finding.id, finding.file) for finding in confd.findings()] == [("DA063", "_site.yaml")]


@pytest.mark.parametrize("word", ["enable", "enabled", "on", "true", "Enable", "ON", '"true"', "True"])
def test_a_word_that_switches_a_state_on(confd: Any, tenant_file: TenantFile, word: str) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {word}"))
    assert confd.findings() == []
    assert [(one.filter, one.value) for one in confd.tenant().states] == [("maintenance", True)]


@pytest.mark.parametrize("word", ["disable", "disabled", "off", "false", "Disable", "OFF"])
def test_a_word_that_switches_a_state_off(confd: Any, tenant_file: TenantFile, word: str) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {word}"))
    assert confd.findings() == []
    assert [one.value for one in confd.tenant().states] == [False]


@pytest.mark.parametrize("word", ["", "~", "null", '""', "default"])
def test_an_omitted_state_is_what_its_filter_says(confd: Any, tenant_file: TenantFile, word: str) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {word}"))
    assert [one.value for one in confd.tenant().states] == [USE_DEFAULT]


@pytest.mark.parametrize("word", ["yes", "no", "0", "1", "y", "enabel", "5:critical", "maintenance"])
def test_anything_else_is_an_error_and_leaves_the_state_as_it_was(
    confd: Any, tenant_file: TenantFile, word: str
) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {word}"))
    assert confd.ids() == ["DA061"]
    assert confd.tenant().states == ()
    confd.write(db_a=tenant_file("_state_maintenance: on")).load()
    confd.write(db_a=tenant_file(f"_state_maintenance: {word}"))
    assert [one.value for one in confd.tenant().states] == [True]
    assert "Its last valid value stays in force." in confd.findings()[0].message


@pytest.mark.parametrize("shape", ["[on]", "{on: true}", "{overrides: [on]}"])
def test_a_state_of_the_wrong_shape(confd: Any, tenant_file: TenantFile, shape: str) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {shape}"))
    assert confd.ids() == ["DA051"]
    assert confd.tenant().states == ()


def test_a_state_may_be_scheduled(confd: Any, tenant_file: TenantFile) -> None:
    schedule = '{default: off, overrides: [{window: "Sun 02:00-04:00", value: on}]}'
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {schedule}"))
    (state,) = confd.tenant().states
    assert state.value == Scheduled(False, (Override(parse_window("Sun 02:00-04:00"), True),))


def test_maintenance_can_end_by_itself(confd: Any, tenant_file: TenantFile) -> None:
    box = '{value: on, expires: "2126-12-01T06:00:00Z", reason: upgrade}'
    confd.write(_defaults=FILTERS, db_a=tenant_file(f"_state_maintenance: {box}"))
    assert confd.findings() == []
    (state,) = confd.tenant().states
    assert isinstance(state.value, TimeBoxed)
    assert (state.value.value, state.value.reason) == (True, "upgrade")


def test_a_state_that_no_filter_declares_is_an_error_with_the_nearest_name(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(_defaults=FILTERS, db_a=tenant_file("_state_maintenence: on"))
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value) == ("DA060", "error")
    assert 'Did you mean "_state_maintenance"?' in finding.advice
    assert confd.load().files[1].rejected_keys == 1


def test_a_state_is_known_as_soon_as_its_filter_is(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("_state_container_crashloop: on"))
    assert confd.ids() == ["DA060"]
    confd.write(_defaults=FILTERS)
    assert confd.ids() == []


def test_maintenance_is_known_without_a_platform_file(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("_state_maintenance: on"))
    assert confd.ids() == []
    assert [one.name for one in confd.load().configuration.state_filters] == ["maintenance"]


@pytest.mark.parametrize(
    ("written", "packs"),
    [
        ("[mariadb, redis]", {"mariadb", "redis"}),
        ("[mariadb, mariadb]", {"mariadb"}),
        ("[platform]", {"platform"}),
        ("[]", set()),
        ("", None),
        ("~", None),
    ],
)
def test_the_packs_of_a_tenant(
    confd: Any, tenant_file: TenantFile, written: str, packs: set[str] | None
) -> None:
    confd.write(db_a=tenant_file(f"_packs: {written}"))
    assert confd.findings() == []
    assert confd.tenant().packs == packs


@pytest.mark.parametrize(
    ("written", "finding_id"),
    [
        ("mariadb", "DA070"),
        ('""', "DA070"),
        ("{mariadb: true}", "DA070"),
        ("[[mariadb]]", "DA070"),
        ("[mariadb, reddis]", "DA071"),
        ("[~]", "DA071"),
        ("[MariaDB]", "DA071"),
    ],
)
def test_packs_that_cannot_be_used_leave_the_packs_as_they_were(
    confd: Any, tenant_file: TenantFile, written: str, finding_id: str
) -> None:
    confd.write(db_a=tenant_file(f"_packs: {written}"))
    assert confd.ids() == [finding_id]
    assert confd.tenant().packs is None
    confd.write(db_a=tenant_file("_packs: [oracle]")).load()
    confd.write(db_a=tenant_file(f"_packs: {written}"))
    assert confd.tenant().packs == {"oracle"}


def test_a_pack_is_suggested(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("_packs: [mariabd]"))
    assert confd.findings()[0].advice.startswith('Did you mean "mariadb"?')


@pytest.mark.parametrize(
    ("platform", "own"),
    [
        ("mysql_connections: 500", "mysql_connections: many"),
        ("_state_maintenance: on", "_state_maintenance: maybe"),
        ("_packs: [redis]", "_packs: [nope]"),
    ],
)
def test_what_is_refused_above_a_platform_file_counts_as_omitted_and_no_default_is_promised(
    confd: Any, tenant_file: TenantFile, platform: str, own: str
) -> None:
    confd.write_as("_a.yaml", tenant_file(platform)).write(db_a=tenant_file(own))
    (finding,) = confd.findings()
    assert finding.message.endswith("It counts as omitted.")
