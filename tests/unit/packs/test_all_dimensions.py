"""An alert that is about every dimension of all packs."""

from collections.abc import Callable
from pathlib import Path

from dynamic_alerting.packs.all_dimensions import dimensions_of, with_all_dimensions
from dynamic_alerting.packs.loading import load_packs
from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.promql import parse
from dynamic_alerting.packs.rules import alerts

RULE_PACKS = Path(__file__).parents[3] / "rule-packs"
LONGEST = 1500  # what a reader still takes in
ALERT = """
alerts:
- name: WebLabelsLost
  area: errors
  expr: |-
    group by (job) (
      user_threshold{exported_DIMENSION!=""}
    )
  severity: warning
  for: 1m
  summary: Labels collide
  description: They collide.
  means: Nothing.
  look_at: [one, two, three]
  example: {fires: {}, quiet: {}}
"""

Load = Callable[[str], Pack]


def _asking(text: str) -> str:
    return text.replace("metrics:\n", "metrics:\n  user_threshold: a threshold\n") + ALERT


def test_each_dimension_of_any_pack_gets_an_operand(good_text: str, load_text: Load) -> None:
    asking = load_text(_asking(good_text))
    dimensional = good_text.replace("aggregate: max", "aggregate: max\n    dimensions: [queue, disk]")
    filled, other = with_all_dimensions([asking, load_text(dimensional)])
    assert filled.alerts[0].expr == (
        'group by (job) (\n  user_threshold{exported_disk!=""}\n  or user_threshold{exported_queue!=""}\n)'
    )
    assert other.alerts == []


def test_without_dimensions_nothing_is_filled_in(good_text: str, load_text: Load) -> None:
    asking = load_text(_asking(good_text))
    assert with_all_dimensions([asking]) == [asking]


def test_the_shipped_alert_names_the_dimensions_of_all_shipped_packs() -> None:
    packs = load_packs(RULE_PACKS)
    platform = next(pack for pack in packs if pack.pack == "platform")
    told = {str(rule.get("alert")): str(rule["expr"]) for rule in alerts(platform)}
    expr = told["ThresholdExporterDimensionsLost"]
    parse(expr)
    assert len(expr) < LONGEST
    assert [name for name in dimensions_of(packs) if f'{{exported_{name}!=""}}' not in expr] == []
    assert {"disk", "queue", "tablespace"} <= set(dimensions_of(packs))
