"""What `rule-packs render` writes, judged by those for whom it is: the Prometheus Operator and mimirtool.

`scripts/render-checkers.sh` fetches both; DA_RENDER_CHECKERS names the directory if it is another one.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.renderings import rendered

ROOT = Path(__file__).parents[2]
CHECKERS = Path(os.environ.get("DA_RENDER_CHECKERS", ROOT / ".state" / "checkers"))


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
    for arguments in (["check", "--strict"], ["lint", "--dry-run"], ["prepare"]):
        command = [str(mimirtool), "rules", *arguments, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
