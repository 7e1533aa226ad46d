"""A `_defaults.yaml` that knows four keys, and databases that are down: whoever brings it along is paged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

#: As people wrote it for another system, or for an older version of this one.
FOUR_KEYS = """\
defaults:
  mysql_connections: 80
  mysql_cpu: 80
  container_cpu: 80
  container_memory: 85
"""


def test_with_four_old_defaults_and_databases_down_the_down_alerts_fire(
    stage: Any, watch: Callable[..., Any], program: Callable[..., str], free_port: Callable[[], int]
) -> None:
    nobody, mysql, redis = free_port(), free_port(), free_port()
    account = stage.directory / "nobody.cnf"
    account.write_text(f"[client]\nuser=nobody\npassword=none\nhost=127.0.0.1\nport={nobody}\n")
    stage.start(
        "mysqld-exporter",
        program("prometheus-mysqld-exporter", "mysqld_exporter", package="prometheus-mysqld-exporter"),
        f"--config.my-cnf={account}",
        f"--web.listen-address=127.0.0.1:{mysql}",
    )
    stage.start(
        "redis-exporter",
        program("prometheus-redis-exporter", "redis_exporter", package="prometheus-redis-exporter"),
        f"-redis.addr=redis://127.0.0.1:{nobody}",
        f"-web.listen-address=127.0.0.1:{redis}",
    )
    watching = watch(
        ("mariadb", "redis"), {"db-a": [mysql], "db-b": [redis]}, {"db-a": {}, "db-b": {}}, defaults=FOUR_KEYS
    )
    watching.await_firing(
        "MariaDBDown/warning", "MariaDBDown/critical", "RedisDown/warning", "RedisDown/critical"
    )
