"""The Elasticsearch pack with the real exporter 1.5 (Debian's package), threshold-exporter and Prometheus.

What the exporter asks is a recorded cluster: the documents in recorded.json are what Elasticsearch 7.17.28
answered, and the tests change numbers in them. How a cluster behaves that is down or has no master was
observed on the real one: the exporter's series of the cluster's health are gone in both cases, and the node
still answers in the second. The rules are the shipped ones with `for` and windows of seconds
(../conftest.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.packs.loading import load_pack

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.stack

PACK = Path(__file__).parents[3] / "rule-packs" / "elasticsearch" / "pack.yaml"
HEALTH, NODES, STATS = "/_cluster/health", "/_nodes/stats", "/_all/_stats?ignore_unavailable=true"
SETTINGS, SNAPSHOTS = "/_all/_settings", "/_snapshot/backup/_all"
KEYS = {
    "_packs": ["elasticsearch"],
    "elasticsearch_nodes": "3:critical",
    "elasticsearch_index_bytes{index='orders'}": 1_000_000,
}
SICK_NODE = {
    "ElasticsearchHeapHigh/critical",
    "ElasticsearchGarbageCollection/critical",
    "ElasticsearchOutOfMemorySoon/critical",
    "ElasticsearchHighCpu",
    "ElasticsearchSearchSlow",
    "ElasticsearchIndexingSlow",
    "ElasticsearchRejections{pool=write}",
    "ElasticsearchRejections/critical",
    "ElasticsearchBreakersTripped",
    "ElasticsearchDiskFilling/critical",
    "ElasticsearchDiskFilling{node=es-1}",
}


@pytest.fixture(scope="module")
def seen(watch: Callable[..., Any], exporter_port: int) -> Any:
    return watch("elasticsearch", {"shop": [exporter_port]}, {"shop": KEYS})


def test_a_healthy_cluster_is_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.prometheus.instant('tenant:elasticsearch_master:min{tenant="shop"} == 1'))
    assert not seen.firing()


def test_the_real_exporter_delivers_every_metric_of_the_pack(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: not seen.never_seen(load_pack(PACK).metrics))


def test_health_of_the_cluster(seen: Any, cluster: Any) -> None:
    cluster.change(HEALTH, lambda health, _: health.update(status="red", unassigned_shards=21))
    seen.await_firing("ElasticsearchClusterRed/critical", "ElasticsearchUnassignedShards")
    many = {"status": "yellow", "number_of_pending_tasks": 101, "active_shards": 2950}
    cluster.change(HEALTH, lambda health, _: health.update(many))
    seen.await_firing(
        "ElasticsearchClusterYellow/warning",
        "ElasticsearchPendingTasks",
        "ElasticsearchTooManyShards/critical",
    )
    assert "ElasticsearchClusterRed" not in seen.firing()
    cluster.change(HEALTH, lambda health, _: health.update(number_of_nodes=2))
    seen.await_firing("ElasticsearchNodesLost/warning", "ElasticsearchTooFewNodes/critical")
    cluster.heal()
    seen.await_resolved()


def test_a_node_that_is_overloaded(seen: Any, cluster: Any) -> None:
    cluster.change(NODES, _overloaded)
    seen.await_firing(*SICK_NODE)
    cluster.heal()
    seen.await_resolved()


def test_a_node_that_restarts(seen: Any, cluster: Any) -> None:
    cluster.change(NODES, lambda body, s: _node(body)["jvm"].update(uptime_in_millis=round(1000 * s)))
    seen.await_firing("ElasticsearchRecentRestart{node=es-1}")
    cluster.heal()
    seen.await_resolved()


def test_indices_and_snapshots(seen: Any, cluster: Any) -> None:
    cluster.change(STATS, _slow_and_large)
    locked = {"read_only_allow_delete": "true"}
    cluster.change(SETTINGS, lambda body, _: body["orders"]["settings"]["index"].update(blocks=locked))
    cluster.change(SNAPSHOTS, lambda body, _: body["snapshots"][0].update(start_time_in_millis=0))
    seen.await_firing(
        "ElasticsearchIndexSlow{index=orders}",
        "ElasticsearchIndexLarge{index=orders}",
        "ElasticsearchReadOnlyIndices/critical",
        "ElasticsearchSnapshotOld{repository=backup}",
    )
    cluster.heal()
    seen.await_resolved()


def test_a_cluster_without_a_master_is_told_apart_from_one_that_is_down(seen: Any, cluster: Any) -> None:
    cluster.refused |= {HEALTH, STATS, SETTINGS, "/_snapshot"}
    seen.await_firing("ElasticsearchNoMaster/critical")
    assert "ElasticsearchDown" not in seen.firing()
    cluster.heal()
    seen.await_resolved()
    cluster.stop()
    seen.await_firing("ElasticsearchDown/critical")
    assert seen.firing() & {"ElasticsearchNoMaster", "ElasticsearchExporterLost"} == set()
    cluster.start()
    seen.await_resolved()


def test_an_exporter_that_is_lost(seen: Any, cluster: Any, stage: Any, exporter_port: int) -> None:
    stage.end("exporter")
    seen.await_firing("ElasticsearchExporterLost/critical")
    cluster.start_exporter(stage, exporter_port)
    seen.await_resolved()


def test_every_alert_of_the_pack_was_caused(seen: Any) -> None:
    pack = load_pack(PACK)
    declared = {each.alert.name for each in pack.thresholds} | {each.name for each in pack.alerts}
    assert seen.ever_fired() == declared


def _node(body: Any) -> Any:
    (node,) = body["nodes"].values()
    return node


def _overloaded(body: Any, seconds: float) -> None:
    node, busy = _node(body), round(1000 * seconds)
    node["jvm"]["mem"]["heap_used_in_bytes"] = round(0.97 * node["jvm"]["mem"]["heap_max_in_bytes"])
    node["jvm"]["gc"]["collectors"]["old"]["collection_time_in_millis"] += round(0.7 * busy)
    node["process"]["cpu"]["percent"] = 99
    node["indices"]["search"]["query_total"] += 10 * busy // 1000
    node["indices"]["search"]["query_time_in_millis"] += 20 * busy
    node["indices"]["indexing"]["index_total"] += 10 * busy // 1000
    node["indices"]["indexing"]["index_time_in_millis"] += 5 * busy
    node["thread_pool"]["write"]["rejected"] += 3 * busy // 1000
    node["breakers"]["parent"]["tripped"] += busy // 1000
    for path in node["fs"]["data"]:
        path["available_in_bytes"] = round(0.04 * path["total_in_bytes"])


def _slow_and_large(body: Any, seconds: float) -> None:
    index = body["indices"]["orders"]
    index["primaries"]["store"]["size_in_bytes"] = 2_000_000
    index["total"]["search"]["query_total"] += round(10 * seconds)
    index["total"]["search"]["query_time_in_millis"] += round(30_000 * seconds)
