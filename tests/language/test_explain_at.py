"""What `explain --at` says is what is served at that instant, whatever is written."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_alerting.config.unused_overrides import unused_overrides
from dynamic_alerting.tenants.explanation import Outcome, Tier, Verdict

START = datetime(2026, 3, 27, tzinfo=UTC)  # a Friday; clocks change on Sunday in Berlin

PLAIN = st.sampled_from(["1", "2.5", "3:critical", "4:info", "5:warning", "disable", "default", ""])
CRITICAL_PLAIN = st.sampled_from(["1", "2.5", "3:critical", "disable", "default", ""])
WINDOWS = st.sampled_from(
    ["22:00-06:00", "Sat,Sun 00:00-24:00", "Sun 02:30-03:30 Europe/Berlin", "12:00-12:01"]
)
ENDS = st.sampled_from(["2026-03-27T12:00:00Z", "2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z"])


def _boxed(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda inner, ends: f'{{value: {_quoted(inner)}, expires: "{ends}"}}', value, ENDS)


def _quoted(value: str) -> str:
    return value if value.startswith("{") else f'"{value}"'


def _values(plain: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = plain | _boxed(plain)
    override = st.builds(
        lambda window, value: f'{{window: "{window}", value: {_quoted(value)}}}', WINDOWS, inside
    )
    schedule = st.builds(
        lambda default, overrides: f"{{default: {_quoted(default)}, overrides: [{', '.join(overrides)}]}}",
        inside,
        st.lists(override, max_size=3),
    )
    return plain | plain | schedule | _boxed(plain | schedule)


MATCHERS = [
    '{queue="a"}',
    '{queue="b"}',
    '{queue="a", priority="1"}',
    '{queue=~"a|c"}',
    '{queue=~".+", priority="1"}',
]
BASES = ["mysql_cpu", "redis_queue_length", "redis_hit_ratio", "team_x"]
KEYS = [
    *BASES,
    *(f"redis_queue_length{matchers}" for matchers in MATCHERS),
    'redis_hit_ratio{db="0"}',
    'team_x{any=~"t.*"}',
]
LINES = st.dictionaries(
    st.sampled_from(
        [*KEYS, *(key.replace("{", "_critical{") if "{" in key else f"{key}_critical" for key in KEYS)]
    ),
    st.none(),
    max_size=6,
).flatmap(
    lambda keys: st.fixed_dictionaries(
        {key: _values(CRITICAL_PLAIN if "_critical" in key else PLAIN) for key in keys}
    )
)
PACKS = st.sampled_from([None, "[redis]", "[mariadb]", "[]"])
STATES = st.sampled_from(
    [None, "on", "off", "default", '{default: off, overrides: [{window: "22:00-06:00", value: on}]}']
)
MINUTES = st.integers(0, 3 * 24 * 60)
LABEL_SETS = [{"queue": queue, "priority": priority} for queue in "abc" for priority in "12"]


class Written(NamedTuple):
    """What stands in the two files."""

    defaults: dict[str, str]
    own: dict[str, str]
    packs: str | None
    state: str | None

    def into(self, world: Any) -> Any:
        text = "".join(f"  {key}: {_quoted(value)}\n" for key, value in self.defaults.items())
        filters = "state_filters: {maintenance: {reasons: [x, y], default_state: off}, busy: {}}\n"
        world.write({"_defaults.yaml": f"{filters}defaults:\n{text}"})
        lines = [f"{key}: {_quoted(value)}" for key, value in self.own.items()]
        lines += [f"_packs: {self.packs}"] if self.packs is not None else []
        lines += [f"_state_maintenance: {self.state}"] if self.state is not None else []
        return world.tenant("\n".join(lines))

    def without(self, key: str) -> "Written":
        if key.startswith("_state_"):
            return self._replace(state=None)
        return self._replace(own={other: value for other, value in self.own.items() if other != key})


WRITTEN = st.builds(Written, LINES, LINES, PACKS, STATES)
INSTANTS = st.lists(MINUTES, max_size=2).map(
    lambda minutes: [START, *(START + timedelta(minutes=minute) for minute in minutes)]
)


@settings(max_examples=100)
@given(WRITTEN, INSTANTS)
def test_explain_at_an_instant_equals_what_is_served_then(
    worlds: Any, written: Written, instants: list[datetime]
) -> None:
    world = written.into(worlds())
    for at in instants:
        assert world.explained(at=at) == world.of(at=at)


@settings(max_examples=80)
@given(WRITTEN, INSTANTS, st.sampled_from(LABEL_SETS))
def test_a_dimensional_key_explains_what_holds_for_a_series_with_these_labels(
    worlds: Any, written: Written, instants: list[datetime], labels: dict[str, str]
) -> None:
    """That is the threshold of its own that it has once its labels are known, else the base threshold."""
    world = written.into(worlds()).signal("redis_queue_length", labels)
    selector = ", ".join(f'{label}="{value}"' for label, value in labels.items())
    dimensions = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    for at in instants:
        served = world.of(at=at)
        explanation = world.explain(f"redis_queue_length{{{selector}}}", at=at)
        ((target,),) = [key.targets for key in explanation.keys]
        for tier in target.tiers:
            head = f"redis queue_length {tier.severity}"
            assert tier.value == served.get(f"{head}{{{dimensions}}}", served.get(head))


@settings(max_examples=60)
@given(WRITTEN, INSTANTS)
def test_exactly_one_thing_decides_where_anything_is_decided(
    worlds: Any, written: Written, instants: list[datetime]
) -> None:
    world = written.into(worlds())
    for at in instants:
        for name in BASES:
            (key,) = world.explain(name, at=at).keys
            for tier in (tier for target in key.targets for tier in target.tiers):
                deciding = [step for step in tier.steps if step.verdict is Verdict.DECIDES]
                assert len(deciding) == (0 if tier.outcome is Outcome.UNSET else 1), tier
                assert _fits(tier, deciding[0].says if deciding else None), tier


def _fits(tier: Tier, says: str | None) -> bool:
    """Whether an outcome follows from the words of what decides."""
    if tier.outcome is Outcome.UNSET:
        return says is None
    assert says is not None
    if tier.value is not None:
        return math.isinf(tier.value) if says == "disable" else float(says.partition(":")[0]) == tier.value
    return ":" in says if tier.outcome is Outcome.MOVED else says == "disable"


@settings(max_examples=100)
@given(WRITTEN, st.data(), INSTANTS)
def test_an_unused_override_can_be_deleted_without_any_change_of_what_is_served(
    worlds: Any, written: Written, data: Any, instants: list[datetime]
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(sorted(written.defaults)))) if written.defaults else []
    written = written._replace(own=written.own | {key: written.defaults[key] for key in repeated})
    world = written.into(worlds()).signal("redis_queue_length", *LABEL_SETS)
    found = list(unused_overrides(world.load().configuration, world.catalogue, world.path))
    before = [world.of(at=at) for at in instants]
    for finding in found:
        written.without(finding.text).into(world)
        assert [world.of(at=at) for at in instants] == before, finding
