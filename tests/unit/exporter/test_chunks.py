import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.exporter.chunks import NAMES_PER_CHUNK, rechunk, rechunk_layers, runs

names = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=300).map(sorted)
texts = st.dictionaries(st.text(min_size=1, max_size=6), st.binary(max_size=30), max_size=200)


def tenants(count: int) -> list[str]:
    return [f"tenant-{index:05}" for index in range(count)]


@given(names)
def test_runs_hold_every_name_once_in_order(given_names: list[str]) -> None:
    assert [name for run in runs(given_names) for name in run] == given_names
    assert all(runs(given_names))


def test_runs_are_about_as_long_as_intended() -> None:
    cut = runs(tenants(10_000))
    assert NAMES_PER_CHUNK / 2 < 10_000 / len(cut) < NAMES_PER_CHUNK * 2


def test_a_new_name_moves_no_other_boundary() -> None:
    before, after = set(runs(tenants(5_000))), set(runs(sorted([*tenants(5_000), "tenant-02500x"])))
    assert len(before - after) == 1


@given(texts, texts)
def test_after_any_change_the_chunks_hold_the_current_lines(
    old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    first = rechunk((), runs(sorted(old)), old)
    changed = {name: text for name, text in new.items() if old.get(name) != text}
    second = rechunk(first, runs(sorted(new)), changed)
    assert b"".join(chunk.plain for chunk in second) == b"".join(new[name] for name in sorted(new))
    assert all(chunk.lines(name) == new[name] for chunk in second for name in chunk.names)


layered = st.dictionaries(
    st.text(min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(["critical", "info", "warning"]), st.binary(max_size=9)),
    max_size=100,
)


@given(layered, layered)
def test_after_any_change_the_layers_hold_the_current_lines_in_order(
    old: dict[str, dict[str, bytes]], new: dict[str, dict[str, bytes]]
) -> None:
    first = rechunk_layers({}, runs(sorted(old)), old)
    changed = {name: lines for name, lines in new.items() if old.get(name) != lines}
    second = rechunk_layers(first, runs(sorted(new)), changed)
    assert list(second) == sorted({layer for lines in new.values() for layer in lines if lines[layer]})
    for layer, chunks in second.items():
        expected = b"".join(new[name].get(layer, b"") for name in sorted(new))
        assert b"".join(chunk.plain for chunk in chunks) == expected


def test_one_changed_name_costs_one_chunk() -> None:
    wanted = runs(tenants(2_000))
    first = rechunk((), wanted, {name: name.encode() for name in tenants(2_000)})
    second = rechunk(first, wanted, {"tenant-01000": b"new"})
    assert sum(old is not new for old, new in zip(first, second, strict=True)) == 1


def test_a_name_without_lines_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        rechunk((), runs(["a", "b"]), {"a": b"1"})
