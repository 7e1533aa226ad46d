"""Two hundred bad files against the running program: nobody loses a threshold, nothing crashes."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.exporter.conftest import StartExporter

GOOD = """tenants:
  db-b:
    mysql_connections: "70"
    mysql_connections_critical: "95:critical"
    redis_queue_length{queue="email"}: 1000
    redis_queue_length{queue=~"SYS.*"}:
      default: "100"
      overrides:
        - window: "Mon-Fri 09:00-18:00 Asia/Taipei"
          value: "80"
    _state_maintenance: disable
    _packs: [mariadb]
"""

FIXED: list[bytes] = [
    b"tenants: [\n",
    b"tenants: {db-b: {mysql_connections: 1, mysql_connections: 2}}\n",
    b"tenants: {db-b: {mysql_connections: .inf}}\n",
    b"tenants: {db-b: {mysql_connections: '70:urgent'}}\n",
    b"defaults: {mysql_connections: 1}\nstate_filters: {maintenance: {}}\n",
    b"tenants: {db-a: {mysql_connections: 1}}\n",
    b"tenants: {db-b: {'redis_queue_length{tenant=\"x\"}': 1}}\n",
    b"tenants: {db-b: {'redis_queue_length{queue=\"\\u0000\"}': 1}}\n",
    b'tenants: {db-b: {"redis_queue_length{queue=\\"\\0\\"}": 1}}\n',
    b'tenants: {db-b: {"redis_queue_length{queue=\\"a\\\\nb\\"}": 1}}\n',
    b"tenants: {db-b: {'redis_queue_length{queue=~\"(\"}': 1}}\n",
    b"a: &a [x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\ntenants: *c\n",
    b"tenants: &t {db-b: *t}\n",
    b"!!python/object/apply:os.system ['true']\n",
    b"\xff\xfe\x00",
    b"\x00" * 100,
    b"--- 1\n--- 2\n",
    b"- " * 5000,
    b"{" * 5000,
    b"tenants:\n" + b"  db-b: {}\n" * 3,
    b"#" * (1 << 20) + b"more than a mebibyte\n",
    b"tenants: {db-b: 7}\n",
    b"tenants: {7: {}}\n",
    b"tenants: {'': {}, 'db b\"': {mysql_connections: 1}}\n",
    b"tenants: {db-b: {mysql_connections: {default: {default: 1}}}}\n",
    b"tenants: {db-b: {mysql_connections: {default: 1, overrides: [{window: '25:00-26:00', value: 2}]}}}\n",
    b"tenants: {db-b: {mysql_connections: {value: 1, expires: yesterday}}}\n",
    b"tenants: {db-b: {_state_maintenance: '0', _state_: on, _pack: x, _packs: 7}}\n",
]


def mutations(count: int) -> Iterator[bytes]:
    """Good text with bytes removed, doubled, replaced or torn off; the same ones at every run."""
    chance = random.Random(20_26)
    alphabet = (string.printable + "ÄÖ\u2028\x00€\U0001f525").encode()
    for _ in range(count):
        text = bytearray(GOOD.encode())
        for _ in range(chance.randint(1, 6)):
            start = chance.randrange(len(text))
            end = min(len(text), start + chance.randint(1, 25))
            how = chance.randrange(4)
            if how == 0:
                del text[start:end]
            elif how == 1:
                text[start:start] = text[start:end]
            elif how == 2:
                text[start:end] = bytes(chance.choices(alphabet, k=end - start))
            else:
                del text[end:]
            text = text or bytearray(b"x")
        yield bytes(text)


def test_two_hundred_bad_files_empty_nothing(start_exporter: StartExporter, conf_d: Path) -> None:
    bad = [*FIXED, *mutations(200 - len(FIXED))]
    assert len(bad) == 200
    file = conf_d / "db-b.yaml"
    file.write_text(GOOD)
    exporter = start_exporter("--config-dir", conf_d, "--config.reload-interval", "60m")
    defaults, others = (conf_d / "_defaults.yaml").read_bytes(), {}
    for number, content in enumerate(bad):
        target = conf_d / "_defaults.yaml" if number % 4 == 3 else file
        target.write_bytes(content)
        exporter.reload()
        samples = exporter.samples()  # parses strictly, and refuses duplicates
        others = {key: one for key, one in samples.items() if ("tenant", "db-a") in key[1]}
        assert any(number == 70 for number in others.values()), content
        assert exporter.value("threshold_exporter_config_loaded") == 1
        assert exporter.request("/api/v1/findings").status == 200
        assert exporter.request("/api/v1/config").status == 200
        assert exporter.request("/").status == 200
        if target is not file:
            target.write_bytes(defaults)
    file.write_text(GOOD)
    exporter.reload()
    assert exporter.threshold("db-b") == 70
    assert exporter.threshold("db-b", severity="critical") == 95
    assert exporter.value("threshold_exporter_config_last_reload_successful") == 1
    assert "Traceback" not in exporter.logged()
    assert "unexpectedly" not in exporter.logged()
