"""The words behind `_state_<filter>`."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.states import STATE_PATTERN, parse_state
from dynamic_alerting.model.values import USE_DEFAULT


@pytest.mark.parametrize("text", ["enable", "enabled", "on", "true", "ON", "Enable"])
def test_enable_words_switch_a_filter_on(text: str) -> None:
    assert parse_state(text) is True


@pytest.mark.parametrize("text", ["disable", "disabled", "off", "false", "OFF"])
def test_disable_words_switch_a_filter_off(text: str) -> None:
    assert parse_state(text) is False


@pytest.mark.parametrize("text", ["", "default", "null"])
def test_an_empty_state_does_not_switch_anything_on(text: str) -> None:
    assert parse_state(text) is USE_DEFAULT


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("no", "write disable"),
        ("0", "write disable"),
        ("yes", "write enable"),
        ("1", "write enable"),
        ("enabel", "write enable"),
        ("maintenance", "write enable or disable"),
    ],
)
def test_anything_else_is_an_error(text: str, advice: str) -> None:
    with pytest.raises(ValueSyntaxError) as refused:
        parse_state(text)
    assert refused.value.advice == advice


@given(st.one_of(st.text(), st.text("enabldisofftru \t", max_size=10)))
def test_the_schema_pattern_agrees_with_the_parser_on_any_text(text: str) -> None:
    try:
        parse_state(text)
    except ValueSyntaxError:
        accepted = False
    else:
        accepted = True
    # In Python, unlike in ECMA 262, "$" also matches before a final line break.
    assert accepted == (re.search(STATE_PATTERN.removesuffix("$") + r"\Z", text) is not None)
