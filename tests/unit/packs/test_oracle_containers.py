"""What the Oracle pack says of keys that have no data in a pluggable database."""

from pathlib import Path

import pytest

from dynamic_alerting.packs.loading import load_pack
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.pages import reference_page, runbook_page
from dynamic_alerting.packs.promql import metric_names

ORACLE = Path(__file__).parents[3] / "rule-packs" / "oracle" / "pack.yaml"
OF_THE_ROOT = "oracledb_resource_"  # v$resource_limit has no rows in a pluggable database


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(ORACLE)


def keys_of_the_root(pack: Pack) -> list[str]:
    return [
        each.key
        for each in pack.thresholds
        if any(name.startswith(OF_THE_ROOT) for name in metric_names(pack.signal_of(each).expr))
    ]


def test_the_page_names_them_and_says_where_to_connect(pack: Pack) -> None:
    about, keys = reference_page(pack).partition("## Exporters")[::2]
    assert "CDB$ROOT" in about
    for key in keys_of_the_root(pack):
        assert f"`{key}`" in about
        assert "pluggable database" in next(
            line for line in keys.splitlines() if line.startswith(f"* `{key}`")
        )


def test_the_runbook_says_why_their_alerts_may_be_silent(pack: Pack) -> None:
    runbook = runbook_page(pack)
    assert keys_of_the_root(pack)
    for key in keys_of_the_root(pack):
        section = runbook.partition(f"## {pack.threshold(key).alert.name}\n")[2].partition("\n## ")[0]
        assert "root of a container database" in section
