"""promtool's own reading of the real output."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.exporter.conftest import StartExporter

ODD = r"""
tenants:
  db-b:
    redis_queue_length{queue="a,b{c}=\"d\" \\ ü \n ✓"}: 1.5e9
    redis_queue_length{queue=~"h{1,2}\\d+"}: "-3"
    redis_queue_length{queue="off"}: disable
    unknown_thing: 1e-7
    _state_maintenance: enable
"""


@pytest.mark.promtool
def test_promtool_finds_nothing_to_say(start_exporter: StartExporter, conf_d: Path) -> None:
    (conf_d / "db-b.yaml").write_text(ODD)
    exporter = start_exporter("--config-dir", conf_d)
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=exporter.request("/metrics").body,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_strict_openmetrics_parser_reads_the_same(start_exporter: StartExporter, conf_d: Path) -> None:
    (conf_d / "db-b.yaml").write_text(ODD)
    exporter = start_exporter("--config-dir", conf_d)
    answer = exporter.request("/metrics", {"Accept": "application/openmetrics-text; version=1.0.0"})
    families = list(parse_openmetrics(answer.body.decode()))  # type: ignore[no-untyped-call] # untyped library
    assert len({family.name for family in families}) == len(families)
    read = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.startswith("process_")
    }
    plain = {key: one for key, one in exporter.samples().items() if not key[0].startswith("process_")}
    assert read == plain
    assert exporter.value("user_threshold", queue='a,b{c}="d" \\ ü \n ✓') == 1.5e9
