"""docs/exporter.md names every flag, endpoint and metric, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route

from dynamic_alerting.exporter.app import build_app
from dynamic_alerting.exporter.main import main
from dynamic_alerting.exporter.metrics import METRICS
from dynamic_alerting.exporter.own_metrics import ReloadHealth
from dynamic_alerting.exporter.served import serve

if TYPE_CHECKING:
    from tests.unit.exporter.conftest import StartExporter

PAGE = (Path(__file__).parents[3] / "docs" / "exporter.md").read_text()


def table(section: str) -> list[list[str]]:
    """The cells of a section's table."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")]
    assert rows
    return rows


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`\s]+)[^`]*`", cell)


def test_every_flag_is_documented_with_its_environment_twin_and_default() -> None:
    documented = {name: row for row in table("Flags") for name in named(row[0])}
    context = click.Context(main, **main.context_settings)
    flags = {name: option for option in main.get_params(context) for name in option.opts}
    assert documented.keys() == flags.keys()
    for name, option in flags.items():
        _, twin, default, *_ = documented[name]
        assert named(twin) == ([option.envvar] if option.envvar else []), name
        if isinstance(option.default, str | int) and not (
            isinstance(option, click.Option) and option.is_flag
        ):
            assert named(default) == [str(option.default)], name


def test_every_endpoint_is_documented() -> None:
    served = serve(None, ReloadHealth(), 0.0)
    paths = {route.path for route in build_app(lambda: served).routes if isinstance(route, Route)}
    assert {path for row in table("Endpoints") for path in named(row[0])} == paths


def test_every_metric_of_the_code_is_documented_with_its_type_and_labels() -> None:
    documented = {named(row[0])[0]: row for row in table("Metrics")}
    for metric in METRICS:
        _, kind, labels, _ = documented[metric.name]
        assert kind == metric.kind, metric.name
        assert named(labels)[: len(metric.labels)] == list(metric.labels), metric.name


@pytest.mark.parametrize(
    "content", ["{}", '{db-a: {mysql_connections: {value: 1, expires: "2199-01-01T00:00:00Z"}}}']
)
def test_what_is_served_is_what_is_documented(
    start_exporter: StartExporter, conf_d: Path, content: str
) -> None:
    (conf_d / "db-a.yaml").write_text(f"tenants: {content}\n")
    exporter = start_exporter("--config-dir", conf_d)
    documented = {named(row[0])[0]: row[1] for row in table("Metrics")}
    text = exporter.request("/metrics").body.decode()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert kinds.items() <= documented.items()
    absent = documented.keys() - kinds.keys()
    scheduled = {"threshold_exporter_next_schedule_change_timestamp_seconds"}
    # Discovery is tested with a Prometheus, in test_discovery_process.py.
    asked = {"threshold_exporter_expansion_last_success_timestamp_seconds"}
    # Who is over the limit is tested in test_series_limit.py.
    asked.add("threshold_exporter_tenant_series_dropped")
    assert absent == (asked | scheduled if content == "{}" else asked)
    for family in text_string_to_metric_families(text):
        assert family.documentation
