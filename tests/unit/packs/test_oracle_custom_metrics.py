"""The Oracle pack's own queries deliver exactly the metrics that the pack says come from them."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ORACLE = Path(__file__).parents[3] / "rule-packs" / "oracle"
SHIPPED = "rule-packs/oracle/custom-metrics.toml"


def queries() -> list[dict[str, Any]]:
    text = (ORACLE / "custom-metrics.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["metric"])


def test_the_queries_deliver_what_the_pack_expects() -> None:
    pack = yaml.safe_load((ORACLE / "pack.yaml").read_text(encoding="utf-8"))
    expected = {name for name, note in pack["metrics"].items() if SHIPPED in note}
    delivered = {
        f"oracledb_{query['context']}_{field}" for query in queries() for field in query["metricsdesc"]
    }
    assert delivered == expected


@pytest.mark.parametrize("query", queries(), ids=lambda query: query["context"])
def test_a_query_is_written_as_both_exporters_read_it(query: dict[str, Any]) -> None:
    known = {"context", "labels", "metricsdesc", "metricstype", "request", "ignorezeroresult"}
    assert set(query) <= known  # the fields that both exporters have
    request = query["request"].strip().lower()
    assert request.startswith("select")
    assert not request.endswith(";")
    for column in (*query.get("labels", []), *query["metricsdesc"]):
        assert column in request
