"""One file: from its bytes to what it says, against what PyYAML's loaders make of it."""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

import yaml

from bench.measuring import alternately
from bench.tenants import tenant_file
from dynamic_alerting.config.builder import build
from dynamic_alerting.config.file_reader import read_file
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.vocabulary import Vocabulary
from dynamic_alerting.packs.bundled import load_catalogue

PEER = "PyYAML's C loader, to dictionaries"
TREE = "tree with positions"
COMPILED = "tree, then keys, values and findings"
PURE = "PyYAML's pure loader, to dictionaries"

_PURE_SHARE = 10  # of the files: it takes ten times as long, and need not be exact


def measure_files(*, runs: int, files: int) -> dict[str, float]:
    """Seconds of CPU for each file, the median of several runs, by what is done with it."""
    catalogue = load_catalogue()
    texts = [tenant_file(number, catalogue).encode() for number in range(files)]
    vocabulary = Vocabulary(catalogue)

    def tree(data: bytes) -> None:
        text = data.decode()
        build(text, FileReport("tenant.yaml", text))

    def compiled(data: bytes) -> None:
        read_file("tenant.yaml", data, vocabulary, None, is_platform=False)

    few = texts[: max(1, files // _PURE_SHARE)]
    candidates: dict[str, tuple[Callable[[bytes], object], Sequence[bytes]]] = {
        PEER: (partial(yaml.load, Loader=yaml.CSafeLoader), texts),
        TREE: (tree, texts),
        COMPILED: (compiled, texts),
        PURE: (partial(yaml.load, Loader=yaml.SafeLoader), few),
    }
    taken = alternately(runs, {name: partial(_all, *what) for name, what in candidates.items()})
    return {name: median(one.cpu for one in taken[name]) / len(candidates[name][1]) for name in candidates}


def _all(work: Callable[[bytes], object], texts: Sequence[bytes]) -> None:
    for text in texts:
        work(text)
