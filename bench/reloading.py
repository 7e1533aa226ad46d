"""Looks and reloads of a running exporter's reloader, against its cold load, in a process of its own."""

import hashlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench.measuring import Spent, in_new_process, medians, spent
from bench.tenants import tenant_name
from dynamic_alerting.config.loader import Loader
from dynamic_alerting.exporter.collection import bringing_to_stay
from dynamic_alerting.exporter.reloader import Reloader
from dynamic_alerting.packs.bundled import load_catalogue

SETTLING = 2.1
"""Seconds after which the status of a file that was just written is trusted."""


class Reloading(NamedTuple):
    """What the reload thread's looks take.

    Attributes:
        cold: the first look, which loads everything.
        idle: a look that finds nothing changed.
        changed: a look after one file was changed, until the change is served.
        hashing: the peer of an idle look: reading and hashing all files.
    """

    cold: Spent
    idle: Spent
    changed: Spent
    hashing: Spent


def measure_reloading(directory: Path, *, runs: int, settling: float = SETTLING) -> Reloading:
    """Loads a directory, then changes one file after the other; medians, except of the one cold load."""
    taken = in_new_process(__name__, str(directory), str(runs), str(settling))
    return Reloading(*(Spent(*one) for one in taken))


def _measure(directory: Path, runs: int, settling: float) -> Reloading:
    time.sleep(settling)  # the files may have been written a moment ago
    catalogue = load_catalogue()
    reloader = Reloader(Loader(directory, catalogue), catalogue)
    with bringing_to_stay():
        cold = spent(reloader.look)
    idle, changed, hashing = [], [], []
    for number in range(runs):
        idle.append(spent(reloader.look))
        before = reloader.served.snapshot
        path = directory / f"{tenant_name(number)}.yaml"
        path.write_text(path.read_text(encoding="ascii").replace('"\n', '0"\n', 1), encoding="ascii")
        changed.append(spent(reloader.look))
        if reloader.served.snapshot is before:
            raise RuntimeError(f"the change of {path.name} was not seen")
        time.sleep(settling)
        reloader.look()  # reads the file once more: now its status proves that it is the same
        hashing.append(spent(lambda: _hash_all(directory)))
    return Reloading(cold, medians(idle), medians(changed), medians(hashing))


def _hash_all(directory: Path) -> set[bytes]:
    return {hashlib.sha256(path.read_bytes()).digest() for path in directory.iterdir()}


if __name__ == "__main__":
    logging.disable()
    print(json.dumps(_measure(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
