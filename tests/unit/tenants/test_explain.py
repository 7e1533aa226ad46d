"""Why a tenant has a threshold, or none: outcomes, verdicts and the words for them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.tenants.explain import Explainer, UnknownTenantError
from dynamic_alerting.tenants.explanation import Explanation, Outcome, Target, Tier, Verdict

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def explain(loaded: Any, catalogue: Any) -> Any:
    def run(key: str | None, defaults: str = "", tenant: str = "", filters: str = "") -> Explanation:
        return Explainer(loaded(defaults, tenant, filters), catalogue).explain("db-a", NOON, key)

    return run


def _targets(explanation: Explanation) -> tuple[Target, ...]:
    (key,) = explanation.keys
    return key.targets


def _tier(explanation: Explanation, severity: str = "warning") -> Tier:
    return next(tier for tier in _targets(explanation)[0].tiers if tier.severity == severity)


def _verdicts(tier: Tier) -> list[tuple[str, str]]:
    return [(str(step.layer), step.verdict.value) for step in tier.steps]


def test_the_tenants_value_decides_and_replaces_the_default(explain: Any) -> None:
    tier = _tier(explain("mysql_cpu", "mysql_cpu: 80", "mysql_cpu: 70"))
    assert (tier.outcome, tier.value, tier.why) == (Outcome.SERVED, 70, "mysql_cpu in db-a.yaml:3 decides.")
    assert _verdicts(tier) == [("tenant", "decides"), ("default", "replaced")]


def test_the_default_decides_where_the_tenant_leaves_it(explain: Any) -> None:
    tier = _tier(explain("mysql_cpu", "mysql_cpu: 80", "mysql_cpu: default"))
    assert (tier.outcome, tier.value) == (Outcome.SERVED, 80)
    assert _verdicts(tier) == [("tenant", "omitted"), ("default", "decides")]


def test_each_tier_is_explained_by_itself(explain: Any) -> None:
    explanation = explain("mysql_cpu", "mysql_cpu: 80\nmysql_cpu_critical: 95", "mysql_cpu: 70")
    assert [(tier.severity, tier.value) for tier in _targets(explanation)[0].tiers] == [
        ("warning", 70),
        ("critical", 95),
    ]
    assert _verdicts(_tier(explanation, "critical")) == [
        ("tenant", "silent"),
        ("default", "decides"),
        ("default", "silent"),
    ]


def test_a_critical_key_is_explained_alone(explain: Any) -> None:
    explanation = explain("mysql_cpu_critical", "mysql_cpu: 80\nmysql_cpu_critical: 95")
    assert [tier.severity for tier in _targets(explanation)[0].tiers] == ["critical"]


def test_the_info_tier_is_explained_where_somebody_names_it(explain: Any) -> None:
    explanation = explain("mysql_cpu", "mysql_cpu: 80", 'mysql_cpu: "70:info"')
    info, warning, critical = _targets(explanation)[0].tiers
    assert (info.value, warning.outcome, critical.outcome) == (70, Outcome.MOVED, Outcome.UNSET)
    assert warning.why == (
        "mysql_cpu in db-a.yaml:3 names the severity info, which takes the place of this tier."
    )


@pytest.mark.parametrize(
    ("defaults", "tenant", "why"),
    [
        ("mysql_cpu: 80", "mysql_cpu: disable", "mysql_cpu in db-a.yaml:3 disables it."),
        ("mysql_cpu: disable", "", "mysql_cpu in _defaults.yaml:2 disables it."),
        (
            "mysql_cpu: 80",
            'mysql_cpu: {overrides: [{window: "11:00-13:00", value: off}]}',
            "mysql_cpu in db-a.yaml:3 disables it, inside its window 11:00-13:00.",
        ),
    ],
)
def test_what_disables_it_is_named(explain: Any, defaults: str, tenant: str, why: str) -> None:
    tier = _tier(explain("mysql_cpu", defaults, tenant))
    assert (tier.outcome, tier.value, tier.why) == (Outcome.DISABLED, None, why)


@pytest.mark.parametrize(
    ("defaults", "tenant", "why"),
    [
        ("", "", "The tenant does not set it, and there is no default for it."),
        (
            "mysql_cpu: 80",
            "_packs: [redis]",
            "The default of _defaults.yaml:2 belongs to a pack that the tenant does not take.",
        ),
        (
            "",
            "mysql_cpu: {value: 5, expires: 2026-01-01T00:00:00Z}",
            "mysql_cpu in db-a.yaml:3 has expired, and there is no default.",
        ),
        (
            "",
            "mysql_cpu: default",
            "mysql_cpu in db-a.yaml:3 leaves it to the defaults, and there is none.",
        ),
    ],
)
def test_why_there_is_no_threshold(explain: Any, defaults: str, tenant: str, why: str) -> None:
    tier = _tier(explain("mysql_cpu", defaults, tenant))
    assert (tier.outcome, tier.value, tier.why) == (Outcome.UNSET, None, why)


def test_an_expired_value_says_when(explain: Any) -> None:
    tier = _tier(explain("mysql_cpu", "", "mysql_cpu: {value: 5, expires: 2026-01-01T00:00:00Z}"))
    (step,) = tier.steps
    assert (step.verdict, step.expired) == (Verdict.OMITTED, datetime(2026, 1, 1, tzinfo=UTC))
    assert step.written == "5 until 2026-01-01T00:00:00Z"


DIMENSIONAL = 'redis_queue_length: 9\nredis_queue_length{queue="a"}: 5\nredis_queue_length{queue=~"b.*"}: 7'


def test_all_targets_of_a_name_are_explained(explain: Any) -> None:
    targets = _targets(explain("redis_queue_length", "", DIMENSIONAL))
    assert [(target.labels, target.patterns, target.tiers[0].value) for target in targets] == [
        ((), (), 9),
        ((("queue", "a"),), (), 5),
        ((), (("queue", "b.*"),), 7),
    ]


@pytest.mark.parametrize(
    ("queue", "outcome", "value"),
    [("a", Outcome.SERVED, 5), ("bb", Outcome.SERVED, 7), ("c", Outcome.BASE, 9)],
)
def test_a_label_set_is_explained_as_for_a_series_that_has_it(
    explain: Any, queue: str, outcome: Outcome, value: float
) -> None:
    tier = _tier(explain(f'redis_queue_length{{queue="{queue}"}}', "", DIMENSIONAL))
    assert (tier.outcome, tier.value) == (outcome, value)


def test_a_disabled_dimension_is_served_as_a_number_that_no_value_crosses(explain: Any) -> None:
    tier = _tier(
        explain(
            'redis_queue_length{queue="a"}', "redis_queue_length: 9", 'redis_queue_length{queue="a"}: off'
        )
    )
    assert (tier.outcome, tier.value) == (Outcome.SERVED, float("inf"))
    assert "served as +Inf" in tier.why


def test_without_a_base_a_disabled_dimension_is_nothing(explain: Any) -> None:
    tier = _tier(explain('redis_queue_length{queue="a"}', "", 'redis_queue_length{queue="a"}: off'))
    assert (tier.outcome, tier.value) == (Outcome.DISABLED, None)


def test_a_label_set_without_own_key_tells_why_the_base_gives_nothing(explain: Any) -> None:
    tier = _tier(explain('redis_queue_length{queue="a"}', "redis_queue_length: 9", "redis_queue_length: off"))
    assert (tier.outcome, tier.value) == (Outcome.DISABLED, None)
    assert tier.why.startswith("No key is for these labels in this tier; redis_queue_length in db-a.yaml:3")


def test_a_label_set_whose_own_key_is_left_out_awaits_the_pattern(explain: Any) -> None:
    text = 'redis_queue_length{queue=~".*"}: 7\nredis_queue_length{queue="a"}: default'
    target = _targets(explain("redis_queue_length", "", text))[2]
    assert target.labels == (("queue", "a"),)
    assert (target.tiers[0].outcome, target.tiers[0].value) == (Outcome.AWAITED, 7)


def test_without_a_key_everything_written_is_explained_declared_keys_first(explain: Any) -> None:
    explanation = explain(None, "redis_queue_length: 9", "team_x: 1\nmysql_cpu: 5\na_b: 2")
    assert [key.name for key in explanation.keys] == ["mysql_cpu", "redis_queue_length", "a_b", "team_x"]


OFF = "the filter in _defaults.yaml:2 is off by default."
FILTERS = "state_filters: {busy: {severity: info, reasons: [x]}, maintenance: {default_state: off}}\n"


@pytest.mark.parametrize(
    ("written", "is_on", "why"),
    [
        ("", False, f"The tenant does not switch it; {OFF}"),
        ("_state_maintenance: on", True, "_state_maintenance in db-a.yaml:3 decides."),
        (
            "_state_maintenance: {default: off, overrides: [{window: 11:00-13:00, value: on}]}",
            True,
            "_state_maintenance in db-a.yaml:3 decides, inside its window 11:00-13:00.",
        ),
        (
            "_state_maintenance: default",
            False,
            f"_state_maintenance in db-a.yaml:3 leaves it to the platform; {OFF}",
        ),
        (
            "_state_maintenance: {value: on, expires: 2026-01-01T00:00:00Z}",
            False,
            f"_state_maintenance in db-a.yaml:3 expired 2026-01-01T00:00:00Z; {OFF}",
        ),
    ],
)
def test_states_are_explained(explain: Any, written: str, is_on: bool, why: str) -> None:  # noqa: FBT001 - a column
    (state,) = explain("_state_maintenance", "", written, FILTERS).states
    assert (state.is_on, state.why) == (is_on, why)


def test_all_states_are_explained_without_a_key(explain: Any) -> None:
    states = explain(None, "", "", FILTERS).states
    assert [(state.filter, state.is_on, state.reasons) for state in states] == [
        ("maintenance", False, ()),
        ("busy", True, ("x",)),
    ]


def test_the_packs_and_where_they_are_written(explain: Any) -> None:
    explanation = explain("_packs", "mysql_cpu: 1", "_packs: [redis, mariadb]")
    assert explanation.packs == {"mariadb", "redis"}
    assert explanation.packs_origin == ("db-a.yaml", 3, 5)
    assert (explanation.keys, explanation.states) == ((), ())


def test_an_unknown_tenant_is_not_guessed(loaded: Any, catalogue: Any) -> None:
    explainer = Explainer(loaded("", ""), catalogue)
    with pytest.raises(UnknownTenantError, match="there is no tenant 'db'") as caught:
        explainer.explain("db", NOON)
    assert caught.value.advice in ("", 'Did you mean "db-a"?')


@pytest.mark.parametrize("key", ["cpu", "mysql-cpu", 'mysql_cpu{core="1"}', "mysql_cpu{", ""])
def test_what_is_no_key_is_refused_with_advice(explain: Any, key: str) -> None:
    with pytest.raises(KeySyntaxError) as caught:
        explain(key)
    assert caught.value.advice


MANY = 'mysql_cpu: 70\nredis_queue_length{queue="a"}: 1\nredis_queue_length{queue="b"}: 2'


@pytest.fixture
def explain_within(loaded: Any, catalogue: Any) -> Any:
    def run(key: str | None, limit: int, tenant: str, defaults: str = "") -> Explanation:
        return Explainer(loaded(defaults, tenant, ""), catalogue, series_limit=limit).explain(
            "db-a", NOON, key
        )

    return run


def test_a_series_beyond_the_limit_is_explained_as_not_served(explain_within: Any) -> None:
    explanation = explain_within("redis_queue_length", 2, MANY)
    outcomes = {target.labels: target.tiers[0] for target in _targets(explanation)}
    assert outcomes[("queue", "a"),].outcome is Outcome.SERVED
    beyond = outcomes[("queue", "b"),]
    assert (beyond.outcome, beyond.value) == (Outcome.DROPPED, None)
    assert beyond.why == (
        'redis_queue_length{queue="b"} in db-a.yaml:5 decides, but is not served: the tenant has 3 threshold '
        "series, and 2 are served (--limit.series-per-tenant)."
    )


def test_a_base_threshold_beyond_the_limit_is_no_threshold_for_a_label_either(explain_within: Any) -> None:
    explanation = explain_within('redis_queue_length{queue="x"}', 1, "mysql_cpu: 70", "redis_queue_length: 5")
    tier = _tier(explanation)
    assert (tier.outcome, tier.value) == (Outcome.DROPPED, None)
    assert "redis_queue_length in _defaults.yaml:2 decides, but is not served" in tier.why


def test_without_a_limit_everything_is_served(explain_within: Any) -> None:
    explanation = explain_within("redis_queue_length", 0, MANY)
    assert {target.tiers[0].outcome for target in _targets(explanation) if target.labels} == {Outcome.SERVED}


@pytest.mark.parametrize("key", [None, "redis_queue_length"])
def test_what_only_the_exporter_knows_is_said(explain: Any, key: str | None) -> None:
    (note,) = explain(key, tenant='redis_queue_length{queue=~"a.*"}: 1').notes
    assert "redis_queue_length" in note
    assert "/api/v1/config?tenant=db-a" in note


def test_there_is_no_note_where_nothing_is_expanded(explain: Any) -> None:
    tenant = 'mysql_cpu: 1\nredis_queue_length{queue=~"a.*"}: 1'
    assert explain("mysql_cpu", tenant=tenant).notes == ()
    assert explain("_packs", tenant=tenant).notes == ()
    assert explain(None, tenant="mysql_cpu: 1").notes == ()
