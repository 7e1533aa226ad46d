"""The examples that people already have load unchanged."""

from typing import Any

from dynamic_alerting.model.values import Custom


def test_the_first_example_with_two_tenants_in_one_file_gives_only_a_warning(confd: Any) -> None:
    confd.write(
        db_a="""\
# conf.d/db-a.yaml
tenants:
  db-a:
    mysql_connections: "100"
  db-b:
    mysql_connections: "80"
"""
    )
    loaded = confd.load()
    assert [(finding.id, finding.severity.value) for finding in loaded.findings] == [("DA031", "warning")]
    assert confd.values("db-a") == {"mysql_connections": Custom(100.0)}
    assert confd.values("db-b") == {"mysql_connections": Custom(80.0)}
    assert loaded.files[0].accepted
    assert loaded.files[0].rejected_keys == 0


def test_one_line_tenants(confd: Any) -> None:
    confd.write(
        _defaults="state_filters: {maintenance: {reasons: [], severity: info, default_state: disable}}",
        db_a='tenants: {db-a: {mysql_connections: "80", _state_maintenance: enable}}',
        db_b='tenants:\n  db-b:\n    redis_queue_length{queue="email"}: 1000\n',
        db_c='tenants:\n  db-c:\n    oracle_tablespace_used_percent{tablespace=~"SYS.*"}: "95"\n',
    )
    assert confd.findings() == []
    assert confd.values("db-b") == {'redis_queue_length{queue="email"}': Custom(1000.0)}
    assert confd.values("db-c") == {'oracle_tablespace_used_percent{tablespace=~"SYS.*"}': Custom(95.0)}
