"""The MongoDB pack with Percona's real exporter 0.43, threshold-exporter and Prometheus.

What the exporter asks is a recorded server: the diagnostic data and the state of the replica set are what a
MongoDB 4.2.8 answered (recorded by the exporter's own tests), and the tests change numbers in them. Not
recorded, only written by MongoDB's manual, are the documents of dbStats and $collStats. Tenant `shop` is seen
with today's names; tenant `grid` in compatible mode, where the old names stand beside them. The rules are the
shipped ones with `for` and windows of seconds (../conftest.py).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dynamic_alerting.packs.loading import load_pack

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.stack

PACK = Path(__file__).parents[3] / "rule-packs" / "mongodb" / "pack.yaml"
KEYS = {"_packs": ["mongodb"], "mongodb_collection_bytes{collection='orders'}": 1_000_000}
TENANTS = ("shop", "grid")
OF_0_1X = {
    "mongodb_mongod_replset_member_health",
    "mongodb_mongod_replset_member_state",
    "mongodb_mongod_replset_member_optime_date",
    "mongodb_mongod_db_coll_storage_size",
}
BUSY = (
    "MongoDBHighConnections",
    "MongoDBConnectionsNearLimit",
    "MongoDBTicketsExhausted",
    "MongoDBOperationsQueue/critical",
    "MongoDBOverloaded",
    "MongoDBCacheFull",
    "MongoDBCacheDirty",
    "MongoDBManyOpenCursors",
    "MongoDBOperationsSlow",
    "MongoDBAsserts",
    "MongoDBCursorTimeouts",
    "MongoDBScansTooMuch",
)


@pytest.fixture(scope="module")
def seen(watch: Callable[..., Any], exporters: Any) -> Any:
    targets = {"shop": [exporters.plain], "grid": [exporters.compatible]}
    return watch("mongodb", targets, dict.fromkeys(TENANTS, KEYS), scrape_s=2)


def of_both(*alerts: str) -> list[str]:
    """The alerts as both tenants have them."""
    return [f"{each.partition('/')[0]}{{tenant={tenant}}}" for each in alerts for tenant in TENANTS]


def test_a_healthy_replica_set_is_quiet(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: len(seen.prometheus.instant("tenant:mongodb_primary:min == 1")) == len(TENANTS))
    assert not seen.firing()


def test_the_real_exporter_delivers_every_metric_of_the_pack(seen: Any, until: Callable[..., Any]) -> None:
    until(lambda: seen.never_seen(load_pack(PACK).metrics) == OF_0_1X)


def test_a_server_that_is_overloaded(seen: Any, server: Any) -> None:
    server.change(_busy)
    seen.await_firing(*BUSY, *of_both(*BUSY), seconds=60)
    server.heal()
    seen.await_resolved(seconds=60)


def test_members_and_primary_of_the_replica_set(seen: Any, server: Any) -> None:
    server.change(_one_behind_and_one_unreachable)
    seen.await_firing(
        "MongoDBReplicationLag{member=172.19.0.7:27017}",
        "MongoDBMemberUnhealthy{member=172.19.0.6:27017}",
        *of_both("MongoDBReplicationLag", "MongoDBMemberUnhealthy"),
    )
    assert "MongoDBNoPrimary" not in seen.firing()
    server.change(_no_primary)
    seen.await_firing(*of_both("MongoDBNoPrimary"))
    server.heal()
    seen.await_resolved()


def test_space(seen: Any, server: Any) -> None:
    server.database["fsUsedSize"] = 8.5e10
    server.collection["storageStats"]["storageSize"] = 2_000_000
    server.oplog_s = 3600
    large = ("MongoDBCollectionLarge{collection=orders}", *of_both("MongoDBDiskFilling"))
    seen.await_firing(*large, "MongoDBOplogWindowShort{tenant=grid}")
    assert "MongoDBOplogWindowShort{tenant=shop}" not in seen.firing(), "only compatible mode tells"
    server.heal()
    seen.await_resolved()


def test_a_server_that_is_down_and_restarts(seen: Any, server: Any) -> None:
    server.stop()
    seen.await_firing("MongoDBDown/critical", *of_both("MongoDBDown"))
    assert "MongoDBExporterLost" not in seen.firing()
    server.change(lambda data, seconds: data["serverStatus"].update(uptime=round(seconds)))
    server.start()
    seen.await_firing(*of_both("MongoDBRecentRestart"))
    seen.await_resolved("MongoDBDown")


def test_an_exporter_that_is_lost(seen: Any, server: Any, stage: Any, exporters: Any) -> None:
    stage.end(f"exporter-{exporters.plain}")
    seen.await_firing("MongoDBExporterLost/critical")
    assert "MongoDBExporterLost{tenant=grid}" not in seen.firing()
    server.start_exporter(stage, exporters.plain)
    seen.await_resolved("MongoDBExporterLost")


def test_every_alert_of_the_pack_was_caused(seen: Any) -> None:
    pack = load_pack(PACK)
    declared = {each.alert.name for each in pack.thresholds} | {each.name for each in pack.alerts}
    assert seen.ever_fired() == declared


def _busy(data: dict[str, Any], seconds: float) -> None:
    status = data["serverStatus"]
    status["connections"] |= {"current": 6000, "available": 100}
    status["globalLock"]["currentQueue"] |= {"readers": 200, "writers": 100, "total": 300}
    status["wiredTiger"]["concurrentTransactions"]["write"] |= {"out": 128, "available": 0}
    cache = status["wiredTiger"]["cache"]
    cache["bytes currently in the cache"] = round(0.97 * cache["maximum bytes configured"])
    cache["tracked dirty bytes in the cache"] = round(0.2 * cache["maximum bytes configured"])
    status["opLatencies"]["reads"]["ops"] += round(100 * seconds)
    status["opLatencies"]["reads"]["latency"] += round(100 * 500_000 * seconds)
    status["asserts"]["regular"] += round(seconds)
    metrics = status["metrics"]
    metrics["cursor"]["open"]["total"] = 20_000
    metrics["cursor"]["timedOut"] += round(10 * seconds)
    metrics["queryExecutor"]["scannedObjects"] += round(50_000 * seconds)
    metrics["document"]["returned"] += round(10 * seconds)


def _one_behind_and_one_unreachable(data: dict[str, Any], _: float) -> None:
    _, second, third = data["replSetGetStatus"]["members"]
    second["optimeDate"] -= timedelta(minutes=1)
    third |= {"health": 0.0, "state": 8, "stateStr": "(not reachable/healthy)"}


def _no_primary(data: dict[str, Any], _: float) -> None:
    data["replSetGetStatus"]["members"][0] |= {"state": 2, "stateStr": "SECONDARY"}
