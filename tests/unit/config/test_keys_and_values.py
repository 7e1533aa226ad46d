"""config-language.md, Keys and Values: what loads, and what is said about what does not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.matchers import Matcher
from dynamic_alerting.model.schedule import parse_window
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import (
    DISABLED,
    USE_DEFAULT,
    Custom,
    Override,
    Plain,
    Scheduled,
    TimeBoxed,
)

TenantFile = Callable[[str], str]


def _queue(*matchers: Matcher) -> ThresholdKey:
    return ThresholdKey("redis_queue_length", is_critical=False, matchers=matchers)


EXPIRES = datetime(2126, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
def load_value(confd: Any, tenant_file: TenantFile) -> Callable[[str], Any]:
    """Loads `mysql_connections: <text>` without any finding and returns its value."""

    def load(text: str) -> Any:
        confd.write(db_a=tenant_file(f"mysql_connections:{text}"))
        assert [str(finding) for finding in confd.findings()] == []
        return confd.values()["mysql_connections"]

    return load


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (" 70", Custom(70.0)),
        (' "70"', Custom(70.0)),
        (" '70'", Custom(70.0)),
        (" 1.5e9", Custom(1.5e9)),
        (" -3", Custom(-3.0)),
        (" 0", Custom(0.0)),
        (" 007", Custom(7.0)),
        (' "70:critical"', Custom(70.0, Severity.CRITICAL)),
        (" 70:info", Custom(70.0, Severity.INFO)),
        (" 70:warning", Custom(70.0, Severity.WARNING)),
        ("", USE_DEFAULT),
        (" ~", USE_DEFAULT),
        (" null", USE_DEFAULT),
        (' ""', USE_DEFAULT),
        (" default", USE_DEFAULT),
        (" disable", DISABLED),
        (" Disabled", DISABLED),
        (" off", DISABLED),
        (" OFF", DISABLED),
        (" false", DISABLED),
        (" False", DISABLED),
        (' "false"', DISABLED),
        (" &anchor 70", Custom(70.0)),
        (" !!str 70", Custom(70.0)),
    ],
)
def test_a_value_of_the_table(load_value: Callable[[str], Any], written: str, value: object) -> None:
    assert load_value(written) == value


@pytest.mark.parametrize(
    "written",
    [
        "true",
        "yes",
        "no",
        "on",
        "NaN",
        ".nan",
        "Inf",
        "-.inf",
        "0x1F",
        "0o17",
        "1_000",
        "22:30",
        "70:urgent",
        "'70:'",
        "':critical'",
        "70 %",
        "1e999",
        "7O",
        "1,5",
        "70:critical:x",
        "|\n      70\n      80",
        "\u0661\u0662",
    ],
)
def test_anything_else_is_an_error_on_that_key_with_advice(
    confd: Any, tenant_file: TenantFile, written: str
) -> None:
    confd.write(db_a=tenant_file(f"mysql_connections: {written}\nmysql_cpu: 5"))
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value) == ("DA050", "error")
    assert finding.line in {3, 4}
    assert finding.message.endswith("It counts as omitted.")
    assert finding.advice
    assert confd.values() == {"mysql_cpu": Custom(5.0)}
    assert confd.load().files[0].rejected_keys == 1


def test_the_caret_stands_under_the_wrong_part_inside_quotes(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file('mysql_connections: "70:urgent"'))
    (finding,) = confd.findings()
    source, carets = finding.excerpt.split("\n")
    assert source[carets.index("^") : carets.rindex("^") + 1] == "urgent"
    assert (finding.line, finding.column, finding.text) == (3, 28, "70:urgent")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("mysql_connections", ThresholdKey("mysql_connections", is_critical=False)),
        ("mysql_connections_critical", ThresholdKey("mysql_connections", is_critical=True)),
        ('redis_queue_length{queue="email"}', _queue(Matcher("queue", "email"))),
        ("redis_queue_length{queue='email'}", _queue(Matcher("queue", "email"))),
        (
            'redis_queue_length{queue="a,b", priority=~"h{1,2}"}',
            _queue(Matcher("priority", "h{1,2}", is_regex=True), Matcher("queue", "a,b")),
        ),
        (
            'oracle_tablespace_used_percent{tablespace=~"SYS.*"}',
            ThresholdKey(
                "oracle_tablespace_used_percent",
                is_critical=False,
                matchers=(Matcher("tablespace", "SYS.*", is_regex=True),),
            ),
        ),
        (
            'oracle_tablespace_used_percent_critical{tablespace="USERS"}',
            ThresholdKey(
                "oracle_tablespace_used_percent", is_critical=True, matchers=(Matcher("tablespace", "USERS"),)
            ),
        ),
    ],
)
def test_a_key_of_the_table(confd: Any, tenant_file: TenantFile, key: str, expected: ThresholdKey) -> None:
    confd.write(db_a=tenant_file(f"{key}: 500"))
    assert confd.findings() == []
    (entry,) = confd.tenant().entries
    assert entry.key == expected
    assert entry.origin == ("db-a.yaml", 3, 5)


def test_a_key_may_be_quoted(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("'redis_queue_length{queue=\"a: b # c\"}': 500"))
    (entry,) = confd.tenant().entries
    assert entry.key.matchers == (Matcher("queue", "a: b # c"),)


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("redis_queue_length{queue=email}", 30),
        ('redis_queue_length{queue="a"', None),
        ('redis_queue_length{queue=~"["}', None),
        ('redis_queue_length{tenant="db-b"}', None),
        ("redis-queue", None),
        ("connections", None),
        ("70", None),
        ('""', None),
        ("~", None),
        ("null", None),
    ],
)
def test_a_key_that_is_no_threshold_key_is_an_error(
    confd: Any, tenant_file: TenantFile, key: str, column: int | None
) -> None:
    confd.write(db_a=tenant_file(f"{key}: 500\nmysql_cpu: 5"))
    (finding,) = confd.findings()
    assert (finding.id, finding.line) == ("DA040", 3)
    assert column in {None, finding.column}
    assert confd.values() == {"mysql_cpu": Custom(5.0)}


@pytest.mark.parametrize("key", ["_pack", "_packs_", "_state", "_state_", "_state_a b", "_", "__packs", "_x"])
def test_an_unknown_key_with_an_underscore_is_an_error(confd: Any, tenant_file: TenantFile, key: str) -> None:
    confd.write(db_a=tenant_file(f"{key}: []\nmysql_cpu: 5"))
    assert confd.ids() == ["DA041"]
    assert confd.values() == {"mysql_cpu": Custom(5.0)}


def test_a_key_that_no_pack_declares_is_served_with_a_warning_and_a_did_you_mean(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(db_a=tenant_file("mysql_conections: 5\nmysql_conections_critical: 6"))
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value, finding.line) == ("DA042", "warning", 3)
    assert 'Did you mean "mysql_connections"?' in finding.advice
    assert len(confd.tenant().entries) == 2
    assert confd.load().files[0].rejected_keys == 0


def test_a_key_without_its_component_is_recognised(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file("connections: 5"))
    assert confd.findings()[0].advice == 'Write "mysql_connections".'


def test_a_declared_key_written_by_its_labels_is_an_error_that_names_the_key(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(db_a=tenant_file("elasticsearch_heap_percent: 5"))
    (finding,) = confd.findings()
    assert (finding.id, finding.advice) == ("DA040", "Write es_heap_percent.")


def test_a_dimension_that_the_pack_does_not_have_is_an_error_on_that_key(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(db_a=tenant_file('redis_queue_length{queu="a"}: 5\nmysql_cpu{core="1"}: 5\nmysql_cpu: 6'))
    assert confd.ids() == ["DA043", "DA043"]
    assert list(confd.values()) == ["mysql_cpu"]


def test_a_value_at_critical_beside_the_critical_key_names_both_lines(
    confd: Any, tenant_file: TenantFile
) -> None:
    confd.write(db_a=tenant_file('mysql_cpu_critical: 95\nmysql_connections: 1\nmysql_cpu: "90:critical"'))
    (finding,) = confd.findings()
    assert (finding.id, finding.severity.value, finding.line) == ("DA044", "error", 5)
    assert "on line 3, which wins" in finding.message


def test_so_does_one_inside_a_schedule(confd: Any, tenant_file: TenantFile) -> None:
    schedule = '{default: 1, overrides: [{window: "22:00-06:00", value: "90:critical"}]}'
    confd.write(db_a=tenant_file(f"mysql_cpu: {schedule}\nmysql_cpu_critical: 95"))
    assert confd.ids() == ["DA044"]


def test_a_value_at_info_beside_the_critical_key_is_fine(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file('mysql_cpu: "90:info"\nmysql_cpu_critical: 95'))
    assert confd.ids() == []


@pytest.mark.parametrize(
    "second",
    [
        "redis_queue_length{queue='a', priority=\"b\"}",
        'redis_queue_length{priority="b",queue="a"}',
        'redis_queue_length{ queue = "\\x61", priority="b" }',
    ],
)
def test_one_dimensional_key_spelled_two_ways_is_an_error_and_the_first_stays(
    confd: Any, tenant_file: TenantFile, second: str
) -> None:
    confd.write(db_a=tenant_file(f'redis_queue_length{{queue="a", priority="b"}}: 1\n{second}: 2'))
    (finding,) = confd.findings()
    assert (finding.id, finding.line) == ("DA044", 4)
    assert "on line 3" in finding.message
    assert [entry.value for entry in confd.tenant().entries] == [Custom(1.0)]


def test_a_pattern_and_an_exact_value_are_not_the_same_series(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file('redis_queue_length{queue="a"}: 1\nredis_queue_length{queue=~"a"}: 2'))
    assert confd.ids() == []


def test_a_critical_key_with_another_severity_is_an_error(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(
        db_a=tenant_file('mysql_cpu_critical: "95:warning"\nmysql_connections_critical: "9:critical"')
    )
    assert confd.ids() == ["DA045"]
    assert confd.values() == {"mysql_connections_critical": Custom(9.0, Severity.CRITICAL)}


def test_a_schedule(load_value: Callable[[str], Any]) -> None:
    value = load_value(
        """
      default: "100"
      overrides:
        - window: "22:00-06:00"
          value: "200"
        - window: "Mon-Fri 09:00-18:00 Asia/Taipei"
          value: "80:critical\""""
    )
    assert value == Scheduled(
        Custom(100.0),
        (
            Override(parse_window("22:00-06:00"), Custom(200.0)),
            Override(parse_window("Mon-Fri 09:00-18:00 Asia/Taipei"), Custom(80.0, Severity.CRITICAL)),
        ),
    )


@pytest.mark.parametrize("written", [" {overrides: []}", " {default: , overrides: }", " {default: default}"])
def test_what_a_schedule_omits_is_the_default(load_value: Callable[[str], Any], written: str) -> None:
    assert load_value(written) == Scheduled(USE_DEFAULT, ())


@pytest.mark.parametrize(
    "written",
    [
        ' {value: "200", expires: "2126-12-01T06:00:00Z"}',
        " {value: 200, expires: 2126-12-01T06:00:00Z}",
        " {value: 200, expires: 2126-12-01 06:00Z}",
        " {value: 200, expires: 2126-12-01t06:00:00z}",
        " {value: 200, expires: 2126-12-01T14:00:00+08:00, reason: }",
        " {value: 200, expires: 2126-11-30T22:30:00.000-07:30}",
    ],
)
def test_a_value_that_ends(load_value: Callable[[str], Any], written: str) -> None:
    assert load_value(written) == TimeBoxed(Custom(200.0), EXPIRES)


def test_a_value_that_ends_keeps_its_reason(load_value: Callable[[str], Any]) -> None:
    value = load_value(' {value: off, expires: "2126-12-01T06:00:00Z", reason: "load test"}')
    assert value == TimeBoxed(DISABLED, EXPIRES, "load test")


def test_a_schedule_may_end_and_may_hold_values_that_end(load_value: Callable[[str], Any]) -> None:
    ends = ', expires: "2126-12-01T06:00:00Z"}'
    schedule: Scheduled[Plain] = Scheduled(Custom(5.0), ())
    box: TimeBoxed[Plain] = TimeBoxed(Custom(5.0), EXPIRES)
    ending: TimeBoxed[Plain] = TimeBoxed(schedule, EXPIRES)
    assert load_value(f" {{value: {{default: 5}}{ends}") == ending
    starting: Scheduled[Plain] = Scheduled(box, ())
    assert load_value(f" {{default: {{value: 5{ends}}}") == starting


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("[70]", ["DA051"]),
        ("{}", ["DA051"]),
        ("{warning: 1, critical: 2}", ["DA051"]),
        ("{default: [1]}", ["DA051"]),
        ("{default: {default: 1}}", ["DA051"]),
        ("{overrides: 5}", ["DA051"]),
        ("{overrides: {window: a}}", ["DA051"]),
        ("{overrides: [5]}", ["DA051"]),
        ("{overrides: [{window: '22:00-06:00', value: [1]}]}", ["DA051"]),
        ("{value: [1], expires: '2126-12-01T06:00:00Z'}", ["DA051"]),
        ("{value: {value: 1}, expires: '2126-12-01T06:00:00Z'}", ["DA051"]),
        ("{default: 1, expires: '2126-12-01T06:00:00Z'}", ["DA052"]),
        ("{overrides: [{window: '22:00-06:00', valeu: 1}]}", ["DA052"]),
        ("{value: 1}", ["DA053"]),
        ("{expires: '2126-12-01T06:00:00Z'}", ["DA053"]),
        ("{reason: because}", ["DA053", "DA053"]),
        ("{overrides: [{window: '22:00-06:00'}]}", ["DA053"]),
        ("{overrides: [{value: 1}]}", ["DA053"]),
        ("{overrides: [{window: '22:00-22:00', value: 1}]}", ["DA054"]),
        ("{overrides: [{window: '25:00-26:00', value: 1}]}", ["DA054"]),
        ("{overrides: [{window: [], value: 1}]}", ["DA054"]),
        ("{value: 1, expires: tomorrow}", ["DA055"]),
        ("{value: 1, expires: 2126-12-01T06:00:00}", ["DA055"]),
        ("{value: 1, expires: 2126-12-01}", ["DA055"]),
        ("{value: 1, expires: 2126-02-30T06:00:00Z}", ["DA055"]),
        ("{value: 1, expires: 0001-01-01T00:00:00+14:00}", ["DA055"]),
        ("{value: 1, expires: [2126-12-01T06:00:00Z]}", ["DA055"]),
        ("{value: x, expires: y}", ["DA050", "DA055"]),
        ("{default: x, overrides: [{window: y, value: z}, {window: '1-2', value: 5}]}",
         ["DA050", "DA054", "DA050", "DA054"]),
        ("{default: 1, default: 2}", ["DA011"]),
        ("{overrides: [{window: a, window: b}]}", ["DA011"]),
    ],
)  # fmt: skip
def test_everything_wrong_with_a_value_is_said_and_only_its_key_is_refused(
    confd: Any, tenant_file: TenantFile, written: str, ids: list[str]
) -> None:
    confd.write(db_a=tenant_file(f"mysql_connections: {written}\nmysql_cpu: 5"))
    assert confd.ids() == ids
    assert confd.values() == {"mysql_cpu": Custom(5.0)}


def test_a_value_that_has_ended_is_said_when_its_time_has_come(confd: Any, tenant_file: TenantFile) -> None:
    confd.write(db_a=tenant_file('mysql_cpu: {value: 1, expires: "2026-06-01T13:00:00Z"}'))
    assert confd.findings() == []
    assert not confd.loader.changed()
    confd.now = datetime(2026, 6, 1, 13, tzinfo=UTC)
    assert confd.loader.changed()
    (finding,) = confd.findings()
    assert (finding.id, finding.line, finding.column) == ("DA056", 3, 36)
    assert not confd.loader.changed()
    assert confd.load().files[0].rejected_keys == 0


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [
        ("mysql_cpu: 80", "mysql_cpu", Custom(80.0)),
        ('mysql_cpu: "80"', "mysql_cpu", Custom(80.0)),
        ('mysql_cpu: "80:critical"', "mysql_cpu", Custom(80.0, Severity.CRITICAL)),
        ("mysql_cpu: disable", "mysql_cpu", DISABLED),
        ("mysql_cpu: {default: 5}", "mysql_cpu", Scheduled(Custom(5.0), ())),
        ("mysql_cpu_critical: 90", "mysql_cpu_critical", Custom(90.0)),
        ('redis_queue_length{queue="a"}: 5', 'redis_queue_length{queue="a"}', Custom(5.0)),
    ],
)
def test_defaults_take_the_same_values(confd: Any, written: str, key: str, value: object) -> None:
    confd.write(_defaults=f"defaults:\n  {written}\n")
    assert confd.findings() == []
    assert confd.defaults() == {key: value}


def test_a_bad_default_loses_that_default_only(confd: Any) -> None:
    confd.write(
        _defaults="defaults: {mysql_cpu: much, mysql_connections: 5}\nstate_filters: {maintenance: {}}\n"
    )
    assert confd.ids() == ["DA050"]
    assert confd.defaults() == {"mysql_connections": Custom(5.0)}
    assert len(confd.load().configuration.state_filters) == 1


@pytest.mark.parametrize("key", ["_packs", "_state_maintenance", "_x"])
def test_keys_with_an_underscore_are_no_defaults(confd: Any, key: str) -> None:
    confd.write(_defaults=f"defaults: {{{key}: on}}")
    assert confd.ids() == ["DA041"]


@pytest.mark.parametrize("content", ["[a]", "tenants", "5", "- tenants:\n"])
def test_a_file_that_is_no_mapping_is_refused(confd: Any, content: str) -> None:
    confd.write(db_a=content)
    assert confd.ids() == ["DA022"]
    assert not confd.load().files[0].accepted


@pytest.mark.parametrize("content", ["db-a", "[db-a]", "5"])
def test_a_tenant_that_is_no_mapping_is_refused(confd: Any, content: str) -> None:
    confd.write(db_a=f"tenants:\n  db-a: {content}\n  db-b: {{}}\n")
    assert confd.ids() == ["DA034", "DA031"]
    assert confd.tenants() == ["db-b"]
