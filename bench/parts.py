"""The parts of the report: what each measures, how much of it, how long that takes, and how it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bench import exporter, unused_packs
from bench.exporter_figures import Exporter, measure_exporter
from bench.latency import Latency, measure_latency
from bench.pages.blocks import Section
from bench.pages.exporter import exporter_section
from bench.pages.latency import latency_section
from bench.pages.rules import rules_section
from bench.pages.sizes import sizes_section
from bench.pages.unused_packs import unused_packs_section
from bench.pages.validating import validating_section
from bench.rules import interval_for
from bench.rules_under_load import USUAL_INTERVAL_S, Rules, measure_rules
from bench.sizes import AtSize, measure_sizes
from bench.unused_packs import Unused
from bench.validating import Validating, measure_validating
from dynamic_alerting.stack.settings import MAX_PER_KIND

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        rules: numbers of tenants for the comparison of rules.
        rules_under_load: those for the comparison under load.
        rules_alone: those for the packs' rules alone.
        rounds: turns of each design.
        sizes: numbers of tenants for the exporter, and for validating.
        runs: of each measurement of these.
        starts: of the platform, for the latency.
        changes: of each tenant's file in each start.
        latency_tenants: in the platform.
        exporter: of the exporter's figures.
    """

    rules: tuple[int, ...]
    rules_under_load: tuple[int, ...]
    rules_alone: tuple[int, ...]
    rounds: int
    sizes: tuple[int, ...]
    runs: int
    starts: int
    changes: int
    latency_tenants: int
    exporter: exporter.Size


CURVE = (2, 100, 300, 1_000)
QUICK = Plan((100,), (), (), 1, (100, 1_000), 2, 1, 1, MAX_PER_KIND, exporter.TINY)
FULL = Plan(
    CURVE, (100,), (2_000,), 2, (100, 300, 1_000, 3_000, 10_000), 2, 4, 2, MAX_PER_KIND, exporter.FULL
)
TINY = Plan((2,), (), (), 1, (2,), 1, 1, 1, 1, exporter.TINY)


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    Attributes:
        name: as it is chosen, and the name of its result's file.
        about: what it measures, for the help.
        measure: does so.
        result: writes the result as JSON's types, and reads it.
        section: shows it.
        takes: about how many seconds; of a machine on which the peers' loaders take a millisecond for a file.
    """

    name: str
    about: str
    measure: Callable[[Plan, Report], Any]
    result: TypeAdapter[Any]
    section: Callable[[Any], Section]
    takes: Callable[[Plan], float]


def _rules_take(plan: Plan) -> float:
    # For each size: data of five minutes, thresholds scraped, and turns: eight cycles, and twice three.
    sizes = (*plan.rules, *plan.rules_under_load)
    both = sum(60 + plan.rounds * 14 * interval_for(tenants) + tenants * 0.1 for tenants in sizes)
    return both + sum(60 + 11 * USUAL_INTERVAL_S + tenants * 0.1 for tenants in plan.rules_alone)


def _unused_take(plan: Plan) -> float:
    return 90 + plan.rounds * 3 * 90


def _sizes_take(plan: Plan) -> float:
    return sum(15 + tenants * 0.013 * (plan.runs + 1) for tenants in plan.sizes)


def _exporter_takes(plan: Plan) -> float:
    files = sum(plan.exporter.files) * plan.exporter.loads
    once = plan.exporter.tenants * 0.02 + 2 * plan.exporter.settling
    reloads = plan.exporter.reloads[-1] * plan.exporter.tenants * 0.0006
    return 10 + files * 0.003 + plan.exporter.runs * once + reloads


def _latency_takes(plan: Plan) -> float:
    return plan.starts * (10 + 36 * plan.changes)


def _validating_takes(plan: Plan) -> float:
    return sum(1 + tenants * (0.002 * plan.runs + 0.017) for tenants in plan.sizes)


PARTS: Sequence[Part] = (
    Part(
        "rules",
        "what fixed rules cost beside one rule per tenant, alert and tier",
        lambda plan, report: measure_rules(
            plan.rules, plan.rules_under_load, plan.rules_alone, rounds=plan.rounds, report=report
        ),
        TypeAdapter(Rules),
        rules_section,
        _rules_take,
    ),
    Part(
        "unused-packs",
        "what packs cost that nobody uses",
        lambda plan, _: unused_packs.measure(rounds=plan.rounds),
        TypeAdapter(Unused),
        unused_packs_section,
        _unused_take,
    ),
    Part(
        "latency",
        "from a saved file to a notification, hop by hop",
        lambda plan, report: measure_latency(
            starts=plan.starts, rounds=plan.changes, tenants=plan.latency_tenants, report=report
        ),
        TypeAdapter(Latency),
        latency_section,
        _latency_takes,
    ),
    Part(
        "exporter",
        "the exporter's figures, and what is asked of them",
        lambda plan, report: measure_exporter(plan.exporter, report),
        TypeAdapter(Exporter),
        exporter_section,
        _exporter_takes,
    ),
    Part(
        "sizes",
        "the exporter's load, reload, scrape and memory by number of tenants",
        lambda plan, report: measure_sizes(plan.sizes, runs=plan.runs, report=report),
        TypeAdapter(list[AtSize]),
        sizes_section,
        _sizes_take,
    ),
    Part(
        "validating",
        "da-tools validate beside PyYAML and promtool",
        lambda plan, report: measure_validating(plan.sizes, runs=plan.runs, report=report),
        TypeAdapter(Validating),
        validating_section,
        _validating_takes,
    ),
)
QUICK_PARTS = ("rules", "latency", "sizes", "validating")
"""Without a flag; the exporter's figures are those of the other parts with more files, and take minutes."""
