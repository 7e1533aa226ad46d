"""Which threshold applies to a series, over all layers, against a search written down plainly.

Own file, platform files that name the tenant, platform's defaults, pack's defaults; base and dimensional
keys, patterns, tiers, words, schedules and values that have ended: whatever is written, a rule compares a
series with what the search finds, and `explain` shows what is served.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.declared import declared

from dynamic_alerting.model.catalogue import Catalogue, Direction

NAME = "redis_queue_length"
TIERS = ("info", "warning", "critical")
SELECTORS: dict[str, dict[str, str]] = {  # each matches whole values; a plain word is an exact matcher
    "": {},
    '{queue="a"}': {"queue": "a"},
    '{queue="b"}': {"queue": "b"},
    '{priority="h"}': {"priority": "h"},
    '{priority="h",queue="a"}': {"priority": "h", "queue": "a"},
    '{queue=~"a|c"}': {"queue": "~a|c"},
    '{queue=~".+"}': {"queue": "~.+"},
    '{priority=~"h|l",queue="a"}': {"priority": "~h|l", "queue": "a"},
    '{priority=~".*",queue=~"a.*"}': {"priority": "~.*", "queue": "~a.*"},
}
SERIES = [
    *({"queue": queue} for queue in "abc"),
    *({"queue": queue, "priority": priority} for queue in "abc" for priority in "hl"),
    {"priority": "h"},
]
EXPIRED = "2020-01-01T00:00:00Z"


class Value(NamedTuple):
    """What is written, and what it comes to at noon: a number with its severity, "off", or None."""

    text: str
    means: tuple[float, str | None] | str | None


class Written(NamedTuple):
    selector: str
    is_critical: bool
    value: Value


Author = Sequence[Written]


def _plain() -> st.SearchStrategy[Value]:
    numbers = st.integers(1, 60)
    return st.one_of(
        numbers.map(lambda n: Value(str(n), (float(n), None))),
        numbers.map(lambda n: Value(f'"{n}"', (float(n), None))),
        st.sampled_from(["disable", "off", "false", "Disabled"]).map(lambda word: Value(word, "off")),
        st.sampled_from(["default", '""', "null"]).map(lambda word: Value(word, None)),
    )


def _with_severity() -> st.SearchStrategy[Value]:
    return st.builds(
        lambda n, tier: Value(f'"{n}:{tier}"', (float(n), tier)), st.integers(1, 60), st.sampled_from(TIERS)
    )


def _ended(value: Value) -> Value:
    return Value(f'{{value: {value.text}, expires: "{EXPIRED}"}}', None)


def _scheduled(inside: Value, outside: Value, *, is_open: bool) -> Value:
    window = "11:00-13:00" if is_open else "13:00-14:00"
    text = f'{{default: {outside.text}, overrides: [{{window: "{window}", value: {inside.text}}}]}}'
    return Value(text, (inside if is_open else outside).means)


def _values(simple: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.one_of(
        simple,
        simple.map(_ended),
        st.builds(lambda a, b, o: _scheduled(a, b, is_open=o), simple, simple, st.booleans()),
    )


def _key(draw: Any, simple: Callable[[bool], st.SearchStrategy[Value]]) -> Written:
    is_critical = draw(st.booleans())
    return Written(draw(st.sampled_from(list(SELECTORS))), is_critical, draw(simple(is_critical)))


@st.composite
def _authors(draw: Any, *, is_pack: bool = False) -> Author:
    def values(is_critical: bool) -> st.SearchStrategy[Value]:  # noqa: FBT001 - a step of this strategy
        if is_pack:
            spelled = _plain() if is_critical else st.one_of(_plain(), _with_severity())
            return spelled.filter(lambda value: value.means is not None)
        return _values(_plain() if is_critical else st.one_of(_plain(), _with_severity()))

    count = draw(st.integers(0, 8))
    written: dict[tuple[str, bool], Written] = {}
    for _ in range(count):
        one = _key(draw, values)
        if not (is_pack and one.is_critical and one.selector):  # a pack has no such default
            written.setdefault((one.selector, one.is_critical), one)
    for selector in SELECTORS:  # both at once is an error of its own: DA044
        plain = written.get((selector, False))
        names_it = ":" if is_pack else ":critical"
        if plain is not None and names_it in plain.value.text:
            written.pop((selector, True), None)
    return tuple(written.values())


def _said(author: Author, selector: str, *, is_critical: bool) -> Any:
    for one in author:
        if (one.selector, one.is_critical) == (selector, is_critical):
            return one.value.means
    return None


class Search:
    """The search as docs/language.md tells it.

    Args:
        layers: the tenant's own file, then what platform files say of the tenant, the last file first.
        platform: the platform's defaults.
        pack: the pack's.
    """

    def __init__(self, layers: Sequence[Author], platform: Author, pack: Author) -> None:
        self.tenant = self._merged(layers)
        self.platform = self._merged([platform])
        self.pack = self._merged([pack])

    @staticmethod
    def _merged(layers: Sequence[Author]) -> dict[tuple[str, bool], Any]:
        """What a tenant's layers say together, key by key, in the order in which equals are asked."""
        merged: dict[tuple[str, bool], Any] = {}
        for depth, author in enumerate(layers):
            above = layers[:depth]
            if any(_said(other, "", is_critical=False) == "off" for other in above):
                break  # `disable` ends all tiers and dimensions of it below
            for one in author:
                place = (one.selector, one.is_critical)
                if one.value.means is None or place in merged:
                    continue
                over = (_said(other, one.selector, is_critical=False) for other in above)
                if one.is_critical and any(
                    said == "off" or (said is not None and said[1] == "critical") for said in over
                ):
                    continue
                merged[place] = one.value.means
        return merged

    def applying(self, labels: Mapping[str, str], tier: str) -> float | None:
        """The threshold of a series; no labels ask for the base threshold."""
        tenant, platform, pack = self.tenant, self.platform, self.pack
        steps: list[Callable[[], Any]] = [
            lambda: self._dimensional(tenant, labels, tier, ()),
            lambda: self._base(tenant, tier, is_replaced=False),
            lambda: self._dimensional(platform, labels, tier, (tenant,)),
            lambda: self._base(platform, tier, is_replaced=("", False) in tenant),
            # What the platform disables ends the pack, even for a tenant that has a base value of its own.
            lambda: "off" if platform.get(("", False)) == "off" else None,
            lambda: self._dimensional(pack, labels, tier, (tenant, platform)),
            lambda: self._base(pack, tier, is_replaced=("", False) in tenant or ("", False) in platform),
        ]
        for step in steps:
            said = step()
            if said is not None:
                return None if said == "off" else said
        return None

    @staticmethod
    def _base(author: Mapping[Any, Any], tier: str, *, is_replaced: bool) -> Any:
        critical = author.get(("", True))
        if tier == "critical" and critical is not None:
            return critical if critical == "off" else critical[0]
        plain = None if is_replaced else author.get(("", False))
        if plain is None or plain == "off":
            return plain
        number, severity = plain
        if tier == (severity or "warning"):
            return number
        return "off" if tier == "warning" else None

    @staticmethod
    def _dimensional(
        author: Mapping[Any, Any], labels: Mapping[str, str], tier: str, above: Sequence[Mapping[Any, Any]]
    ) -> Any:
        found = []
        for place, ((selector, is_critical), means) in enumerate(author.items()):
            if not selector or not labels or any((selector, is_critical) in other for other in above):
                continue
            suffixed = (selector, True)
            is_weaker = suffixed in author and not any(suffixed in other for other in above)
            if not is_critical and tier == "critical" and is_weaker:
                continue  # the spelling with the suffix wins
            said_of = (
                TIERS
                if means == "off" and not is_critical
                else ("critical" if is_critical else (means[1] or "warning"),)
            )
            if tier in said_of and _is_for(selector, labels):
                matchers = SELECTORS[selector]
                is_regex = any(value.startswith("~") for value in matchers.values())
                found.append((is_regex, -len(matchers), place, means if means == "off" else means[0]))
        return min(found, key=lambda one: one[:3])[3] if found else None


def _is_for(selector: str, labels: Mapping[str, str]) -> bool:
    for label, value in SELECTORS[selector].items():
        here = labels.get(label, "")
        if not (re.fullmatch(value[1:], here) if value.startswith("~") else here == value):
            return False
    return True


def _lines(author: Author, indent: str) -> str:
    lines = (
        f"{indent}{json.dumps(NAME + '_critical' * one.is_critical + one.selector)}: {one.value.text}\n"
        for one in author
    )
    return "".join(lines)


def _files(layers: Sequence[Author], platform: Author) -> Iterator[tuple[str, str]]:
    own, *below = layers
    yield "_defaults.yaml", "defaults:\n" + _lines(platform, "  ") if platform else "defaults: {}\n"
    for number, author in enumerate(reversed(below)):  # the later file lies above
        yield f"_x{number}.yaml", "tenants:\n  db-a:\n" + (_lines(author, "    ") or "    {}\n")
    yield "db-a.yaml", "tenants:\n  db-a:\n" + (_lines(own, "    ") or "    {}\n")


def _catalogue(pack: Author, direction: Direction) -> Catalogue:
    spec = declared(
        NAME,
        "priority",
        "queue",
        direction=direction,
        default=next(
            (one.value.text.strip('"') for one in pack if not one.selector and not one.is_critical), None
        ),
        default_critical=next(
            (one.value.text.strip('"') for one in pack if not one.selector and one.is_critical), None
        ),
        dimensional_defaults={one.selector: one.value.text.strip('"') for one in pack if one.selector},
    )
    return Catalogue.of([spec])


def _pack_order(pack: Author) -> Author:
    return [*(one for one in pack if not one.selector), *(one for one in pack if one.selector)]


class Case(NamedTuple):
    layers: list[Author]
    platform: Author
    pack: Author
    direction: Direction
    takes_pack: bool
    present: list[dict[str, str]]


CASES = st.builds(
    Case,
    st.lists(_authors(), min_size=1, max_size=3),
    _authors(),
    _authors(is_pack=True),
    st.sampled_from(list(Direction)),
    st.booleans(),
    st.lists(st.sampled_from(SERIES), unique_by=json.dumps),
)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(case=CASES)
def test_a_series_is_compared_with_what_the_search_finds(worlds: Any, case: Case) -> None:
    layers, platform, pack, direction, takes, present = case
    world = worlds(_catalogue(pack, direction)).write(dict(_files(layers, platform)))
    if not takes:
        text = (world.path / "db-a.yaml").read_text().replace("    {}\n", "")
        world.write({"db-a.yaml": f"{text}    _packs: []\n"})
    assert world.errors() == []
    search = Search(layers, platform, _pack_order(pack)) if takes else Search(layers, (), ())

    assert world.explained() == world.of()
    world.signal(NAME, *present)
    served = world.of()
    for labels, tier in itertools.product([{}, *present], TIERS):
        rest = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
        base = served.get(f"redis queue_length {tier}")
        got = served.get(f"redis queue_length {tier}{{{rest}}}", base) if labels else base
        got = None if got in (float("inf"), float("-inf")) else got
        assert got == search.applying(labels, tier), (labels, tier, served)
