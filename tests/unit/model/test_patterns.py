"""RE2 with Prometheus' meaning."""

import pytest

from dynamic_alerting.model.patterns import matches, why_invalid


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("SYS.*", "SYSTEM", True),
        ("SYS", "SYSTEM", False),
        ("TEM", "SYSTEM", False),
        ("a|b", "b", True),
        ("a|b", "ab", False),
        ("(?i)sys.*", "SYSAUX", True),
        (".*", "", True),
        (".+", "", False),
        ("a.b", "a\nb", True),
        ("^a$", "a", True),
        (r"\d+", "42", True),
        (r"\pL+", "\u53f0\u5317", True),
        (".", "\U0001f600", True),
    ],
)
def test_a_pattern_must_match_the_whole_value(pattern: str, value: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert matches(pattern, value) is expected


@pytest.mark.parametrize("pattern", ["(", "[", "*", "(?=x)", r"(a)\1", r"\C", r"a\\\C", "a{1001}", "(?P<n"])
def test_what_prometheus_would_refuse_is_invalid(pattern: str) -> None:
    assert why_invalid(pattern)


@pytest.mark.parametrize("pattern", ["SYS.*", r"\\C", "(?i)x", "[[:alpha:]]+", r"\Qa.b\E", "h{1,2}", ""])
def test_what_prometheus_accepts_is_valid(pattern: str) -> None:
    assert why_invalid(pattern) is None
