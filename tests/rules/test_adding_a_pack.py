"""docs/adding-a-pack.md does what it says: its commands, in order, with its ten lines, in a copy."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-pack.md").read_text()
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE)
PACK = Path("rule-packs") / "postgresql" / "pack.yaml"

pytestmark = pytest.mark.promtool


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout in which nobody has written the PostgreSQL pack yet."""
    for name in ("src", "rule-packs", "conf.d"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(tmp_path / PACK.parent)
    return tmp_path


def test_the_page_leads_to_a_tested_pack(copy: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(copy / "src")}

    def run(command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    assert "postgresql" not in run("da-tools rule-packs list"), "the commands would write into this checkout"
    for kind, text in BLOCKS:
        if kind == "yaml":
            assert (copy / PACK).is_file(), "`new` comes first"
            (copy / PACK).write_text(text)
        for command in text.splitlines() if kind == "sh" else []:
            run(command)
    for generated in (
        "rule-packs/postgresql/tests.yaml",
        "docs/runbooks/postgresql.md",
        "dashboards/postgresql.json",
        "k8s/03-monitoring/configmap-rules-postgresql.yaml",
        "build/mimir-postgresql.yaml",
    ):
        assert (copy / generated).is_file(), generated
    assert "pg_deadlocks" in (copy / "schemas" / "tenant.schema.json").read_text()


def test_the_ten_lines_are_those_of_the_shipped_pack() -> None:
    (text,) = (text for kind, text in BLOCKS if kind == "yaml")
    assert len(text.splitlines()) == 10
    (shown,) = yaml.safe_load(text)["thresholds"]
    shipped = yaml.safe_load((ROOT / PACK).read_text())
    (real,) = (each for each in shipped["thresholds"] if each["key"] == shown["key"])
    assert shown["signal"] == real["signal"]
    assert [shown[field] for field in ("unit", "area", "default")] == [
        real[field] for field in ("unit", "area", "default")
    ]
    assert [shown["alert"][field] for field in ("name", "for")] == [
        real["alert"][field] for field in ("name", "for")
    ]


def test_make_new_pack_is_the_same_command() -> None:
    arguments = ["make", "--dry-run", "new-pack", "NAME=nginx"]
    told = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "da-tools rule-packs new nginx" in told
