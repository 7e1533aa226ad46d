"""What is generated from packs, judged by those for whom it is: Prometheus Operator, mimirtool and Grafana.

`scripts/render-checkers.sh` fetches what they say; DA_RENDER_CHECKERS names its directory if it is another.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.renderings import rendered

ROOT = Path(__file__).parents[2]
CHECKERS = Path(os.environ.get("DA_RENDER_CHECKERS", ROOT / ".state" / "checkers"))
DASHBOARDS = sorted(ROOT.glob("dashboards/*.json"))
# Grafana writes it beside a variable's query, in the text form that its editor shows; the types leave it out.
UNTYPED = {"definition"}


def checker(name: str) -> Path:
    if not (CHECKERS / name).exists():
        pytest.skip(f"no {name}: run scripts/render-checkers.sh, or set DA_RENDER_CHECKERS")
    return CHECKERS / name


def test_the_operator_accepts_every_pack(packs: list[Pack]) -> None:
    definition = yaml.safe_load(checker("prometheusrule.yaml").read_text())
    (version,) = definition["spec"]["versions"]
    schema = closed(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {}  # of Kubernetes itself, not described here
    for pack in packs:
        document = yaml.safe_load(rendered(pack, "prometheusrule")[1])
        assert document["kind"] == definition["spec"]["names"]["kind"]
        assert document["apiVersion"] == f"{definition['spec']['group']}/{version['name']}"
        assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def test_the_operator_accepts_the_monitors_of_the_integration_page() -> None:
    page = (ROOT / "docs" / "byo-prometheus-integration.md").read_text()
    blocks = re.findall(r"```yaml\n(apiVersion:.*?)```", page, re.DOTALL)
    documents = [document for block in blocks for document in yaml.safe_load_all(block)]
    assert [document["kind"] for document in documents] == ["ServiceMonitor", "PodMonitor"]
    for document in documents:
        definition = yaml.safe_load(checker(f"{document['kind'].lower()}.yaml").read_text())
        (version,) = definition["spec"]["versions"]
        schema = closed(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {}  # of Kubernetes itself, not described here
        assert document["apiVersion"] == f"{definition['spec']['group']}/{version['name']}"
        assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def closed(schema: Any) -> Any:
    """Return the schema with unknown fields forbidden; a Kubernetes server would drop them."""
    if isinstance(schema, dict):
        known = {name: closed(value) for name, value in schema.items()}
        return {"additionalProperties": False, **known} if "properties" in schema else known
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


def test_mimirtool_accepts_every_pack(packs: list[Pack], tmp_path: Path) -> None:
    mimirtool = checker("mimirtool")
    files = []
    for pack in packs:
        name, text = rendered(pack, "mimir")
        files.append(tmp_path / name)
        files[-1].write_text(text)
    for arguments in (["check"], ["lint", "--dry-run"], ["prepare"]):
        command = [str(mimirtool), "rules", *arguments, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_grafana_knows_every_field_of_a_dashboard(path: Path) -> None:
    schema = without_required(json.loads(checker("grafana.json").read_text()))
    dashboard = json.loads(path.read_text())
    assert [
        f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
        for where, kind, part in parts(dashboard)
        for error in Draft7Validator(at(schema, kind)).iter_errors(part)
    ] == []


def parts(dashboard: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """A dashboard's parts: where each is, and which type of Grafana's it has."""
    variables = [
        {name: value for name, value in each.items() if name not in UNTYPED}
        for each in dashboard["templating"]["list"]
    ]
    yield "dashboard", ("dashboard",), {**dashboard, "panels": [], "templating": {"list": variables}}
    for panel in dashboard["panels"]:
        kind = panel["type"]
        yield panel["title"], ("row" if kind == "row" else "panel",), panel
        if kind != "row":
            yield panel["title"], (kind, "options"), panel["options"]
            yield panel["title"], (kind, "custom"), panel["fieldConfig"]["defaults"].get("custom", {})


def at(schema: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """Return the schema of a field of the model."""
    found = schema["definitions"]["Model"] if "$ref" in schema else schema
    for name in path:
        found = found["properties"][name]
    return {**found, "definitions": schema.get("definitions", {})}


def without_required(schema: Any) -> Any:
    """Return the schema of what may be left out: Grafana fills it with defaults when it loads a dashboard."""
    if isinstance(schema, dict):
        left = {name: without_required(value) for name, value in schema.items() if name != "required"}
        return {**left, "properties": _properties(schema)} if "properties" in schema else left
    return [without_required(each) for each in schema] if isinstance(schema, list) else schema


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: without_required(value) for name, value in schema["properties"].items()}
