"""Both exporters are lost, wherever in the interval targets are scraped and whichever interval it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.outages.scenes import Phase, Scene, expected, scenes
from tests.rules.outage_documents import Case, Target, document_of

from dynamic_alerting.packs.examples import labels_of

if TYPE_CHECKING:
    from dynamic_alerting.packs.pack import Pack

pytestmark = pytest.mark.promtool

Promtool = Callable[..., str]
PACKS = ("mariadb", "redis", "kubernetes")
RULES = [str(Path(__file__).parents[2] / "rule-packs" / pack / "rules.yaml") for pack in PACKS]
LOST_S, EARLY_S, LATE_S, END_S = 420, 450, 900, 1320
LOOKED_AT = {Phase.BEFORE: LOST_S - 10, Phase.EARLY: LATE_S - 10, Phase.LATE: END_S - 10}
INTERVALS = [(10, 10), (15, 15), (30, 30), (60, 60), (60, 15), (15, 60)]
"""Of scrapes and of evaluations."""


@pytest.fixture(scope="module")
def shown(packs: list[Pack]) -> list[Scene]:
    """Plain keys, keys with dimensions, and state filters; of alerts that do not wait for long."""
    found = scenes(each for each in packs if each.pack in PACKS)
    return [each for each in found if each.pack != "kubernetes" or each.role.state]


@pytest.fixture(scope="module")
def case_of(shown: list[Scene], packs: list[Pack]) -> Callable[[int, int], Case]:
    """Makes the case of an interval and a phase."""
    labels = {
        each.key: (pack.component_of(each), pack.metric_of(each))
        for pack in packs
        for each in pack.thresholds
    }
    states = {alert.name: alert.state_filter for pack in packs for alert in pack.alerts}
    served = [line for each in shown for line in _served(each, labels, states)]
    return lambda scrape_s, phase_s: _case(shown, served, scrape_s, phase_s)


@pytest.mark.parametrize(("scrape_s", "evaluation_s"), INTERVALS)
def test_everything_goes_on_at_every_phase(
    scrape_s: int, evaluation_s: int, case_of: Callable[[int, int], Case], tmp_path: Path, promtool: Promtool
) -> None:
    phases = {scrape_s - 5, *((0, 20) if scrape_s >= 30 else ())}
    cases = [case_of(scrape_s, phase) for phase in sorted(phases)]
    path = tmp_path / "tests.yaml"
    path.write_text(yaml.safe_dump(document_of(RULES, evaluation_s, cases)))
    promtool("test", "rules", path)


def _case(shown: list[Scene], served: list[tuple[str, float]], scrape_s: int, phase_s: int) -> Case:
    case = Case(f"scraped {phase_s} s behind the full interval", END_S)
    # two replicas, scraped at different seconds; the databases at a third
    for name, behind in (("a", 0), ("b", scrape_s // 10 * 5)):
        target = Target(scrape_s, (phase_s + behind) % scrape_s, gone_at_s=LOST_S)
        where = f'job="thresholds",instance="{name}"'
        for series, value in (("threshold_exporter_config_loaded{}", 1.0), *served):
            labelled = series.replace("{}", "{").replace("}", ",") + where + "}"
            case.add(labelled, target, partial(_constant, value))
    databases = Target(scrape_s, (phase_s + 5) % scrape_s)
    for scene in shown:
        by_phase = {phase: _values(scene, phase) for phase in Phase}
        for series in sorted({each for values in by_phase.values() for each in values}):
            case.add(series, databases, partial(_at, series, by_phase))
    for phase, at in LOOKED_AT.items():
        case.expect_firing(at, expected(shown, phase))
    return case


def _constant(value: float, _: int) -> float:
    return value


def _at(series: str, by_phase: dict[Phase, dict[str, float]], at: int) -> float | None:
    phase = Phase.LATE if at >= LATE_S else Phase.EARLY if at >= EARLY_S else Phase.BEFORE
    return by_phase[phase].get(series)


def _served(
    scene: Scene, labels: dict[str, tuple[str, str]], states: dict[str, str | None]
) -> Iterator[tuple[str, float]]:
    tenant = f'tenant="{scene.tenant}"'
    if scene.role.maintained:
        yield f'user_state_filter{{{tenant},filter="maintenance",severity="info"}}', 1
    if scene.role.state:
        reason = next(labels_of(each)["reason"] for each in scene.bad)
        state = f'filter="{states[scene.alert]}",reason="{reason}",severity="{scene.severity}"'
        yield f"user_state_filter{{{tenant},{state}}}", 1
        return
    component, metric = labels[scene.key]
    for key, value in scene.keys.items():
        number, _, severity = str(value).partition(":")
        dimensions = "".join(f',{name}="{text}"' for name, text in scene.labels.items()) if "{" in key else ""
        threshold = f'component="{component}",metric="{metric}",severity="{severity}"'
        yield f"user_threshold{{{tenant},{threshold}{dimensions}}}", float(number)


def _values(scene: Scene, phase: Phase) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in scene.page(phase))
    return {series: float(value) for series, _, value in lines}
