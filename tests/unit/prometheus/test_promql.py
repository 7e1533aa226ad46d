from __future__ import annotations

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.prometheus.promql import quote, selector


def test_a_selector_is_written_with_each_kind_of_matcher() -> None:
    written = selector("up", {"tenant": "db-a"}, unequal={"job": "x"}, matching={"env": "prod|stage"})
    assert written == 'up{tenant="db-a",job!="x",env=~"prod|stage"}'


def test_a_selector_without_labels_is_the_name() -> None:
    assert selector("tenant:mysql_up:min") == "tenant:mysql_up:min"


def test_quotes_and_backslashes_are_escaped() -> None:
    assert quote('a"b\\c\nd') == r'"a\"b\\c\nd"'


@given(st.text(st.characters(codec="utf-8")))
def test_any_value_is_read_back_as_it_was(value: str) -> None:
    parsed = promql_parser.parse(selector("up", {"tenant": value}))
    assert isinstance(parsed, promql_parser.VectorSelector)
    (matcher,) = parsed.matchers.matchers
    assert (matcher.name, matcher.value) == ("tenant", value)


@pytest.mark.parametrize("label", ["a-b", "", "1a", 'a="b",c', "a:b"])
def test_what_is_no_label_name_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="label name"):
        selector("up", {label: "x"})


@pytest.mark.parametrize("metric", ["a-b", "", "up{}", "1a"])
def test_what_is_no_metric_name_is_refused(metric: str) -> None:
    with pytest.raises(ValueError, match="metric name"):
        selector(metric)


def test_a_selector_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs"):
        selector()
