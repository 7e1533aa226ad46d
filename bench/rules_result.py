"""What was measured of the rules: plain data for JSON, how it grows with the tenants, lines to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.fitting import Line, Power, fitted_line, fitted_power
from bench.report import machine

LEAST = 3
"""Numbers of tenants that a fit with an error needs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a design takes per cycle; medians over the rounds.

    Attributes:
        rules: how many are loaded.
        evaluation_s: the sum of all groups' evaluations, slow groups by their share.
        cpu_s: CPU seconds of the process beyond what it takes without rules.
        resident_bytes: memory of the process.
        series: series in its head, with those scraped.
        missed: evaluations that were left out because the one before still ran, in all rounds.
    """

    rules: int
    evaluation_s: float
    cpu_s: float
    resident_bytes: float
    series: int
    missed: int


@dataclass(frozen=True, slots=True)
class Size:
    """Both designs with one number of tenants.

    Attributes:
        tenants: how many.
        interval_s: the evaluation interval.
        firing: alerts that fire.
        ours: the packs' rules.
        traditional: one rule per tenant, alert and tier; None if it was not measured.
        evaluation_ratio: traditional evaluation time ÷ ours.
        cpu_ratio: traditional CPU time ÷ ours.
        reading: rules that only read each signal and threshold once, and do nothing; the floor.
    """

    tenants: int
    interval_s: int
    firing: int
    ours: Cost
    traditional: Cost | None
    evaluation_ratio: float | None
    cpu_ratio: float | None
    reading: Cost | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """How a design's evaluation time grows with the tenants: milliseconds per tenant, and as a power."""

    ms_per_tenant: Line
    power: Power


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one run measured; `slope_ratio` is the traditional slope ÷ ours."""

    packs: tuple[str, ...]
    keys: int
    sizes: tuple[Size, ...]
    ours: Growth | None
    traditional: Growth | None
    slope_ratio: float | None
    machine: str


def summary(packs: tuple[str, ...], keys: int, sizes: Sequence[Size]) -> Result:
    """Fit how the designs grow; with fewer than three sizes there is nothing to fit."""
    ours = _growth([(each.tenants, each.ours.evaluation_s) for each in sizes])
    peer = _growth([(each.tenants, each.traditional.evaluation_s) for each in sizes if each.traditional])
    ratio = peer.ms_per_tenant.slope / ours.ms_per_tenant.slope if ours and peer else None
    return Result(packs, keys, tuple(sizes), ours, peer, ratio, machine())


def _growth(points: Sequence[tuple[float, float]]) -> Growth | None:
    if len(points) < LEAST:
        return None
    in_ms = [(tenants, seconds * 1000) for tenants, seconds in points]
    return Growth(fitted_line(in_ms), fitted_power(in_ms))


def as_lines(result: Result) -> Iterator[str]:
    """Say a result on a terminal."""
    yield f"every tenant has {', '.join(result.packs)}: {result.keys} keys, two tiers, two servers"
    for size in result.sizes:
        yield f"{size.tenants} tenants, a cycle every {size.interval_s} s, {size.firing} firing"
        for name, cost in designs(size):
            if cost is not None:
                yield f"  {name:<11} {_cost(cost)}"
        if size.evaluation_ratio is not None and size.cpu_ratio is not None:
            yield f"  traditional ÷ ours: evaluation {size.evaluation_ratio:.2f}, CPU {size.cpu_ratio:.2f}"
    for name, growth in (("ours", result.ours), ("traditional", result.traditional)):
        if growth is not None:
            line, power = growth.ms_per_tenant, growth.power
            yield (
                f"{name}: {line.slope:.3f} ± {line.error:.3f} ms a tenant, "
                f"exponent {power.exponent:.2f} ± {power.error:.2f}"
            )
    if result.slope_ratio is not None:
        yield f"traditional ÷ ours, a tenant more: {result.slope_ratio:.2f}"
    yield result.machine


def designs(size: Size) -> list[tuple[str, Cost | None]]:
    """Return what was measured, by name."""
    return [("ours", size.ours), ("reading", size.reading), ("traditional", size.traditional)]


def _cost(cost: Cost) -> str:
    return (
        f"{cost.rules:>7} rules {cost.evaluation_s * 1000:9.1f} ms {cost.cpu_s * 1000:9.1f} ms CPU "
        f"{cost.resident_bytes / 2**20:7.0f} MiB {cost.series:>8} series, {cost.missed} missed"
    )
