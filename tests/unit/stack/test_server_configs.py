from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from dynamic_alerting.stack.server_configs import alertmanager_config, prometheus_config

if TYPE_CHECKING:
    from pathlib import Path

    from dynamic_alerting.stack.settings import Settings


@pytest.mark.promtool
def test_promtool_accepts_the_configuration_of_prometheus(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "prometheus.yml"
    path.write_text(prometheus_config(settings))
    subprocess.run(["promtool", "check", "config", str(path)], check=True, capture_output=True)


def test_amtool_accepts_the_configuration_of_alertmanager(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text(alertmanager_config(settings))
    answer = subprocess.run(["amtool", "check-config", str(path)], check=True, capture_output=True, text=True)
    assert "3 receivers" in answer.stdout
    assert "1 inhibit rules" in answer.stdout


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["tenant=db-a", "severity=critical"], "db-a"),
        (["tenant=db-b"], "db-b"),
        (["tenant=db-ab"], "platform"),
        (["alertname=ThresholdExporterAbsent"], "platform"),
    ],
)
def test_amtool_routes_an_alert_to_its_tenant(
    settings: Settings, tmp_path: Path, labels: list[str], receiver: str
) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text(alertmanager_config(settings))
    command = ["amtool", "config", "routes", "test", f"--config.file={path}", *labels]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == receiver


def test_both_replicas_are_scraped_as_targets_of_their_own(settings: Settings) -> None:
    jobs = {job["job_name"]: job for job in yaml.safe_load(prometheus_config(settings))["scrape_configs"]}
    (group,) = jobs["threshold-exporter"]["static_configs"]
    assert group == {"targets": ["127.0.0.1:19100", "127.0.0.1:19101"]}


def test_a_database_is_scraped_with_its_tenants_name(settings: Settings) -> None:
    jobs = {job["job_name"]: job for job in yaml.safe_load(prometheus_config(settings))["scrape_configs"]}
    labels = {group["labels"]["tenant"]: group["targets"] for group in jobs["mariadb"]["static_configs"]}
    assert labels == {"db-a": ["127.0.0.1:19104"], "db-b": ["127.0.0.1:19105"]}
