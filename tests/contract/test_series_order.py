"""Series come in the order in which Prometheus sorts them, from the exporter and from the rules' benchmark.

Sorted already, they cost a rule a fifth less (docs/decisions/0005-series-in-label-order.md). The benchmark
invents what an exporter serves, and may not invent a better order.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bench.rules_data import limits_around, threshold_lines
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.packs.bundled import load_catalogue
from dynamic_alerting.packs.loading import load_packs

ROOT = Path(__file__).parents[2]
PACKS = ("kubernetes", "mariadb", "redis")
TENANTS = 100  # several chunks

Order = dict[tuple[str, ...], list[tuple[tuple[str, str], ...]]]


def selected(exposition: bytes) -> Order:
    """Return what each rule selects, by its labels: base thresholds of a key, states of a filter."""
    order: Order = defaultdict(list)
    for family in text_string_to_metric_families(exposition.decode()):
        for sample in family.samples:
            labels = sample.labels
            if family.name == "user_state_filter":
                order[family.name, labels["filter"]].append(tuple(sorted(labels.items())))
            elif family.name == "user_threshold" and len(labels) == 4:
                key = (family.name, labels["component"], labels["metric"])
                order[key].append(tuple(sorted(labels.items())))
    return order


def test_the_exporter_serves_series_in_label_order(tmp_path: Path) -> None:
    for number in range(TENANTS):
        keys = f'mysql_connections_critical: "{number}"\n    redis_memory_percent_critical: "90"'
        text = f"tenants:\n  t{number:05}:\n    _packs: [{', '.join(PACKS)}]\n    {keys}\n"
        (tmp_path / f"t{number:05}.yaml").write_text(text)
    catalogue = load_catalogue()
    reloader = Reloader(Loader(tmp_path, catalogue), catalogue)
    reloader.look()
    order = selected(b"".join(reloader.served.text.plain))
    assert len(order["user_threshold", "mysql", "connections"]) == 2 * TENANTS
    assert len(order["user_state_filter", "container_crashloop"]) >= TENANTS
    assert {key: labels for key, labels in order.items() if labels != sorted(labels)} == {}


def test_the_benchmark_invents_series_in_label_order() -> None:
    packs = [pack for pack in load_packs(ROOT / "rule-packs") if pack.pack in PACKS]
    values = {threshold.key: 10.0 for pack in packs for threshold in pack.thresholds}
    order = selected(threshold_lines(packs, limits_around(packs, values, TENANTS), TENANTS))
    assert len(order["user_threshold", "mysql", "connections"]) == 2 * TENANTS
    assert {key: labels for key, labels in order.items() if labels != sorted(labels)} == {}
