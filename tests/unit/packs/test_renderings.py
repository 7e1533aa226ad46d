"""Every form of every pack holds the rules of rules.yaml, and only those."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from dynamic_alerting.cli.rule_packs import command
from dynamic_alerting.packs.renderings import FORMS

ROOT = Path(__file__).parents[3]
PACKS = sorted(path.parent.name for path in ROOT.glob("rule-packs/*/pack.yaml"))


def render(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["render", *arguments])


def rules(pack: str) -> Any:
    return yaml.safe_load((ROOT / "rule-packs" / pack / "rules.yaml").read_text())


def rule_document(form: str, pack: str, document: dict[str, Any]) -> Any:
    """What a rendered document gives to the rule engine."""
    if form == "configmap":
        assert set(document["data"]) == {f"{pack}.yaml"}
        return yaml.safe_load(document["data"][f"{pack}.yaml"])
    if form == "prometheusrule":
        return document["spec"]
    if form == "mimir":
        assert set(document) == {"namespace", "groups"}
        assert document["namespace"] == pack
        return {"groups": document["groups"]}
    return document


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_rules(form: str) -> None:
    documents = list(yaml.safe_load_all(render("--format", form).stdout))
    assert len(documents) == len(PACKS)
    for pack, document in zip(PACKS, documents, strict=True):
        assert rule_document(form, pack, document) == rules(pack)


@pytest.mark.parametrize(
    ("form", "kind", "version"),
    [("configmap", "ConfigMap", "v1"), ("prometheusrule", "PrometheusRule", "monitoring.coreos.com/v1")],
)
def test_kubernetes_objects_have_names_that_kubectl_delete_takes(form: str, kind: str, version: str) -> None:
    for pack in PACKS:
        document = yaml.safe_load(render("--format", form, pack).stdout)
        assert (document["kind"], document["apiVersion"]) == (kind, version)
        assert document["metadata"]["name"] == f"prometheus-rules-{pack}"
        assert document["metadata"]["namespace"] == "monitoring"
    other = yaml.safe_load(render("--format", form, "--namespace", "alerts", "--pack", "redis").stdout)
    assert other["metadata"]["namespace"] == "alerts"


def test_the_committed_config_maps_are_what_render_prints() -> None:
    for pack in PACKS:
        committed = ROOT / "k8s" / "03-monitoring" / f"configmap-rules-{pack}.yaml"
        assert render("--format", "configmap", "--pack", pack).stdout == committed.read_text()


def test_a_config_map_is_far_below_the_size_that_kubernetes_takes() -> None:
    for path in (ROOT / "k8s" / "03-monitoring").glob("configmap-rules-*.yaml"):
        assert path.stat().st_size < 500_000  # of 1 MiB, and a projected volume may hold several


@pytest.mark.parametrize("form", FORMS)
def test_the_addresses_are_ones_own(form: str) -> None:
    runbooks = ("--runbook-base-url", "https://wiki.example/runbooks/")
    dashboards = ("--dashboard-base-url", "https://grafana.example/sub/")
    text = render("--format", form, *runbooks, *dashboards).stdout
    assert "runbook_url: https://wiki.example/runbooks/mariadb.md#mariadbdown" in text
    board = "dashboard_url: https://grafana.example/sub/d/dynamic-alerting"
    assert f"{board}-mariadb?var-tenant={{{{ $labels.tenant }}}}\n" in text
    assert f"{board}-platform\n" in text
    assert "dynamic-alerting.example" not in text


def test_the_addresses_come_from_the_environment_too() -> None:
    told = {"DA_RUNBOOK_BASE_URL": "https://wiki.example", "DA_DASHBOARD_BASE_URL": "https://grafana.example"}
    result = CliRunner().invoke(command, ["render", "platform"], env=told)
    assert "https://wiki.example/platform.md#" in result.stdout
    assert "https://grafana.example/d/dynamic-alerting-platform" in result.stdout


@pytest.mark.parametrize("option", ["--runbook-base-url", "--dashboard-base-url"])
def test_what_is_no_address_is_refused(option: str) -> None:
    result = render(option, "wiki/runbooks", "platform")
    assert result.exit_code == 2
    assert f"{option} wiki/runbooks is no address; write https://" in result.stderr


def test_files_are_named_after_the_pack_and_written_once(tmp_path: Path) -> None:
    arguments = [
        "--format",
        "configmap",
        "--pack",
        "redis",
        "--pack",
        "mariadb",
        "--output-dir",
        str(tmp_path),
    ]
    shown = render(*arguments, "--dry-run")
    assert "+++ b/configmap-rules-redis.yaml" in shown.stdout
    assert list(tmp_path.iterdir()) == []
    written = render(*arguments)
    assert (written.exit_code, written.stdout) == (0, "")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"configmap-rules-redis.yaml", "configmap-rules-mariadb.yaml"}
    assert render(*arguments).stderr == ""


def test_a_dry_run_without_a_directory_makes_no_sense() -> None:
    assert render("--dry-run").exit_code == 2
