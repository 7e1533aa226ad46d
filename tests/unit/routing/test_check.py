"""What a configuration's inhibition does to the packs' alerts, found by trying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from dynamic_alerting.routing.check import Checked, check
from dynamic_alerting.routing.configuration import read_configuration
from dynamic_alerting.routing.inhibition import dimensions, equal_labels, inhibit_rules, inhibit_rules_text
from dynamic_alerting.routing.trial import Harm

if TYPE_CHECKING:
    from dynamic_alerting.packs.pack import Pack

OURS_TOO = 'target_matchers: [severity =~ "warning|info"], source_matchers: [severity = critical]'


def checked(packs: list[Pack], *rules: str, ours: bool = True, **options: Any) -> Checked:
    """Check rules in YAML's flow style, beside the generated ones."""
    own = [yaml.safe_load(f"{{{rule}}}") for rule in rules]
    text = yaml.safe_dump({"inhibit_rules": [*own, *(inhibit_rules(packs) if ours else ())]})
    return check(read_configuration(text), packs, **options)


def harms(packs: list[Pack], rule: str, **options: Any) -> set[Harm]:
    return {harm for found in checked(packs, rule, **options).harmful for harm in found.harms}


def test_the_generated_rules_are_fine(packs: list[Pack]) -> None:
    assert check(read_configuration(inhibit_rules_text(packs)), packs).is_good


def test_every_dimension_of_every_signal_is_compared(packs: list[Pack]) -> None:
    equal = equal_labels(packs)
    assert equal == sorted(equal)
    assert {"tenant", "alertname", "tablespace", "container", "pod", "reason"} <= set(equal)
    assert all(rule["equal"] == equal for rule in inhibit_rules(packs))


def test_both_sides_of_the_generated_rules_are_about_tenants(few_packs: list[Pack]) -> None:
    for rule in inhibit_rules(few_packs):
        assert 'tenant=~".+"' in rule["source_matchers"]
        assert 'tenant=~".+"' in rule["target_matchers"]


def test_each_label_of_the_generated_rules_is_needed(few_packs: list[Pack]) -> None:
    for label in equal_labels(few_packs):
        rules = inhibit_rules(few_packs)
        for rule in rules:
            rule["equal"].remove(label)
        found = check(read_configuration(yaml.safe_dump({"inhibit_rules": rules})), few_packs)
        assert len(found.harmful) == 2, label
        assert found.untold, label  # a rule that does harm is no help


def test_each_dimension_of_the_packs_is_needed(packs: list[Pack]) -> None:
    for label in dimensions(packs):
        rules = inhibit_rules(packs)[:1]
        rules[0]["equal"].remove(label)
        found = check(read_configuration(yaml.safe_dump({"inhibit_rules": rules})), packs)
        assert [set(each.harms) for each in found.harmful] == [{Harm.OTHER_DIMENSION}], label


def test_without_the_tenant_matchers_alerts_about_the_platform_are_silenced() -> None:
    """Only a pair of platform alerts of one name and several tiers would show it; no pack has one today."""
    narrowed, wide = (
        read_configuration(yaml.safe_dump({"inhibit_rules": [rule]})).rules[0]
        for rule in (
            inhibit_rules([])[0],
            {
                **inhibit_rules([])[0],
                "source_matchers": ["severity=critical"],
                "target_matchers": ["severity!=x"],
            },
        )
    )
    pair = ({"alertname": "A", "severity": "critical"}, {"alertname": "A", "severity": "warning"})
    assert not narrowed.silences(*pair)
    assert wide.silences(*pair)


@pytest.mark.parametrize(
    "rule",
    [
        f"{OURS_TOO}, equal: [namespace, alertname]",
        f"{OURS_TOO}, equal: [alertname, instance]",
        f"{OURS_TOO}, equal: [alertname]",
        "source_match: {severity: critical}, target_match: {severity: warning}, equal: [alertname, cluster]",
        "source_match_re: {severity: crit.*}, target_match_re: {severity: '.*'}, equal: [alertname]",
        "source_matchers: [severity!~info|warning], target_matchers: [severity!=x], equal: [alertname]",
        "source_matchers: ['tenant=\"db-a\"'], target_matchers: ['tenant=\"db-b\"'], equal: [alertname]",
        "source_match_re: {tenant: 'db-[0-9]+'}, target_match_re: {tenant: '(a|b)-.+'}, equal: [alertname]",
        "source_matchers: ['alertname=MariaDBDown'], target_matchers: ['component=mysql']",
        "source_match: {metric_key: mysql_up}, target_matchers: [metric_key!=mysql_up], equal: [component]",
        "source_matchers: [alertname=Watchdog], target_matchers: [severity=warning]",
        "target_matchers: [severity=info]",
        # kube-prometheus makes an InfoInhibitor of each info alert, ours too, with its labels: no namespace.
        "source_match: {alertname: InfoInhibitor}, target_match: {severity: info}, equal: [namespace]",
    ],
)
def test_one_tenant_silences_another(few_packs: list[Pack], rule: str) -> None:
    assert Harm.OTHER_TENANT in harms(few_packs, rule)


@pytest.mark.parametrize(
    ("rule", "harm"),
    [
        (f"{OURS_TOO}, equal: [tenant, alertname]", Harm.OTHER_DIMENSION),
        (f"{OURS_TOO}, equal: [tenant, alertname, vhost]", Harm.OTHER_DIMENSION),
        (f"{OURS_TOO}, equal: [tenant, vhost, queue, name, reason]", Harm.OTHER_ALERT),
        (f"{OURS_TOO}", Harm.PLATFORM),
        ("source_matchers: [severity=critical], target_matchers: ['tenant=\"\"']", Harm.PLATFORM),
        ("source_matchers: [alertname=NodeDown], target_matchers: [component=platform]", Harm.PLATFORM),
        (
            "source_matchers: [alertname=ThresholdExporterAbsent], target_matchers: ['tenant!=\"\"']",
            Harm.PLATFORM,
        ),
        (
            "source_match: {severity: info}, target_match: {severity: critical}, equal: [tenant, alertname]",
            Harm.MORE_SEVERE,
        ),
    ],
)
def test_each_harm_is_told(few_packs: list[Pack], rule: str, harm: Harm) -> None:
    assert harm in harms(few_packs, rule)


@pytest.mark.parametrize(
    "rule",
    [
        # Alerts of others, whatever silences them.
        "source_match: {severity: critical}, target_matchers: [tenant=, severity=info], equal: [alertname]",
        "source_match: {alertname: InfoInhibitor}, target_matchers: [severity=info, tenant=, component=]",
        "target_matchers: [alertname = InfoInhibitor]",
        "source_match: {service: node}, target_match: {service: node}",
        # A person's decision about one tenant: a server that is down is why its alerts fire.
        "source_match: {alertname: MariaDBDown}, target_match_re: {alertname: MariaDB.+}, equal: [tenant]",
    ],
)
def test_a_rule_that_does_no_harm_is_left_alone(few_packs: list[Pack], rule: str) -> None:
    assert checked(few_packs, rule).is_good


def test_labels_that_prometheus_adds_are_counted_if_they_are_named(few_packs: list[Pack]) -> None:
    rule = "source_matchers: [cluster=a, severity=critical], target_matchers: [cluster=a, severity=warning]"
    assert harms(few_packs, rule) == set()
    assert Harm.OTHER_TENANT in harms(few_packs, rule, external_labels={"cluster": "a"})


def test_environments_are_told_apart_by_the_label_that_is_named(few_packs: list[Pack]) -> None:
    without, having = (
        read_configuration(inhibit_rules_text(few_packs, label)) for label in (None, "environment")
    )
    assert check(having, few_packs).is_good  # alerts without the label are equal in it
    assert check(having, few_packs, environment_label="environment").is_good
    found = check(without, few_packs, environment_label="environment")
    pair = found.harmful[0].harms[Harm.OTHER_DIMENSION]
    assert pair.source is not None
    assert pair.source.tenant == pair.target.tenant
    assert pair.source.labels["environment"] != pair.target.labels["environment"]
    rules = [each.instead.written() for each in found.harmful if each.instead is not None]
    followed = read_configuration(yaml.safe_dump({"inhibit_rules": rules}))
    assert check(followed, few_packs, environment_label="environment").is_good


def test_tenants_that_no_rule_names_plainly_can_be_named(few_packs: list[Pack]) -> None:
    rule = "source_matchers: ['tenant=~\\pL{3}7'], target_matchers: ['tenant=~d.*'], equal: [alertname]"
    assert harms(few_packs, rule) == set()
    assert Harm.OTHER_TENANT in harms(few_packs, rule, tenants=["abc7", "db"])


def test_each_of_many_rules_is_tried_on_the_tenants_that_it_names(few_packs: list[Pack]) -> None:
    rules = [
        f"source_match: {{tenant: db-{number}}}, target_match: {{tenant: web-{number}}}, equal: [alertname]"
        for number in range(20)
    ]
    found = checked(few_packs, *rules)
    assert [each.rule.number for each in found.harmful] == list(range(1, 21))


def test_rules_for_every_tenant_that_there_is_hold_back_enough(few_packs: list[Pack]) -> None:
    rules = inhibit_rules(few_packs)
    for rule in rules:
        rule["source_matchers"][0] = 'tenant=~"db-a|db-b|db-c"'
    text = yaml.safe_dump({"inhibit_rules": rules})
    assert check(read_configuration(text), few_packs).untold
    assert check(read_configuration(text), few_packs, tenants=["db-a", "db-b", "db-c"]).is_good
    assert check(read_configuration(text), few_packs, tenants=["db-a", "db-b", "db-d"]).untold


def test_what_is_written_instead_was_tried(few_packs: list[Pack]) -> None:
    for rule in (
        f"{OURS_TOO}, equal: [namespace, alertname]",
        f"{OURS_TOO}, equal: [tenant, alertname]",
        OURS_TOO,
    ):
        (found,) = checked(few_packs, rule).harmful
        assert found.instead is not None
        again = {"inhibit_rules": [found.instead.written(), *inhibit_rules(few_packs)]}
        assert check(read_configuration(yaml.safe_dump(again)), few_packs).is_good


@pytest.mark.parametrize(
    ("rule", "equal"),
    [
        ("source_matchers: [alertname=MariaDBDown], target_matchers: [component=mysql]", ["tenant"]),
        ("source_matchers: [severity=critical, component=mysql], target_matchers: [severity=info]", None),
    ],
)
def test_a_rule_about_the_packs_alerts_compares_their_tenants(
    few_packs: list[Pack], rule: str, equal: list[str] | None
) -> None:
    (found,) = checked(few_packs, rule).harmful
    assert found.instead is not None
    assert found.instead.equal == tuple(equal or equal_labels(few_packs))


def test_a_rule_without_any_good_is_to_be_deleted(few_packs: list[Pack]) -> None:
    (found,) = checked(few_packs, "source_matchers: [alertname=ThresholdExporterAbsent], equal: [x]").harmful
    assert found.instead is None


@pytest.mark.parametrize(
    "rule",
    [
        f"{OURS_TOO}, equal: [namespace, alertname]",
        "source_match: {severity: critical}, target_matchers: ['severity!~critical']",
        "source_match: {alertname: InfoInhibitor}, target_match: {severity: info}, equal: [namespace]",
        "source_match_re: {alertname: Node.+}, target_match_re: {severity: warning|info}",
    ],
)
def test_a_rule_for_alerts_of_others_stays_for_them(few_packs: list[Pack], rule: str) -> None:
    (found,) = checked(few_packs, rule).harmful
    assert found.instead is not None
    assert str(found.instead.source[-1]).startswith(("tenant=", "component!="))
    assert found.instead.equal == found.rule.equal


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [f"{OURS_TOO}, equal: [namespace, alertname]"],
        ["source_matchers: [severity=critical], equal: [x]"],
    ],
)
def test_tiers_that_nothing_holds_back_are_told(few_packs: list[Pack], rules: list[str]) -> None:
    found = checked(few_packs, *rules, ours=False)
    assert not found.is_good
    assert {pair.target.kind.name for pair in found.untold} >= {"MariaDBDown", "MariaDBHighConnections"}


def test_half_of_the_rules_leave_info_beside_warning(few_packs: list[Pack]) -> None:
    text = yaml.safe_dump({"inhibit_rules": inhibit_rules(few_packs)[:1]})
    found = check(read_configuration(text), few_packs)
    assert not found.harmful
    pair = found.untold[0]
    assert (pair.source and pair.source.severity, pair.target.severity) == ("warning", "info")
