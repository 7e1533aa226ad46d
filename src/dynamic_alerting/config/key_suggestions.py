"""Which declared key was probably meant by one that is not: the same component, the same kind of quantity.

Following a wrong suggestion is worse than having none: whoever writes `mysql_up: 80` for `mysql_cpu: 80` is
paged for ever. So nothing is suggested that is a share of servers that answer, or a state.
"""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dynamic_alerting.model.catalogue import KeySpec

_CLOSE_ENOUGH: Final = 0.85  # of the part behind the component
_CLOSE_COMPONENT: Final = 0.8
_SHORTEST_MISTYPED: Final = 4  # letters of a component that is recognised although it is mistyped
_REMEMBERED: Final = 4_096
_LONGEST: Final = 100  # characters; nobody mistypes a longer name

# What people call a component, by the names that keys start with.
_ALSO_CALLED: Final = (
    ("mysql", "mariadb", "mysqld", "percona", "maria", "galera"),
    ("pg", "postgres", "postgresql", "pgsql", "psql"),
    ("mongodb", "mongo", "mongod"),
    ("elasticsearch", "es", "elastic", "opensearch"),
    ("redis", "valkey", "keydb"),
    ("kubernetes", "container", "k8s", "kube", "pod", "pods", "containers", "cadvisor"),
    ("clickhouse", "ch"),
    ("oracle", "ora", "oracledb"),
    ("db2", "ibmdb2"),
)

_SHARE, _RATE, _DURATION, _SIZE, _COUNT, _STATE = "share", "rate", "duration", "size", "count", "state"
_WORDS: Final = {
    **dict.fromkeys(("percent", "percentage", "pct", "ratio", "share", "usage", "utilization"), _SHARE),
    **dict.fromkeys(("rate", "rps", "qps", "tps", "ops", "throughput"), _RATE),
    **dict.fromkeys(
        ("seconds", "second", "sec", "secs", "ms", "milliseconds", "minute", "minutes", "hour", "hours"),
        _DURATION,
    ),
    **dict.fromkeys(("duration", "latency", "lag", "delay", "age", "time"), _DURATION),
    **dict.fromkeys(("bytes", "byte", "kb", "mb", "gb", "mib", "gib", "size"), _SIZE),
    **dict.fromkeys(("count", "number", "num"), _COUNT),
    **dict.fromkeys(("up", "down", "state", "status", "alive", "ready"), _STATE),
}
# Words that only say how a quantity is measured: names that differ in nothing else mean the same.
_MEASURES: Final = frozenset(
    word for word in _WORDS if word not in {"lag", "latency", "delay", "age", "up", "down", "state", "status"}
) | {"used", "current", "total", "avg", "max", "per"}
_PER: Final = re.compile(r"(?:^|_)per_(?:second|minute|hour|sec|min)(?:_|$)")


class _Meant(NamedTuple):
    """A declared key, taken apart."""

    spec: KeySpec
    rest: str
    stem: str
    quantity: str | None

    def is_of(self, asked: str | None) -> bool:
        """Whether it may be the quantity that is asked for, as far as either says."""
        return asked is None or self.quantity is None or asked == self.quantity


class KeySuggestions:
    """Suggests declared keys.

    Args:
        specs: what the packs declare.
    """

    def __init__(self, specs: Mapping[str, KeySpec]) -> None:
        self._families: dict[str, list[_Meant]] = defaultdict(list)
        self._found: dict[str, str | None] = {}  # tenants of one platform have the same keys of their own
        self._names: dict[str, str] = {}  # what a component is called → its family
        for names in _ALSO_CALLED:
            self._names.update(dict.fromkeys(names, names[0]))
        for spec in specs.values():
            head, _, rest = spec.key.partition("_")
            family = self._names.setdefault(head, head)
            self._names.setdefault(spec.component, family)
            quantity = _quantity_of_unit(spec.unit) or _quantity_of_words(rest)
            if quantity != _STATE:
                self._families[family].append(_Meant(spec, rest, _stem(rest), quantity))

    def nearest(self, name: str) -> str | None:
        """The declared key that was probably meant by a name; None where none is certain enough."""
        if not name or len(name) > _LONGEST:
            return None
        if name not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[name] = self._nearest(name.lower())
        return self._found[name]

    def _nearest(self, name: str) -> str | None:
        head, _, rest = name.partition("_")
        family = self._family(head) if rest else None
        if family is None and not rest:
            family, rest = self._run_together(name)
        if family is None:
            return self._by_end(name)
        return _nearest(rest, self._families[family])

    def _family(self, head: str) -> str | None:
        known = self._names.get(head)
        if known is not None or len(head) < _SHORTEST_MISTYPED:
            return known
        likely = [(_ratio(head, name), name) for name in self._names if len(name) >= _SHORTEST_MISTYPED]
        ratio, best = max(likely, default=(0.0, ""))
        return self._names[best] if ratio >= _CLOSE_COMPONENT else None

    def _run_together(self, name: str) -> tuple[str | None, str]:
        """The component of a name without any underscore: mysqlconnections."""
        heads = [head for head in self._names if len(head) > 1 and name.startswith(head) and name != head]
        head = max(heads, key=len, default=None)
        return (None, "") if head is None else (self._names[head], name[len(head) :])

    def _by_end(self, name: str) -> str | None:
        """The one key that is this name with a component before it: connections, slow_queries."""
        asked = _quantity_of_words(name)
        fitting = [
            meant.spec.key
            for family in self._families.values()
            for meant in family
            if (meant.rest == name or meant.rest.endswith(f"_{name}")) and meant.is_of(asked)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _nearest(rest: str, family: Iterable[_Meant]) -> str | None:
    asked, stem = _quantity_of_words(rest), _stem(rest)
    fitting = [meant for meant in family if meant.is_of(asked)]
    best, best_ratio = None, _CLOSE_ENOUGH
    for meant in sorted(fitting, key=lambda meant: meant.spec.key):
        ratio = _ratio(rest, meant.rest)
        if ratio > best_ratio:
            best, best_ratio = meant.spec.key, ratio
    if best is not None:
        return best
    same = [meant.spec.key for meant in fitting if stem and meant.stem == stem]
    return same[0] if len(same) == 1 else None


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _quantity_of_unit(unit: str) -> str | None:
    if unit in {"", "1"}:
        return None
    if unit in {"percent", "%", "ratio"}:
        return _SHARE
    if unit in {"state", "share"}:  # a share of servers that answer is a state of several
        return _STATE
    if " per " in f" {unit} ":
        return _RATE
    if unit in {"seconds", "milliseconds", "minutes"}:
        return _DURATION
    return _SIZE if unit == "bytes" else _COUNT


def _quantity_of_words(name: str) -> str | None:
    """The kind of quantity that a name says itself; None where it does not."""
    if _PER.search(name):
        return _RATE
    words = name.split("_")
    if "rate" in words and ({"hit", "miss", "error", "failure"} & set(words)):
        return _SHARE
    return next((_WORDS[word] for word in reversed(words) if word in _WORDS), None)


def _stem(rest: str) -> str:
    """The words of a name without those that only say how it is measured, and without plurals."""
    return "_".join(_singular(word) for word in rest.split("_") if word not in _MEASURES)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
