"""How long label sets stay, and which of too many are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.declared import declared

from dynamic_alerting.exporter.discovery.expansion import NO_EXPANSION
from dynamic_alerting.exporter.discovery.memory import LABEL_SETS_PER_KEY, Memory
from dynamic_alerting.model.catalogue import NO_CATALOGUE
from dynamic_alerting.model.discovery import OpenKeys
from dynamic_alerting.model.keys import parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.exporter.discovery.expansion import Expansion
    from dynamic_alerting.model.thresholds import Labels

NAME = "queue_items"
SPEC = declared(NAME, "queue")


def keys(pattern: str = "mail.*", *tenants: str) -> OpenKeys:
    key = parse_key(f'{NAME}{{queue=~"{pattern}"}}', NO_CATALOGUE)
    return OpenKeys(SPEC, dict.fromkeys(tenants or ("db-a",), (key,)))


def sets(*queues: str) -> frozenset[Labels]:
    return frozenset((("queue", queue),) for queue in queues)


def known(expansion: Expansion, tenant: str = "db-a") -> list[str]:
    return [labels[0][1] for labels in expansion.of(tenant).get((tenant, NAME), ())]


def learn(memory: Memory, *queues: str, elapsed: float = 30, pattern: str = "mail.*") -> list[str]:
    memory.learn(NAME, keys(pattern), {"db-a": sets(*queues)}, elapsed)
    return known(memory.expansion())


def test_only_label_sets_that_a_key_is_for_are_kept_in_order() -> None:
    assert learn(Memory(600), "news", "mail-out", "mail-in", "xmail") == ["mail-in", "mail-out"]


def test_a_label_set_stays_until_it_was_missing_for_the_retention() -> None:
    memory = Memory(90)
    learn(memory, "mail-a", "mail-b")
    seen = [learn(memory, "mail-b") for _ in range(4)]
    assert seen == [["mail-a", "mail-b"]] * 2 + [["mail-b"]] * 2


def test_a_label_set_that_comes_back_is_as_good_as_new() -> None:
    memory = Memory(90)
    for queues in (["mail"], [], [], ["mail"], [], []):
        assert learn(memory, *queues) == ["mail"]
    assert learn(memory) == []


def test_an_empty_answer_after_a_full_one_takes_nothing_away_at_once() -> None:
    memory = Memory(600)
    learn(memory, "mail")
    memory.learn(NAME, keys(), {}, 30)
    assert known(memory.expansion()) == ["mail"]


def test_time_without_answers_does_not_count() -> None:
    """Rounds that fail teach nothing, and the time of the next is counted as one interval at most."""
    memory = Memory(60)
    learn(memory, "mail")
    assert learn(memory, elapsed=30) == ["mail"]
    assert memory.expansion() is memory.expansion()
    assert learn(memory, elapsed=29) == ["mail"]
    assert learn(memory, elapsed=30) == []


def test_a_pattern_that_became_narrower_lets_go_at_once() -> None:
    memory = Memory(600)
    learn(memory, "mail-in", "mail-out")
    assert learn(memory, "mail-in", "mail-out", pattern="mail-o.*") == ["mail-out"]


def test_tenants_are_kept_apart_and_unknown_ones_left_out() -> None:
    memory = Memory(600)
    answer = {"db-a": sets("mail-a"), "db-b": sets("mail-b"), "stranger": sets("mail-c")}
    memory.learn(NAME, keys("mail.*", "db-a", "db-b"), answer, 30)
    expansion = memory.expansion()
    assert (known(expansion), known(expansion, "db-b")) == (["mail-a"], ["mail-b"])
    assert set(expansion.tenants) == {"db-a", "db-b"}
    assert expansion.label_sets == 2


def test_keys_that_nobody_needs_any_longer_are_forgotten() -> None:
    memory = Memory(600, limit=1)
    learn(memory, "mail-a", "mail-b")
    memory.forget_others([NAME])
    assert memory.expansion().dropped == {("db-a", NAME): 1}
    memory.forget_others([])
    assert memory.expansion() == NO_EXPANSION


def test_an_expansion_that_is_the_same_is_the_same_object() -> None:
    memory = Memory(600)
    learn(memory, "mail-a")
    before = memory.expansion()
    learn(memory, "mail-a", "news")
    learn(memory)
    assert memory.expansion() is before
    learn(memory, "mail-b")
    assert memory.expansion() is not before


def test_of_too_many_the_first_are_kept_and_the_rest_is_counted() -> None:
    memory = Memory(600, limit=2)
    assert learn(memory, "mail-c", "mail-a", "mail-b") == ["mail-a", "mail-b"]
    assert memory.expansion().dropped == {("db-a", NAME): 1}
    assert learn(memory, "mail-c") == ["mail-a", "mail-c"], "what is there goes before what is held"
    assert learn(memory, "mail-c", "mail-d") == ["mail-c", "mail-d"]
    memory.learn(NAME, keys("mail.*", "db-b"), {}, 30)
    assert memory.expansion() == NO_EXPANSION, "a tenant that is gone is no longer counted"


def test_the_bound_is_a_thousand() -> None:
    assert len(learn(Memory(600), *(f"mail-{n}" for n in range(1500)))) == LABEL_SETS_PER_KEY == 1000


names = st.lists(st.text(st.sampled_from("abm"), min_size=1, max_size=3), max_size=12)


@given(rounds=st.lists(names, min_size=1, max_size=5), data=st.data())
def test_replicas_with_the_same_answers_agree_whatever_their_order(
    rounds: list[list[str]], data: st.DataObject
) -> None:
    one, other = Memory(60, limit=4), Memory(60, limit=4)
    for queues in rounds:
        shuffled: Iterable[str] = data.draw(st.permutations(queues))
        assert learn(one, *queues, pattern=".*") == learn(other, *shuffled, pattern=".*")
    assert one.expansion() == other.expansion()


@pytest.mark.parametrize("restart_after", [1, 2])
def test_a_replica_that_starts_later_agrees_as_soon_as_what_was_held_has_gone(restart_after: int) -> None:
    old, young = Memory(60), Memory(60)
    for round_, queues in enumerate((["mail-a"], ["mail-b"], ["mail-b"], ["mail-b"])):
        learn(old, *queues)
        if round_ >= restart_after:
            learn(young, *queues)
    assert old.expansion() == young.expansion()
