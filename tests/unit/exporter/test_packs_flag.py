"""`--packs.dir`: what the exporter refuses at its start, and what it does not need without the flag."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dynamic_alerting.packs.bundled import load_catalogue
from dynamic_alerting.packs.versions import packs_version

if TYPE_CHECKING:
    from tests.unit.exporter.conftest import Exporter, RunExporter, StartExporter

PACK = Path(__file__).parents[2] / "stack" / "own_packs" / "rabbitmq" / "pack.yaml"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(tmp_path / "own", PACK.read_text())


def write(directory: Path, text: str) -> Path:
    (directory / "rabbitmq").mkdir(parents=True)
    (directory / "rabbitmq" / "pack.yaml").write_text(text)
    return directory


def test_packs_that_cannot_be_used_are_refused_with_every_complaint(
    run_exporter: RunExporter, conf_d: Path, tmp_path: Path
) -> None:
    broken = write(
        tmp_path / "broken", PACK.read_text().replace("area: saturation", "area: load").replace("0s", "now")
    )
    (tmp_path / "empty").mkdir()
    done = run_exporter("--config-dir", conf_d, "--packs.dir", broken, "--packs.dir", tmp_path / "empty")
    assert (done.returncode, done.stdout) == (2, "")
    assert "threshold-exporter: the packs of --packs.dir cannot be used, 4 problem(s):\n" in done.stderr
    for said in (
        f"{broken}/rabbitmq/pack.yaml:16: thresholds[0].area: ",
        f"{broken}/rabbitmq/pack.yaml:26: thresholds[0].alert.for: ",
        f"{tmp_path}/empty: no <pack>/pack.yaml under",
    ):
        assert said in done.stderr


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_flag_is_refused(run_exporter: RunExporter, conf_d: Path, value: str) -> None:
    done = run_exporter("--config-dir", conf_d, "--packs.dir", value)
    assert done.returncode == 2
    assert "it is empty; name a directory that holds <pack>/pack.yaml" in done.stderr


def test_the_environment_names_several_as_path_does_and_an_empty_part_is_nothing(
    start_exporter: StartExporter, conf_d: Path, own: Path, tmp_path: Path
) -> None:
    later = write(tmp_path / "later", PACK.read_text().replace("default: 500", "default: 7"))
    alone = start_exporter("--config-dir", conf_d, "--packs.dir", later)
    both = start_exporter("--config-dir", conf_d, THRESHOLD_EXPORTER_PACKS_DIR=f":{own}:{later}")
    nothing = start_exporter("--config-dir", conf_d, THRESHOLD_EXPORTER_PACKS_DIR=":")

    def version(exporter: Exporter) -> str:
        config = exporter.request("/api/v1/config?tenant=db-a").json
        sha256: str = config["data"]["packs"]["sha256"]
        assert exporter.value("threshold_exporter_packs_info", sha256=sha256) == 1
        return sha256

    assert version(alone) == version(both)
    assert version(nothing) == packs_version(load_catalogue()).sha256
    assert "packs of one's own" in both.logged()
    assert "packs of one's own" not in nothing.logged()


def test_without_the_flag_the_program_imports_nothing_that_reads_packs() -> None:
    code = (
        "import sys; from dynamic_alerting.exporter import main, packs_flag, server, startup;"
        "from dynamic_alerting.packs.in_force import catalogue_in_force; catalogue_in_force();"
        "print([name for name in ('pydantic', 'promql_parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
