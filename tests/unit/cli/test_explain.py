"""da-tools explain: what it prints and what it exits with."""

from typing import Any

import pytest

DEFAULTS = """\
defaults:
  mysql_connections: 80
  mysql_connections_critical: 95
  redis_queue_length: 5000
state_filters: {maintenance: {severity: info, default_state: disable}}
"""
TENANT = """\
tenants:
  db-a:
    _packs: [mariadb]
    mysql_connections:
      default: 100
      overrides:
        - {window: "22:00-06:00", value: disable}
    redis_queue_length{queue="email"}: 1000
    mysql_slow_queries: {value: 5, expires: "2026-01-01T00:00:00Z"}
"""
NOON, NIGHT = "2026-11-23T12:00:00Z", "2026-11-23T23:00:00+00:00"


@pytest.fixture
def confd(shell: Any) -> Any:
    return shell.write({"_defaults.yaml": DEFAULTS, "db-a.yaml": TENANT})


def test_without_a_key_every_threshold_and_state_has_a_line(confd: Any) -> None:
    done = confd("explain", "db-a", "--at", NOON)
    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[:3] == [
        "db-a (db-a.yaml:2) at 2026-11-23T12:00:00Z",
        "takes the defaults of mariadb (db-a.yaml:3)",
        "next change at 2026-11-23T22:00:00Z",
    ]
    assert "mysql_connections warning 100 mysql_connections in db-a.yaml:4 decides." in lines
    assert "mysql_connections critical 95 mysql_connections_critical in _defaults.yaml:3 decides." in lines
    assert (
        'redis_queue_length{queue="email"} warning 1000 '
        'redis_queue_length{queue="email"} in db-a.yaml:8 decides.' in lines
    )
    assert "mysql_slow_queries warning 60 mysql_slow_queries in pack mariadb decides." in lines
    assert any(line.startswith("The pack redis is not taken: the defaults of its") for line in lines)
    assert any(line.startswith("_state_maintenance (info): off.") for line in lines)


def test_a_key_shows_every_layer_and_which_one_decides(confd: Any) -> None:
    done = confd("explain", "db-a", "mysql_connections", "--at", NIGHT)
    assert (
        "warning: no threshold. mysql_connections in db-a.yaml:4 disables it, inside its window" in done.out
    )
    assert "db-a.yaml:4:5       disable in 22:00-06:00  <- decides" in done.out
    assert "_defaults.yaml:2:3  80                      replaced by the tenant's own" in done.out
    assert "of: default 100, 22:00-06:00 disable" in done.out


def test_a_critical_key_shows_its_tier_only(confd: Any) -> None:
    done = confd("explain", "db-a", "mysql_connections_critical", "--at", NOON)
    assert "critical: 95" in done.out
    assert "warning:" not in done.out


def test_a_dimensional_key_says_what_holds_for_such_a_series(confd: Any) -> None:
    done = confd("explain", "db-a", 'redis_queue_length{queue="email"}')
    assert 'warning{queue="email"}: 1000.' in done.out
    done = confd("explain", "db-a", 'redis_queue_length{queue="other"}')
    assert 'warning{queue="other"}: no threshold.' in done.out
    assert "belongs to a pack that the tenant does not take" in done.out


def test_a_key_that_nobody_sets_says_so_and_what_was_meant(confd: Any) -> None:
    done = confd("explain", "db-a", "mysql_conections")
    assert done.code == 0
    assert "no rule pack declares 'mysql_conections'. Did you mean \"mysql_connections\"?" in done.out
    done = confd("explain", "db-a", "redis_keys")
    assert "The tenant does not set it, and there is no default for it." in done.out


def test_a_state_is_explained_too(confd: Any) -> None:
    done = confd("explain", "db-a", "_state_maintenance")
    assert "_state_maintenance (info): off. The tenant does not switch it;" in done.out
    assert "by default." in done.out
    done = confd("explain", "db-a", "_state_mantenance")
    assert "There is no state filter 'mantenance'" in done.out
    assert '"maintenance"' in done.out


def test_findings_about_the_key_are_shown_and_others_are_not(confd: Any) -> None:
    confd.write({"db-a.yaml": "tenants:\n  db-a:\n    mysql_connections: many\n    mysql_restarts: many\n"})
    done = confd("explain", "db-a", "mysql_connections")
    assert "db-a.yaml:3:24: error DA050" in done.out
    assert "db-a.yaml:4" not in done.out
    assert "error DA050" in confd("explain", "db-a").out


def test_an_unknown_tenant_exits_2_with_the_one_that_was_meant(confd: Any) -> None:
    done = confd("explain", "dba")
    assert (done.code, done.out) == (2, "")
    assert "there is no tenant 'dba' in conf.d. Did you mean \"db-a\"?" in done.err


def test_a_tenant_whose_file_is_broken_exits_2_with_the_reason(confd: Any) -> None:
    done = confd.write({"db-a.yaml": "tenants:\n  db-a: {"})("explain", "db-a")
    assert done.code == 2
    assert "db-a.yaml:3:1: error DA010" in done.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("db-a", "--at", "tomorrow"), "--at: 'tomorrow' is not a time"),
        (("db-a", "--at", "2026-01-01T00:00:00"), "has no zone"),
        (("db-a", "mysql-connections"), "write mysql_connections"),
        (("db-a", 'mysql_connections{user="a"}'), "has no label 'user'"),
        (("db-a", "--config-dir", "nowhere"), "No such file"),
    ],
)
def test_what_cannot_be_answered_exits_2(confd: Any, arguments: tuple[str, ...], reason: str) -> None:
    done = confd("explain", *arguments)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err


def test_the_directory_has_an_environment_twin_that_the_flag_wins_over(confd: Any) -> None:
    (confd.root / "other").mkdir()
    (confd.root / "other" / "db-x.yaml").write_text("tenants: {db-x: {mysql_connections: 5}}")
    env = {"CONFIG_DIR": "other"}
    assert confd("explain", "db-x", env=env).code == 0
    assert confd("explain", "db-x", "--config-dir", "conf.d", env=env).code == 2


def test_json_is_alone_on_stdout_and_has_every_step(confd: Any) -> None:
    done = confd("explain", "db-a", "mysql_connections", "--at", NIGHT, "--output", "json")
    assert (done.code, done.err) == (0, "")
    (key,) = done.json["keys"]
    (target,) = key["targets"]
    warning, critical = target["tiers"]
    assert (warning["outcome"], warning["value"], critical["outcome"]) == ("disabled", None, "disabled")
    assert warning["asked"][0] == {
        "layer": "tenant",
        "key": "mysql_connections",
        "file": "db-a.yaml",
        "line": 4,
        "column": 5,
        "written": "default 100, 22:00-06:00 disable",
        "says": "disable",
        "window": "22:00-06:00",
        "expires": None,
        "expired": None,
        "verdict": "decides",
    }
    assert done.json["next_change"] == "2026-11-24T06:00:00Z"


def test_a_disabled_dimension_is_infinite_in_json_too(confd: Any) -> None:
    confd.write({"db-a.yaml": 'tenants:\n  db-a:\n    redis_queue_length{queue="x"}: off\n'})
    done = confd("explain", "db-a", 'redis_queue_length{queue="x"}', "--output", "json")
    assert done.json["keys"][0]["targets"][0]["tiers"][0]["value"] == "+Inf"


def test_the_packs_are_said_also_where_nobody_chooses_any(confd: Any) -> None:
    assert "takes the defaults of mariadb (db-a.yaml:3)" in confd("explain", "db-a", "_packs").out
    confd.write({"db-a.yaml": "tenants: {db-a: {mysql_connections: 5}}\n"})
    assert confd("explain", "db-a", "_packs").out.splitlines()[1:] == ["takes the defaults of every pack"]


def test_a_key_with_an_underscore_that_the_language_has_not_is_refused(confd: Any) -> None:
    done = confd("explain", "db-a", "_pack")
    assert (done.code, done.out) == (2, "")
    assert "_pack: there is no such key; known are _packs and _state_<filter>" in done.err


def test_a_directory_without_files_is_said_to_have_none(shell: Any) -> None:
    done = shell("explain", "db-a")
    assert (done.code, done.err) == (2, "Error: conf.d: it holds no file that ends in .yaml or .yml\n")
