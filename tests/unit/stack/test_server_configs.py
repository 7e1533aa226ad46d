from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.routing.inhibition import inhibit_rules
from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.server_configs import alertmanager_config, prometheus_config
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
    assert "2 inhibit rules" in answer.stdout


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


def inhibition(settings: object) -> list[dict[str, Any]]:
    rules = yaml.safe_load(alertmanager_config(settings))["inhibit_rules"]  # type: ignore[arg-type]
    return list(rules)


def test_inhibition_is_that_of_the_packs_whose_rules_are_loaded(settings: Settings) -> None:
    queues = Path(__file__).parents[2] / "rules" / "fixtures" / "queues"
    shutil.copytree(queues, settings.rule_packs / "queues")
    (own,) = load_packs(settings.rule_packs)
    assert inhibition(settings) == inhibit_rules([own])


def test_a_broken_pack_is_said(settings: Settings) -> None:
    (settings.rule_packs / "mini" / "pack.yaml").write_text("pack: 5")
    with pytest.raises(StackError, match=r"pack\.yaml:1: "):
        alertmanager_config(settings)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(Path("x"), Path("x"), Path("x")),  # no such directory
        SimpleNamespace(tenants=("db-a",), receiver_port=1),  # what others who generate a configuration have
    ],
)
def test_without_packs_of_its_own_inhibition_is_that_of_the_bundled_ones(settings: object) -> None:
    assert inhibition(settings) == inhibit_rules(load_packs(rule_packs_directory()))
