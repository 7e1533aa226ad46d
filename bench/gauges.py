"""The memory of an exporter that keeps its series as prometheus_client's gauges, in a process of its own."""

import gc
import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from bench.measuring import in_new_process, private_bytes

_FAMILIES = ("user_threshold", "user_state_filter")


class Gauges(NamedTuple):
    """Bytes of memory that belong to gauges alone, and how many series they have."""

    resident: int
    series: int


def measure_gauges(exposition: bytes) -> Gauges:
    """Fills gauges with the thresholds and states of an exposition, and looks how much memory they take."""
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(exposition)
        file.flush()
        return Gauges(*in_new_process(__name__, file.name))


def _fill(lines: Path) -> Gauges:
    registry = CollectorRegistry()
    before = private_bytes()
    series = 0
    gauges: dict[tuple[str, tuple[str, ...]], Gauge] = {}
    with lines.open(encoding="utf-8") as file:
        for line in file:  # one at a time: an exposition as a whole would be counted with the gauges
            if not line.startswith(_FAMILIES):
                continue
            (family,) = text_string_to_metric_families(line)
            sample = family.samples[0]
            names = tuple(sorted(sample.labels))
            gauge = gauges.get((sample.name, names))
            if gauge is None:  # a gauge's label names are the same for all its series
                name = f"{sample.name}_{len(gauges)}"
                gauge = gauges[sample.name, names] = Gauge(name, "", names, registry=registry)
            gauge.labels(**sample.labels).set(sample.value)
            series += 1
    gc.collect()
    return Gauges(private_bytes() - before, series)


if __name__ == "__main__":
    print(json.dumps(_fill(Path(sys.argv[1]))))
