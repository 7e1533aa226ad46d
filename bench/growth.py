"""Points that a power law is fitted to: what takes how long at which size."""

from collections.abc import Mapping, Sequence

from bench.fitting import Power, fitted_power
from bench.sizes import AtSize
from bench.validating import Validating

Points = list[tuple[float, float]]


def of_exporter(sizes: Sequence[AtSize]) -> Mapping[str, Points]:
    """Seconds of CPU by number of tenants, for each thing that the exporter did."""
    return {
        "cold load": [(one.tenants, load.ours.cpu) for one in sizes for load in one.loads],
        "reload of one changed file": [(one.tenants, one.reloading.changed.cpu) for one in sizes],
        "look without a change": [(one.tenants, one.reloading.idle.cpu) for one in sizes],
        "scrape, plain": [(one.tenants, one.scraping.plain) for one in sizes],
        "scrape, gzip": [(one.tenants, one.scraping.gzipped) for one in sizes],
        "peer of the load: PyYAML's C loader": [
            (one.tenants, load.peer.cpu) for one in sizes for load in one.loads
        ],
        "peer of the scrape: prometheus_client": [(one.tenants, one.scraping.peer_plain) for one in sizes],
    }


def of_validating(result: Validating) -> Mapping[str, Points]:
    """Seconds of CPU beyond those of the program's start, by number of tenants, by program."""
    bare, *populated = result.sizes
    return {
        name: [
            (one.tenants, run.cpu - min(start.cpu for start in starts))
            for one in populated
            for run in one.runs[name]
        ]
        for name, starts in bare.runs.items()
    }


def law_of(points: Points) -> Power | None:
    """The law, if there are enough points for one and its interval."""
    usable = [(size, taken) for size, taken in points if taken > 0]
    if len(usable) < 3 or len({size for size, _ in usable}) < 3:  # noqa: PLR2004 - see fitted_power
        return None
    return fitted_power(usable)
