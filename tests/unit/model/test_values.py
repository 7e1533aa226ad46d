"""The table "Values" of the configuration language, row by row."""

import copy
import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.model.errors import ValueSyntaxError
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import DISABLED, USE_DEFAULT, VALUE_PATTERN, Custom, Plain, parse_plain


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("70", 70.0),
        ("1.5e9", 1.5e9),
        ("-3", -3.0),
        ("+4", 4.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("0", 0.0),
        ("007", 7.0),
        ("2E-3", 0.002),
        (" 70 ", 70.0),
        ("0.000e5", 0.0),
    ],
)
def test_a_number_is_a_custom_threshold(text: str, number: float) -> None:
    assert parse_plain(text) == Custom(number)


def test_minus_zero_is_zero() -> None:
    value = parse_plain("-0")
    assert isinstance(value, Custom)
    assert math.copysign(1, value.number) == 1


@pytest.mark.parametrize("severity", list(Severity))
def test_a_number_may_have_a_severity(severity: Severity) -> None:
    assert parse_plain(f"70:{severity}") == Custom(70, severity)


@pytest.mark.parametrize("text", ["", " ", "default", "Default", "null", "NULL", "~"])
def test_default_null_and_nothing_mean_the_platform_default(text: str) -> None:
    assert parse_plain(text) is USE_DEFAULT


@pytest.mark.parametrize(
    "text", ["disable", "disabled", "off", "false", "OFF", "Disabled", "FALSE", "dIsAbLe"]
)
def test_disable_words_in_any_case_mean_no_threshold(text: str) -> None:
    assert parse_plain(text) is DISABLED


@pytest.mark.parametrize(
    ("text", "advice", "offset"),
    [
        ("NaN", "write disable for no threshold", 0),
        ("-Inf", "write disable for no threshold", 0),
        (".inf", "write disable for no threshold", 0),
        ("0x50", 'write "80"', 0),
        ("0o17", 'write "15"', 0),
        ("0b101", 'write "5"', 0),
        ("1_000", 'write "1000"', 0),
        ("1,000,000.5", 'write "1000000.5"', 0),
        ("1 000", 'write "1000"', 0),
        ("1,5", 'write "1.5"', 0),
        ("70:urgent", 'did you mean one of info, warning, critical? For example "70:critical"', 3),
        ("70:crit", 'write "70:critical"; the severities are info, warning, critical', 3),
        ("70: Crit", 'write "70:critical"; the severities are info, warning, critical', 3),
        ("  70:urgent", 'did you mean one of info, warning, critical? For example "70:critical"', 5),
        ("70:", 'did you mean one of info, warning, critical? For example "70:critical"', 3),
        ("70 critical", 'write "70:critical"', 3),
        ("disable:critical", "write disable on the key with the _critical suffix", 8),
        ("80%", 'write "80"', 2),
        ("10GB", "write the number in the unit of its key, without 'GB', for example \"10\"", 2),
        (">= 80", 'write "80"', 0),
        ("on", 'write default for the platform\'s threshold, or a number such as "80"', 0),
        ("none", "write disable", 0),
        ("disabel", "write disable", 0),
        ("defualt", "write default", 0),
        ("1e999", "write a number between 1e-300 and 1e300", 0),
        ("1e-999", "write a number between 1e-300 and 1e300", 0),
        ("1e999:critical", "write a number between 1e-300 and 1e300", 0),
        ("1e999 : Critical", "write a number between 1e-300 and 1e300", 0),
        (
            "22:00-06:00",
            'write {default: "80", overrides: [{window: "22:00-06:00", value: "100"}]}',
            0,
        ),
        ("lots", 'write a number such as "80", "80:critical", default or disable', 0),
        ("\u0663", 'write a number such as "80", "80:critical", default or disable', 0),
    ],
)
def test_anything_else_is_refused_with_advice(text: str, advice: str, offset: int) -> None:
    with pytest.raises(ValueSyntaxError) as refused:
        parse_plain(text)
    assert (refused.value.advice, refused.value.offset) == (advice, offset)
    assert refused.value.message


@pytest.mark.parametrize("text", ["1,000", "0x50", "1_000", "1,5", "80%", "70:crit", "70 critical", ">= 80"])
def test_a_corrected_value_in_advice_can_be_read(text: str) -> None:
    with pytest.raises(ValueSyntaxError) as refused:
        parse_plain(text)
    corrected = re.search('"(.*?)"', refused.value.advice)
    assert corrected is not None
    assert isinstance(parse_plain(corrected[1]), Custom)


_NEAR_VALUES = st.text("0123456789+-.:eExX_,% aodifnlscrtw\t", max_size=14)


def _read(text: str) -> Plain | ValueSyntaxError:
    try:
        return parse_plain(text)
    except ValueSyntaxError as refused:
        return refused


@given(st.one_of(st.text(), _NEAR_VALUES))
def test_any_text_is_a_value_or_a_syntax_error_inside_it(text: str) -> None:
    read = _read(text)
    if isinstance(read, Custom):
        assert math.isfinite(read.number)
    elif isinstance(read, ValueSyntaxError):
        assert 0 <= read.offset <= len(text)
        assert read.message
        assert read.advice


@given(st.text(st.characters(codec="utf-8"), min_size=100, max_size=2000))
def test_long_texts_are_refused_quickly(text: str) -> None:
    with pytest.raises(ValueSyntaxError):
        parse_plain("x" + text)


@given(_NEAR_VALUES)
def test_the_schema_pattern_agrees_with_the_parser(text: str) -> None:
    read = _read(text)
    matches = re.search(VALUE_PATTERN, text) is not None
    if isinstance(read, ValueSyntaxError):
        # How large a number can be is more than a pattern can say.
        assert not matches or "too large or too small" in read.message
    else:
        assert matches


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([None, *Severity]))
def test_every_finite_number_can_be_written(number: float, severity: Severity | None) -> None:
    text = repr(number) if severity is None else f"{number!r}:{severity}"
    assert parse_plain(text) == Custom(number, severity)


@pytest.mark.parametrize("singleton", [USE_DEFAULT, DISABLED])
def test_the_words_stay_the_same_object_between_processes(singleton: object) -> None:
    assert pickle.loads(pickle.dumps(singleton)) is singleton
    assert copy.deepcopy(singleton) is singleton
