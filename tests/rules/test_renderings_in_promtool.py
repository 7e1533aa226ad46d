"""What `rule-packs render` writes is accepted by promtool, form by form."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.renderings import rendered

pytestmark = pytest.mark.promtool
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("form", ["prometheus", "configmap", "prometheusrule", "mimir"])
def test_promtool_accepts_every_form(
    form: str, packs: list[Pack], tmp_path: Path, promtool: Callable[..., str]
) -> None:
    files = []
    for pack in packs:
        document = yaml.safe_load(rendered(pack, form)[1])
        held = {
            "prometheus": document,
            "configmap": document.get("data", {}).get(f"{pack.pack}.yaml"),
            "prometheusrule": document.get("spec"),
            "mimir": {"groups": document.get("groups")},
        }[form]
        files.append(tmp_path / f"{pack.pack}.yaml")
        files[-1].write_text(held if isinstance(held, str) else yaml.safe_dump(held))
    assert promtool("check", "rules", *files).count("SUCCESS") == len(packs)


def test_rules_of_ones_own_exporters_do_not_believe_anothers(
    packs: list[Pack], tmp_path: Path, promtool: Callable[..., str]
) -> None:
    for pack in packs:
        if pack.pack in {"mariadb", "platform"}:
            name, text = rendered(pack, "prometheus", exporter_selector='job="te"')
            (tmp_path / name).write_text(text)
    shutil.copy(FIXTURES / "other_exporters.yaml", tmp_path)
    promtool("test", "rules", tmp_path / "other_exporters.yaml")
