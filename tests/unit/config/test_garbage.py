"""A load leaves nothing that only the cyclic collector could free; it would have to walk through it all."""

import gc
from typing import Any

import pytest

FILE = """\
tenants:
  db-a:
    mysql_connections: {default: 100, overrides: [{window: "22:00-06:00", value: "90:critical"}]}
    mysql_connections_critical: {value: 120, expires: "2126-01-01T00:00:00Z"}
    redis_queue_length{queue=~"a.*"}: 5
    redis_queue_length_critical{queue="a"}: 6
    mysql_cpu: many
    mysql_cpu_critical: "5:info"
    _state_maintenance: perhaps
    _packs: [mariadb, nothing]
    team_x: 5 # da: ok DA042 until 2126-01-01, our own
"""


@pytest.mark.parametrize("text", [FILE, FILE.replace("many", "70"), "tenants: {db-a: [", ""])
def test_reading_a_file_makes_no_cycles(confd: Any, text: str) -> None:
    confd.write(db_a=text).load()  # whatever is made once
    gc.collect()
    gc.disable()
    try:
        confd.write(db_a=text + "# again\n").load()
        assert gc.collect() == 0
    finally:
        gc.enable()
