"""What Prometheus tells about a configuration: "Sense" of the language, with answers as data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from tests.recorded_history import RecordedHistory

from dynamic_alerting.config.asked.findings import Answered, asked_findings
from dynamic_alerting.config.asked.signals import NoSignals, SignalsUnknown
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.config.source_lines import SourceLines
from dynamic_alerting.model.catalogue import Catalogue, Direction, KeySpec, Presence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CONNECTIONS, LAG, UP = (
    "tenant:mysql_threads_connected:max",
    "tenant:mysql_replication_lag:max",
    "tenant:mysql_up:share",
)
QUEUE = "tenant:redis_queue_length:max"


def _spec(
    key: str,
    pack: str,
    signal: str,
    *dimensions: str,
    unit: str = "1",
    presence: Presence = Presence.STEADY,
) -> KeySpec:
    component, _, metric = key.partition("_")
    direction = Direction.ABOVE
    return KeySpec(
        key,
        pack,
        component,
        metric,
        unit,
        direction,
        None,
        None,
        dimensions,
        signal,
        "It is.",
        presence=presence,
    )


CATALOGUE = Catalogue.of(
    [
        _spec("mysql_up", "mariadb", UP, unit="share"),
        _spec("mysql_exporters", "mariadb", "tenant:mysql_exporters:count", presence=Presence.KEPT),
        _spec("mysql_connections", "mariadb", CONNECTIONS),
        _spec("mysql_replication_lag", "mariadb", LAG),
        _spec("mysql_misses", "mariadb", "tenant:mysql_misses:max", presence=Presence.SPORADIC),
        _spec("redis_clients", "redis", "tenant:redis_clients:max"),
        _spec("redis_queue_length", "redis", QUEUE, "queue"),
        _spec("redis_errors", "redis", "tenant:redis_errors:max", "err", presence=Presence.SPORADIC),
    ]
)

Ask: TypeAlias = "Callable[..., Answered]"


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Writes files (db_a for db-a.yaml), and asks about them."""

    def asking(history: RecordedHistory, **files: str) -> Answered:
        for name, text in files.items():
            file = name if name.startswith("_") else name.replace("_", "-")
            (tmp_path / f"{file}.yaml").write_text(text)
        loaded = Loader(tmp_path, CATALOGUE, lambda: AT).load()
        assert [finding for finding in loaded.findings if finding.severity == "error"] == []
        return asked_findings(loaded.configuration, CATALOGUE, history, AT, SourceLines(tmp_path))

    return asking


def of_tenant(name: str, *lines: str) -> str:
    return f"tenants:\n  {name}:\n" + "".join(f"    {line}\n" for line in lines)


def places(answered: Answered) -> list[str]:
    return [f"{one.id} {one.file}:{one.line} {one.text}" for one in answered.findings]


def redis() -> RecordedHistory:
    return RecordedHistory().has(QUEUE, "db-a", queue="mail-in").has(QUEUE, "db-a", queue="news")


def mariadb(tenant: str = "db-a", since: timedelta = 30 * DAY) -> RecordedHistory:
    return RecordedHistory().has(UP, tenant, since=since).has(CONNECTIONS, tenant, since=since)


# Of the sentences below, first: a regex that matches nothing seen for a week, where Prometheus can be asked.

UNMATCHED = 'redis_queue_length{queue=~"mail_.*"}: 5'


def test_a_regex_that_matches_nothing_seen_for_a_week_is_a_warning(ask: Ask) -> None:
    answered = ask(redis(), db_a=of_tenant("db-a", 'redis_queue_length{queue=~"mail-.*"}: 9', UNMATCHED))
    assert places(answered) == ['DA120 db-a.yaml:4 redis_queue_length{queue=~"mail_.*"}']
    finding = answered.findings[0]
    assert finding.severity == "warning"
    assert "of tenant 'db-a'" in finding.message
    assert "never fires" in finding.message
    assert "redis_queue_length is for all that no other key matches" in finding.advice
    assert finding.excerpt.startswith("    4 |     redis_queue_length{")


def test_a_regex_of_two_tiers_is_said_once(ask: Ask) -> None:
    critical = 'redis_queue_length_critical{queue=~"mail_.*"}: 9'
    answered = ask(redis(), db_a=of_tenant("db-a", UNMATCHED, critical))
    assert places(answered) == ['DA120 db-a.yaml:3 redis_queue_length{queue=~"mail_.*"}']


def test_a_regex_that_matched_within_the_week_is_none(ask: Ask) -> None:
    history = redis().has(QUEUE, "db-a", since=6 * DAY, until=5 * DAY, queue="mail_in")
    assert ask(history, db_a=of_tenant("db-a", UNMATCHED)).findings == ()


def test_a_regex_that_matched_before_the_week_only_is_one(ask: Ask) -> None:
    history = redis().has(QUEUE, "db-a", until=8 * DAY, queue="mail_in")
    assert len(ask(history, db_a=of_tenant("db-a", UNMATCHED)).findings) == 1


def test_what_matches_another_tenants_values_does_not_count(ask: Ask) -> None:
    history = redis().has(QUEUE, "db-b", queue="mail_in")
    assert len(ask(history, db_a=of_tenant("db-a", UNMATCHED)).findings) == 1


@pytest.mark.parametrize("since", [HOUR, DAY, 6 * DAY])
def test_a_regex_of_a_signal_that_is_there_for_less_than_a_week_is_none(ask: Ask, since: timedelta) -> None:
    history = RecordedHistory().has(QUEUE, "db-a", since=since, queue="news")
    assert ask(history, db_a=of_tenant("db-a", UNMATCHED)).findings == ()


def test_a_regex_while_the_exporter_is_gone_is_none(ask: Ask) -> None:
    history = mariadb().has(QUEUE, "db-a", until=HOUR, queue="news")
    assert ask(history, db_a=of_tenant("db-a", UNMATCHED)).findings == ()


@pytest.mark.parametrize("value", ["disable", "default", '{value: 5, expires: "2026-11-01T00:00:00Z"}'])
def test_a_regex_without_a_number_is_none(ask: Ask, value: str) -> None:
    text = of_tenant("db-a", UNMATCHED.replace(": 5", f": {value}"))
    assert ask(redis(), db_a=text).findings == ()


@pytest.mark.parametrize(
    "value",
    [
        '{value: 5, expires: "2026-12-24T00:00:00Z"}',
        '{overrides: [{window: "22:00-06:00", value: 5}]}',
        '{default: disable, overrides: [{window: "22:00-06:00", value: "5:critical"}]}',
    ],
)
def test_a_regex_with_a_number_at_some_time_is_one(ask: Ask, value: str) -> None:
    text = of_tenant("db-a", UNMATCHED.replace(": 5", f": {value}"))
    assert len(ask(redis(), db_a=text).findings) == 1


def test_a_regex_of_a_signal_that_is_there_only_at_times_is_none(ask: Ask) -> None:
    history = redis().has("tenant:redis_errors:max", "db-a", err="OOM")
    assert ask(history, db_a=of_tenant("db-a", 'redis_errors{err=~"MISCONF.*"}: 5')).findings == ()


def test_a_regex_of_the_platform_is_one_if_it_matched_nothing_of_any_tenant(ask: Ask) -> None:
    defaults = (
        "defaults:\n  redis_queue_length{queue=~'new.*'}: 5\n  redis_queue_length{queue=~'tmp-.*'}: 5\n"
    )
    answered = ask(redis(), _defaults=defaults, db_a=of_tenant("db-a", "redis_clients: 1"))
    assert 'DA120 _defaults.yaml:3 redis_queue_length{queue=~"tmp-.*"}' in places(answered)
    assert all(":2 " not in place for place in places(answered))
    history = redis().has(QUEUE, "db-b", since=HOUR, queue="tmp-1")
    answered = ask(history, _defaults=defaults, db_a=of_tenant("db-a", "redis_queue_length: 1"))
    assert answered.findings == ()


# A tenant whose signals exist while its name here is spelled differently.


@pytest.mark.parametrize("there", ["db_a", "db-A", "db-aa", "DB.A"])
def test_a_tenant_whose_signals_exist_while_its_name_here_is_spelled_differently(
    ask: Ask, there: str
) -> None:
    answered = ask(mariadb(there), db_a=of_tenant("db-a", "mysql_connections: 5"))
    assert places(answered) == ["DA121 db-a.yaml:2 db-a"]
    finding = answered.findings[0]
    assert finding.severity == "warning"
    assert f"has signals of '{there}'" in finding.message
    assert 'the label tenant="db-a"' in finding.advice
    assert ("call the file db-aa.yaml" in finding.advice) == (there == "db-aa")


def test_a_tenant_that_has_signals_of_its_own_is_not_misspelled(ask: Ask) -> None:
    history = mariadb("db_a").has("tenant:redis_clients:max", "db-a")
    assert ask(history, db_a=of_tenant("db-a", "mysql_connections: 5")).findings == ()


@pytest.mark.parametrize("name", [CONNECTIONS, "tenant:mysql_exporters:count"])
def test_a_tenant_that_had_signals_within_the_week_is_not_misspelled(ask: Ask, name: str) -> None:
    history = mariadb("db_a").has(name, "db-a", until=6 * DAY)
    assert ask(history, db_a=of_tenant("db-a", "mysql_connections: 5")).findings == ()


def test_the_other_name_of_a_tenant_that_is_configured_too_is_its_own(ask: Ask) -> None:
    files = {"db_a": of_tenant("db-a", "mysql_connections: 5"), "db_aa": of_tenant("db-aa", "mysql_up: 1")}
    assert ask(mariadb("db-aa"), **files).findings == ()


def test_a_tenant_that_is_not_there_yet_is_not_misspelled(ask: Ask) -> None:
    text = of_tenant("db-a", "mysql_connections: 5", UNMATCHED)
    assert ask(mariadb("db-b"), db_a=text) == Answered((), frozenset())


@pytest.mark.parametrize("since", [HOUR, 2 * HOUR])
def test_another_name_that_is_there_only_now_says_nothing(ask: Ask, since: timedelta) -> None:
    assert ask(mariadb("db_a", since), db_a=of_tenant("db-a", "mysql_connections: 5")).findings == ()


def test_another_name_of_which_only_what_is_kept_is_left_says_nothing(ask: Ask) -> None:
    history = mariadb("db-b").has("tenant:mysql_exporters:count", "db_a", value=0)
    assert ask(history, db_a=of_tenant("db-a", "mysql_connections: 5")).findings == ()


# A threshold whose signal does not exist although the tenant's pack has others.


def test_a_threshold_whose_signal_does_not_exist_although_the_tenants_pack_has_others(ask: Ask) -> None:
    lines = ("mysql_connections: 5", "mysql_replication_lag: 30", "mysql_replication_lag_critical: 60")
    answered = ask(mariadb(), db_a=of_tenant("db-a", *lines))
    assert places(answered) == ["DA122 db-a.yaml:4 mysql_replication_lag"]
    finding = answered.findings[0]
    assert finding.severity == "warning"
    assert "This threshold never fires: tenant 'db-a'" in finding.message
    assert LAG in finding.message
    assert "Delete the line" in finding.advice
    assert answered.known == {"db-a"}


def test_a_dimensional_threshold_without_a_signal_is_one_and_no_unmatched_pattern(ask: Ask) -> None:
    history = RecordedHistory().has("tenant:redis_clients:max", "db-a")
    answered = ask(history, db_a=of_tenant("db-a", UNMATCHED))
    assert places(answered) == ['DA122 db-a.yaml:3 redis_queue_length{queue=~"mail_.*"}']


def test_an_exact_value_that_is_not_there_is_none(ask: Ask) -> None:
    assert ask(redis(), db_a=of_tenant("db-a", 'redis_queue_length{queue="jobs"}: 5')).findings == ()


def test_defaults_of_signals_that_do_not_exist_are_normal(ask: Ask) -> None:
    defaults = "defaults: {mysql_connections: 80, mysql_replication_lag: 30}\n"
    answered = ask(mariadb(), _defaults=defaults, db_a=of_tenant("db-a", "mysql_connections: 5"))
    assert answered.findings == ()


@pytest.mark.parametrize("value", ["disable", "default", '""', '{value: 5, expires: "2026-11-01T00:00:00Z"}'])
def test_a_threshold_without_a_number_needs_no_signal(ask: Ask, value: str) -> None:
    text = of_tenant("db-a", f"mysql_replication_lag: {value}")
    assert ask(mariadb(), db_a=text).findings == ()


def test_a_signal_that_was_there_within_the_week_exists(ask: Ask) -> None:
    history = mariadb().has(LAG, "db-a", since=7 * DAY, until=6 * DAY)
    assert ask(history, db_a=of_tenant("db-a", "mysql_replication_lag: 30")).findings == ()


def test_a_signal_of_another_tenant_does_not_count(ask: Ask) -> None:
    history = mariadb().has(LAG, "db-b")
    assert len(ask(history, db_a=of_tenant("db-a", "mysql_replication_lag: 30")).findings) == 1


@pytest.mark.parametrize("since", [HOUR, 2 * HOUR])
def test_of_a_fresh_server_nothing_is_said(ask: Ask, since: timedelta) -> None:
    answered = ask(mariadb(since=since), db_a=of_tenant("db-a", "mysql_replication_lag: 30"))
    assert answered == Answered((), frozenset())


def test_during_an_outage_of_its_exporters_nothing_is_said(ask: Ask) -> None:
    history = mariadb("db-b").has(CONNECTIONS, "db-a", until=HOUR).has(UP, "db-a", until=HOUR)
    history.has("tenant:mysql_exporters:count", "db-a", value=0)
    assert ask(history, db_a=of_tenant("db-a", "mysql_replication_lag: 30")).findings == ()


def test_while_the_database_is_down_nothing_is_said(ask: Ask) -> None:
    history = mariadb("db-b").has(UP, "db-a", value=0)
    assert ask(history, db_a=of_tenant("db-a", "mysql_connections: 30")).findings == ()
    assert len(ask(mariadb("db-b").has(UP, "db-a", value=0.5)).findings) == 1


def test_a_pack_of_which_nothing_is_there_says_nothing(ask: Ask) -> None:
    assert ask(mariadb(), db_a=of_tenant("db-a", "redis_clients: 5")).findings == ()


def test_a_signal_that_is_there_only_at_times_is_not_missed(ask: Ask) -> None:
    assert ask(mariadb(), db_a=of_tenant("db-a", "mysql_misses: 5")).findings == ()


def test_a_key_that_no_pack_declares_cannot_be_judged(ask: Ask) -> None:
    assert ask(mariadb(), db_a=of_tenant("db-a", "mysql_oddities: 5")).findings == ()


# No data is never a pass.


def test_without_any_signal_of_any_pack_nothing_can_be_told(ask: Ask) -> None:
    with pytest.raises(NoSignals, match="no signal of any pack now"):
        ask(RecordedHistory(), db_a=of_tenant("db-a", "mysql_connections: 5"))


def test_a_prometheus_that_cannot_be_asked_is_no_answer(ask: Ask) -> None:
    with pytest.raises(SignalsUnknown, match="it is on fire"):
        ask(RecordedHistory(problem=SignalsUnknown("it is on fire")), db_a=of_tenant("db-a", "mysql_up: 1"))


def test_the_number_of_questions_is_independent_of_the_number_of_tenants(ask: Ask, tmp_path: Path) -> None:
    counts = []
    for tenants in (10, 300):
        history = RecordedHistory()
        for number in range(tenants):
            name = f"db-{number}"
            history.has(CONNECTIONS, name).has(QUEUE, name, queue="news")
            text = of_tenant(name, "mysql_replication_lag: 30", UNMATCHED)
            (tmp_path / f"{name}.yaml").write_text(text)
        assert len(ask(history).findings) == 2 * tenants
        counts.append(history.asked)
    assert counts[0] == counts[1]
