"""The platform's alerts judge the exporters of each scrape job by themselves."""

import promql_parser as parser

from dynamic_alerting.packs.bundled import rule_packs_directory
from dynamic_alerting.packs.loading import load_packs

OF_A_TENANT = {"ThresholdExporterSeriesDropped"}  # which exporters told it does not matter


def test_no_alert_compares_or_counts_exporters_of_several_fleets() -> None:
    (platform,) = (pack for pack in load_packs(rule_packs_directory()) if pack.pack == "platform")
    for alert in platform.alerts:
        found: list[parser.Expr] = []
        parser.walk(parser.parse(alert.expr or ""), pre_visit=found.append)
        aggregations = [node for node in found if isinstance(node, parser.AggregateExpr)]
        assert aggregations or (alert.expr or "").startswith("absent("), alert.name
        for node in aggregations:
            kept = set(node.modifier.labels) if node.modifier else set()
            assert ("tenant" if alert.name in OF_A_TENANT else "job") in kept, alert.name
        modifiers = [node.modifier for node in found if isinstance(node, parser.BinaryExpr)]
        for modifier in modifiers:
            if modifier is not None and modifier.matching is not None:
                assert "job" in modifier.matching.labels, alert.name
