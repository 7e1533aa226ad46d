"""The rules of a configuration, or why they cannot be judged."""

from __future__ import annotations

import pytest

from dynamic_alerting.routing.configuration import read_configuration
from dynamic_alerting.routing.matchers import LabelMatcher
from dynamic_alerting.routing.rule import InhibitionRule
from dynamic_alerting.routing.yaml_root import UnusableConfigurationError

CRITICAL = LabelMatcher("severity", "=", "critical")
LOWER = LabelMatcher("severity", "=~", "warning|info")


@pytest.mark.parametrize(
    "rule",
    [
        "source_matchers: ['severity=\"critical\"']\n  target_matchers: ['severity=~\"warning|info\"']",
        "source_matchers: [severity = critical]\n  target_matchers: [severity =~ warning|info]",
        "source_match: {severity: critical}\n  target_match_re: {severity: warning|info}",
        "source_match: &s {severity: critical}\n  target_match_re: {<<: *s, severity: warning|info}",
    ],
)
def test_old_and_new_forms_mean_the_same(rule: str) -> None:
    read = read_configuration(
        f"route: {{receiver: x}}\n\ninhibit_rules:\n- {rule}\n  equal: [alertname, tenant]\n"
    )
    assert read.rules == (InhibitionRule((CRITICAL,), (LOWER,), ("alertname", "tenant")),)
    assert (read.line, read.rules[0].number, read.rules[0].line) == (3, 1, 4)


def test_all_conditions_of_a_side_have_to_be_met_whatever_their_form() -> None:
    text = "inhibit_rules: [{source_match: {a: 1}, source_match_re: {b: x|y}, source_matchers: ['c!=\"2\"']}]"
    (rule,) = read_configuration(text).rules
    assert [str(matcher) for matcher in rule.source] == ['a="1"', 'b=~"x|y"', 'c!="2"']
    assert (rule.target, rule.equal) == ((), ())


@pytest.mark.parametrize(
    "text", ["route: {receiver: x}", "route: {receiver: x}\ninhibit_rules:\n", "inhibit_rules: []"]
)
def test_a_configuration_may_have_no_rules(text: str) -> None:
    assert read_configuration(text).rules == ()


def test_other_people_s_fields_are_not_looked_at() -> None:
    text = (
        "route: {receiver: x, routes: [{matchers: [nonsense]}]}\nnew_field: 1\nglobal: {smtp_from: <secret>}"
    )
    assert read_configuration(text).rules == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: the configuration is empty; "),
        ("# only a comment\n", "1: the configuration is empty; "),
        ("route: [", "1: this is not YAML: "),
        ("route: {receiver: x}\n\tinhibit_rules: []", "2: this is not YAML: "),
        ("a\0b", "1: this is not YAML: "),
        ("[" * 5000, "1: this is nested too deep; "),
        ("some text", "1: this is no configuration of Alertmanager, which has fields; "),
        ("- route", "1: this is no configuration of Alertmanager, which has fields; "),
        ("groups: []", "1: this is no configuration of Alertmanager: it has no route; "),
        (
            "kind: Secret\napiVersion: v1",
            "1: this is a Kubernetes object (Secret); give the alertmanager.yaml",
        ),
        ("route: {}\nroute: {}", "2: route is said twice; keep one of the two"),
        (
            "route: {}\ninhibition_rules: []",
            "2: a configuration has no field inhibition_rules; write inhibit_rules",
        ),
        ("route: {}\ninhibit_rules: {}", "2: inhibit_rules is no list; write inhibit_rules: [ … ]"),
        ("inhibit_rules: [text]", "1: a rule is fields with values"),
        (
            "inhibit_rules:\n- equals: [a]",
            '2: rule 1 has a field equals, which is not known here; Did you mean "equal"? ',
        ),
        ("inhibit_rules:\n- sources: []", "2: rule 1 has a field sources, which is not known here; "),
        ("inhibit_rules:\n- equal: tenant", "2: equal is no list; write equal: [ … ]"),
        ("inhibit_rules:\n- equal: [[a]]", "2: an entry of equal is one text"),
        ("inhibit_rules:\n- source_matchers: severity=critical", "2: source_matchers is no list; "),
        ("inhibit_rules:\n- source_matchers: [severity]", "2: 'severity' is no matcher; write label="),
        ("inhibit_rules:\n- target_matchers:\n  - 'a=~\"(\"'", "3: '(' is no regular expression: "),
        ("inhibit_rules:\n- target_match_re: {a: '['}", "2: '[' is no regular expression: "),
    ],
)
def test_what_cannot_be_judged_is_said_with_its_line_and_what_to_write(text: str, told: str) -> None:
    with pytest.raises(UnusableConfigurationError) as refused:
        read_configuration(text)
    assert str(refused.value.problems[-1]).startswith(told)


def test_every_problem_is_said_at_once() -> None:
    text = (
        "route: {}\ninhibit_rules:\n- source_matchers: [a]\n- equals: []\n  target_matchers: ['b=~\"[\"']\n"
    )
    with pytest.raises(UnusableConfigurationError) as refused:
        read_configuration(text)
    assert [problem.line for problem in refused.value.problems] == [3, 4, 5]


@pytest.mark.parametrize(
    ("source", "target", "silences"),
    [
        ({"severity": "critical", "a": "1"}, {"severity": "warning", "a": "1"}, True),
        ({"severity": "critical", "a": "1"}, {"severity": "warning", "a": "2"}, False),
        ({"severity": "critical"}, {"severity": "warning"}, True),  # two missing labels are equal
        ({"severity": "critical", "a": "1"}, {"severity": "warning"}, False),
        ({"severity": "warning"}, {"severity": "info"}, False),  # no source
        ({"severity": "critical", "b": "x"}, {"severity": "critical", "b": "y"}, False),  # no target
    ],
)
def test_a_rule_silences_what_alertmanager_silences(
    source: dict[str, str], target: dict[str, str], *, silences: bool
) -> None:
    assert InhibitionRule((CRITICAL,), (LOWER,), ("a",)).silences(source, target) is silences


def test_alerts_that_both_sides_match_do_not_silence_each_other() -> None:
    wide = InhibitionRule((LOWER,), (LOWER,), ())
    assert not wide.silences({"severity": "warning"}, {"severity": "info"})
