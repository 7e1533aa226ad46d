"""The section Which threshold applies to a series: the order in which layers are asked."""

import math
from itertools import pairwise
from typing import Any

import pytest

NAME = "redis_queue_length"
EMAIL = {"queue": "email", "priority": "high"}
LAYERS = [  # the first asked first; each number tells the layer
    ("tenant", f'{NAME}{{queue="email", priority="high"}}', 1),
    ("tenant", f'{NAME}{{queue="email"}}', 2),
    ("tenant", f'{NAME}{{queue=~"e.*", priority=~"h.*"}}', 3),
    ("tenant", f'{NAME}{{queue=~".*"}}', 4),
    ("tenant", NAME, 5),
    ("platform", f'{NAME}{{queue="email", priority="high"}}', 6),
    ("platform", f'{NAME}{{priority="high"}}', 7),
    ("platform", f'{NAME}{{queue=~"em.*"}}', 8),
    ("platform", NAME, 9),
]


def _effective(world: Any, severity: str = "warning") -> float | None:
    """What a rule compares the series with: its own threshold, else the base threshold."""
    world.signal(NAME, EMAIL)
    served = world.of()
    own = served.get(f'redis queue_length {severity}{{priority="high",queue="email"}}')
    number: float | None = own if own is not None else served.get(f"redis queue_length {severity}")
    return number


def _write(world: Any, layers: list[tuple[str, str, object]], suffix: str = "") -> None:
    lines: dict[str, list[str]] = {"tenant": [], "platform": []}
    for author, key, value in reversed(layers):
        name, brace, rest = key.partition("{")
        lines[author].append(f"{name}{suffix}{brace}{rest}: {value}")
    world.defaults("\n".join(lines["platform"])).tenant("\n".join(lines["tenant"]))


@pytest.mark.parametrize(("stronger", "weaker"), list(pairwise(LAYERS)), ids=lambda layer: str(layer[2]))
def test_each_layer_comes_before_the_next(world: Any, stronger: Any, weaker: Any) -> None:
    _write(world, [stronger, weaker])
    assert _effective(world) == stronger[2]


@pytest.mark.parametrize("first", range(len(LAYERS)))
def test_of_all_layers_the_first_decides(world: Any, first: int) -> None:
    _write(world, list(LAYERS[first:]))
    assert _effective(world) == first + 1


@pytest.mark.parametrize("first", range(len(LAYERS)))
def test_disable_at_any_level_ends_the_search_at_that_level(world: Any, first: int) -> None:
    author, key, _ = LAYERS[first]
    _write(world, [(author, key, "disable"), *LAYERS[first + 1 :]])
    assert _effective(world) in (None, math.inf)


@pytest.mark.parametrize("first", range(len(LAYERS)))
def test_default_at_any_level_leaves_it_to_the_next(world: Any, first: int) -> None:
    author, key, _ = LAYERS[first]
    _write(world, [(author, key, "default"), *LAYERS[first + 1 :]])
    assert _effective(world) == (first + 2 if first + 1 < len(LAYERS) else None)


@pytest.mark.parametrize("first", range(len(LAYERS)))
def test_the_critical_tier_has_the_same_order(world: Any, first: int) -> None:
    _write(world, list(LAYERS[first:]), suffix="_critical")
    assert _effective(world, "critical") == first + 1
    assert _effective(world) is None


def test_of_equal_regex_keys_the_first_in_the_file_decides(world: Any) -> None:
    world.tenant(f'{NAME}{{queue=~"e.*"}}: 1\n{NAME}{{queue=~".*l"}}: 2')
    assert _effective(world) == 1
    world.tenant(f'{NAME}{{queue=~".*l"}}: 2\n{NAME}{{queue=~"e.*"}}: 1')
    assert _effective(world) == 2


def test_each_severity_tier_is_resolved_by_itself(world: Any) -> None:
    world.defaults(f'{NAME}_critical: 90\n{NAME}{{queue="email"}}: 50')
    world.tenant(f'{NAME}: 40\n{NAME}_critical{{queue="email"}}: 80')
    assert world.signal(NAME, {"queue": "email"}).of() == {
        "redis queue_length warning": 40,
        "redis queue_length critical": 90,
        'redis queue_length critical{queue="email"}': 80,
    }


def test_a_tenants_base_value_hides_dimensional_defaults_of_its_tier_only(world: Any) -> None:
    world.defaults(f'{NAME}{{queue="email"}}: 50\n{NAME}_critical{{queue="email"}}: 60').tenant(f"{NAME}: 40")
    assert world.of() == {
        "redis queue_length warning": 40,
        'redis queue_length critical{queue="email"}': 60,
    }


def test_regex_keys_are_expanded_to_the_values_of_now_and_stay_visible_as_written(world: Any) -> None:
    world.tenant(f'{NAME}{{queue=~"mail-.*"}}: 7')
    pattern = {'redis queue_length warning{queue_re="mail-.*"}': 7}
    assert world.of() == pattern
    world.signal(NAME, {"queue": "mail-in"}, {"queue": "jobs"})
    assert world.of() == {**pattern, 'redis queue_length warning{queue="mail-in"}': 7}
    world.signal(NAME, {"queue": "mail-in"}, {"queue": "mail-out"})
    assert world.of() == {
        **pattern,
        'redis queue_length warning{queue="mail-in"}': 7,
        'redis queue_length warning{queue="mail-out"}': 7,
    }


def test_an_exact_key_keeps_its_value_where_a_pattern_matches_too(world: Any) -> None:
    world.tenant(f'{NAME}{{queue=~".*"}}: 7\n{NAME}{{queue="vip"}}: 3')
    world.signal(NAME, {"queue": "vip"}, {"queue": "x"})
    assert world.of() == {
        'redis queue_length warning{queue_re=".*"}': 7,
        'redis queue_length warning{queue="vip"}': 3,
        'redis queue_length warning{queue="x"}': 7,
    }


def test_one_tenants_label_values_are_not_anothers(world: Any) -> None:
    world.tenant(f'{NAME}{{queue=~".*"}}: 7').tenant(f'{NAME}{{queue=~".*"}}: 8', name="db-b")
    world.signal(NAME, {"queue": "a"}).signal(NAME, {"queue": "b"}, tenant="db-b")
    assert 'redis queue_length warning{queue="b"}' not in world.of()
    assert world.of("db-b")['redis queue_length warning{queue="b"}'] == 8
