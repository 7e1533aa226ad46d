"""The committed dashboards hold together: ids, places, data sources, PromQL, and a panel for every key."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from dynamic_alerting.packs.dashboard_panels import COLUMNS, SCHEMA_VERSION
from dynamic_alerting.packs.loading import load_packs

ROOT = Path(__file__).parents[3]
PACKS = {pack.pack: pack for pack in load_packs(ROOT / "rule-packs")}
DASHBOARDS = sorted(path.stem for path in ROOT.glob("dashboards/*.json"))
REF_IDS = "ABCDEFGHIJ"


def dashboard(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "dashboards" / f"{name}.json").read_text())
    return document


def panels(name: str) -> Iterator[dict[str, Any]]:
    return (panel for panel in dashboard(name)["panels"] if panel["type"] != "row")


def test_every_pack_has_one_and_there_is_an_overview() -> None:
    assert set(DASHBOARDS) == {*PACKS, "overview"}


def test_uids_are_unique_and_as_short_as_grafana_wants() -> None:
    uids = [dashboard(name)["uid"] for name in DASHBOARDS]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) <= 40 and re.fullmatch(r"[\w-]+", uid) for uid in uids)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_frame_is_of_current_grafana(name: str) -> None:
    document = dashboard(name)
    assert document["schemaVersion"] == SCHEMA_VERSION == 42
    assert "id" not in document  # Grafana gives it; a number from elsewhere hits another dashboard
    assert {panel["type"] for panel in panels(name)} <= {"timeseries", "table", "stat", "state-timeline"}
    assert "dynamic-alerting" in document["tags"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_have_ids_titles_and_places_of_their_own(name: str) -> None:
    everything = dashboard(name)["panels"]
    ids = [panel["id"] for panel in everything]
    assert len(set(ids)) == len(ids)
    taken: dict[tuple[int, int], str] = {}
    for panel in everything:
        assert panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken[x, y]}"
                taken[x, y] = panel["title"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_everything_asks_the_data_source_that_is_chosen(name: str) -> None:
    variables = dashboard(name)["templating"]["list"]
    assert [each["name"] for each in variables if each["type"] == "datasource"] == ["datasource"]
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    for panel in panels(name):
        assert panel["datasource"] == chosen
        assert panel["targets"]
        assert [target["refId"] for target in panel["targets"]] == list(REF_IDS[: len(panel["targets"])])
        for target in panel["targets"]:
            assert target["datasource"] == chosen
            assert target["instant"] != target["range"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_tenants_to_choose_from_are_those_with_data(name: str) -> None:
    variables = {each["name"]: each for each in dashboard(name)["templating"]["list"]}
    used = [target["expr"] for panel in panels(name) for target in panel["targets"] if "$" in target["expr"]]
    assert ("tenant" in variables) == bool(used)
    if not used:
        return
    tenant = variables["tenant"]
    assert (tenant["multi"], tenant["includeAll"], tenant["allValue"]) == (True, True, ".+")
    asked = re.fullmatch(r"label_values\((.+), tenant\)", tenant["query"]["query"])
    assert asked is not None
    promql_parser.parse(asked[1])
    assert tenant["definition"] == tenant["query"]["query"]
    for expr in used:
        assert 'tenant=~"$tenant"' in expr


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_query_is_promql(name: str) -> None:
    for panel in panels(name):
        for target in panel["targets"]:
            promql_parser.parse(target["expr"])


@pytest.mark.parametrize("name", sorted(PACKS))
def test_every_key_is_drawn_with_its_signal_its_tiers_and_its_runbook(name: str) -> None:
    pack, drawn = PACKS[name], {panel["title"]: panel for panel in panels(name)}
    for threshold in pack.thresholds:
        panel = drawn[f"{threshold.alert.name}: {threshold.key}"]
        signal, tiers = panel["targets"]
        assert signal["expr"].startswith(pack.signal_of(threshold).record)
        assert tiers["expr"].startswith(f"tenant:alert_threshold:{threshold.key}{{")
        assert tiers["legendFormat"].endswith("{{severity}}")
        dashed = {each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]}
        assert dashed == {"/ info$/", "/ warning$/", "/ critical$/"}
        assert panel["links"][0]["url"].endswith(f"#{threshold.alert.name.lower()}")
    records = {signal.record for signal in pack.recorded()}
    asked = " ".join(target["expr"] for panel in drawn.values() for target in panel["targets"])
    assert {record for record in records if record not in asked} == set()


@pytest.mark.parametrize("name", sorted(PACKS))
def test_every_alert_is_in_the_list(name: str) -> None:
    pack = PACKS[name]
    (listed,) = (panel for panel in panels(name) if panel["type"] == "table")
    names = {each.alert.name for each in pack.thresholds} | {each.name for each in pack.alerts}
    matched = re.search(r'alertname=~"([^"]+)"', listed["targets"][0]["expr"])
    assert matched is not None
    assert set(matched[1].split("|")) == names
