"""The core schema of YAML 1.2.2, section 10.3.2."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.config.builder import build
from dynamic_alerting.config.nodes import Mapping, Scalar
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.scalars import Core, described, resolve


def _scalar(written: str) -> Scalar:
    text = f"k: {written}\n"
    root = build(text, FileReport("a.yaml", text))
    assert isinstance(root, Mapping)
    node = root.get("k")
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("on", "on"),
        ("No", "No"),
        ("y", "y"),
        ("0", 0),
        ("-17", -17),
        ("+12", 12),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("22:30", "22:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("1e", "1e"),
        (".", "."),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("2026-12-01", "2026-12-01"),
        ("'70'", "70"),
        ('"true"', "true"),
        ('""', ""),
        ("١٢", "١٢"),
    ],
)
def test_a_scalar_is_read_as_the_core_schema_says(written: str, value: Core) -> None:
    read = resolve(_scalar(written))
    assert read == value
    assert type(read) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(resolve(_scalar(".NaN")))  # type: ignore[arg-type] # a float, as is asserted


def test_a_number_of_thousands_of_digits_is_read() -> None:
    assert resolve(_scalar("9" * 5000)) == math.inf


@given(st.text(alphabet="0123456789+-._eExoabinfINF:~", max_size=12))
def test_any_plain_scalar_can_be_resolved_and_described(text: str) -> None:
    node = _scalar("x")._replace(text=text)
    resolve(node)
    assert described(node)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("70", "the number 70"),
        ("true", "the boolean true"),
        ("~", "nothing"),
        ("abc", "the text 'abc'"),
        ("'70'", "the text '70'"),
    ],
)
def test_a_message_names_what_was_written(written: str, words: str) -> None:
    assert described(_scalar(written)) == words
