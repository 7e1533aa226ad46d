"""What Prometheus stored lately, sample by sample: without it a failure on a busy machine says nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dynamic_alerting.prometheus.http import JsonApi
from dynamic_alerting.stack.settings import local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_alerting.stack.settings import Settings


def history(settings: Settings, selectors: Sequence[str], seconds: int = 30) -> str:
    """Return the last samples of each selected series: how many seconds ago, and the value."""
    lines = [f"seconds ago = value, over {seconds} s:"]
    with JsonApi(local(settings.prometheus_port), program="Prometheus") as api:
        for selector in selectors:
            answer = api.json("/api/v1/query", {"query": f"{selector}[{seconds}s]"})
            now = time.time()
            for series in answer["data"]["result"]:
                labels = {name: value for name, value in series["metric"].items() if name != "__name__"}
                points = " ".join(f"{now - float(at):.1f}={value}" for at, value in series["values"])
                lines.append(f"{selector} {labels}: {points}")
    return "\n".join(lines)
