"""A cold load in a process of its own: files to exposition, or the same files through PyYAML's C loader."""

import gc
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from bench.measuring import Spent, in_new_process, spent
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.collection import bringing_to_stay
from dynamic_alerting.exporter.own_metrics import ReloadHealth
from dynamic_alerting.exporter.served import serve
from dynamic_alerting.exporter.snapshot import build_snapshot
from dynamic_alerting.packs.bundled import load_catalogue


class Loading(NamedTuple):
    """One cold load of a directory, and PyYAML's C loader over the same files just before."""

    ours: Spent
    peer: Spent


def measure_loading(directory: Path) -> Loading:
    """Loads a directory once with each, in new processes."""
    peer = Spent(*in_new_process(__name__, "peer", str(directory)))
    ours = Spent(*in_new_process(__name__, "ours", str(directory)))
    return Loading(ours, peer)


def _load_resolve_render(directory: Path) -> None:
    catalogue = load_catalogue()
    with bringing_to_stay():
        loaded = Loader(directory, catalogue).load()
        snapshot = build_snapshot(loaded, catalogue, datetime.now(UTC))
        served = serve(snapshot, ReloadHealth(), 0.0)
    if not served.text.size:
        raise RuntimeError("nothing is served")


def _load_with_peer(directory: Path) -> None:
    gc.disable()  # as it is during a load of ours
    documents = [yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(directory.iterdir())]
    if not all(documents):
        raise RuntimeError("a file is empty")


if __name__ == "__main__":
    work = {"ours": _load_resolve_render, "peer": _load_with_peer}[sys.argv[1]]
    print(json.dumps(spent(lambda: work(Path(sys.argv[2])))))
