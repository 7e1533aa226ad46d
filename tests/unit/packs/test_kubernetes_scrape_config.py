"""The scrape configuration beside the kubernetes pack: valid, and every job gives its series a tenant."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).parents[3] / "rule-packs" / "kubernetes" / "scrape-config.yaml"


def jobs() -> list[dict[str, Any]]:
    return list(yaml.safe_load(FILE.read_text(encoding="utf-8"))["scrape_configs"])


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job["job_name"])
def test_a_job_makes_the_tenant_of_the_objects_namespace(job: dict[str, Any]) -> None:
    assert job["honor_labels"] is True  # else `namespace` would be the exporter's own
    relabelled = [(each["source_labels"], each["target_label"]) for each in job["metric_relabel_configs"]]
    assert (["namespace"], "tenant") in relabelled


def test_prometheus_accepts_it(tmp_path: Path) -> None:
    for job in (config := {"scrape_configs": jobs()})["scrape_configs"]:
        # Debian's promtool is built without Kubernetes discovery; everything else is checked as it stands.
        assert job.pop("kubernetes_sd_configs")
        job["static_configs"] = [{"targets": ["node.example:10250"]}]
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = ["promtool", "check", "config", "--syntax-only", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
