"""Dimensional and regex keys: which series are served, and what a rule then sees."""

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_alerting.model import dimensions
from dynamic_alerting.model.keys import ThresholdKey
from dynamic_alerting.model.matchers import Matcher
from dynamic_alerting.model.patterns import matches
from dynamic_alerting.model.resolution import Labels, Layer, TenantResolution
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import Disabled, Plain, UseDefault, parse_plain

Served = Callable[..., dict[str, float]]
Resolve = Callable[..., TenantResolution]

BASE = "redis queue_length warning"
BASE_CRITICAL = "redis queue_length critical"
EMAIL: Labels = (("queue", "email"),)
JUNK: Labels = (("queue", "junk"),)


def test_an_exact_key_is_served_with_its_label(served: Served) -> None:
    written = {"redis_queue_length": "100", 'redis_queue_length{queue="email"}': "1000"}
    assert served(written) == {BASE: 100, f'{BASE}{{queue="email"}}': 1000}


def test_an_exact_key_needs_no_base(served: Served) -> None:
    assert served({'redis_queue_length{queue="email"}': "1000"}) == {f'{BASE}{{queue="email"}}': 1000}


def test_the_critical_tier_of_a_dimensional_key(served: Served) -> None:
    written = {
        'oracle_tablespace_used_percent{tablespace="USERS"}': "85",
        'oracle_tablespace_used_percent_critical{tablespace="USERS"}': "95",
    }
    assert served(written) == {
        'oracle tablespace_used_percent warning{tablespace="USERS"}': 85,
        'oracle tablespace_used_percent critical{tablespace="USERS"}': 95,
    }


def test_a_severity_on_a_dimensional_key_leaves_the_warning_tier_to_the_base(served: Served) -> None:
    written = {"redis_queue_length": "100", 'redis_queue_length{queue="email"}': "500:critical"}
    assert served(written) == {BASE: 100, f'{BASE_CRITICAL}{{queue="email"}}': 500}


def test_a_regex_key_is_served_as_written_and_for_each_value_it_matches(served: Served) -> None:
    written = {'oracle_tablespace_used_percent{tablespace=~"SYS.*"}': "95"}
    name = "oracle tablespace_used_percent warning"
    assert served(written) == {f'{name}{{tablespace=~"SYS.*"}}': 95}
    present = {
        "oracle_tablespace_used_percent": (
            (("tablespace", "SYSTEM"),),
            (("tablespace", "SYSAUX"),),
            (("tablespace", "USERS"),),
            (("tablespace", "OLDSYS"),),
        )
    }
    assert served(written, present=present) == {
        f'{name}{{tablespace=~"SYS.*"}}': 95,
        f'{name}{{tablespace="SYSTEM"}}': 95,
        f'{name}{{tablespace="SYSAUX"}}': 95,
    }


def test_exact_matchers_of_a_regex_key_stay_plain_labels(served: Served) -> None:
    written = {'redis_queue_length{queue="a,b", priority=~"h{1,2}"}': "5"}
    assert served(written) == {f'{BASE}{{queue="a,b", priority=~"h{{1,2}}"}}': 5}


def test_an_exact_key_comes_before_a_regex_key(served: Served) -> None:
    written = {'redis_queue_length{queue=~"e.*"}': "5", 'redis_queue_length{queue="email"}': "7"}
    present = {"redis_queue_length": (EMAIL, (("queue", "events"),))}
    assert served(written, present=present) == {
        f'{BASE}{{queue=~"e.*"}}': 5,
        f'{BASE}{{queue="email"}}': 7,
        f'{BASE}{{queue="events"}}': 5,
    }


def test_the_regex_key_with_most_matchers_then_the_first_in_the_file(served: Served) -> None:
    written = {
        'redis_queue_length{queue=~".*"}': "1",
        'redis_queue_length{queue=~"e.*"}': "2",
        'redis_queue_length{queue=~"e.*", priority=~".+"}': "3",
    }
    present = {"redis_queue_length": (EMAIL, (("priority", "high"), ("queue", "email")))}
    got = served(written, present=present)
    assert got[f'{BASE}{{queue="email"}}'] == 1
    assert got[f'{BASE}{{priority="high", queue="email"}}'] == 3


def test_the_exact_key_with_most_matchers(served: Served) -> None:
    written = {
        'redis_queue_length{queue="email"}': "1",
        'redis_queue_length{queue="email", priority="high"}': "2",
    }
    present = {
        "redis_queue_length": tuple((("priority", level), ("queue", "email")) for level in ("high", "low"))
    }
    assert served(written, present=present) == {
        f'{BASE}{{queue="email"}}': 1,
        f'{BASE}{{priority="high", queue="email"}}': 2,
        f'{BASE}{{priority="low", queue="email"}}': 1,
    }


def test_each_tier_is_resolved_by_itself(served: Served) -> None:
    written = {
        'redis_queue_length{queue=~"e.*"}': "5",
        'redis_queue_length_critical{queue=~".*"}': "50",
        'redis_queue_length{queue="email"}': "7",
    }
    got = served(written, present={"redis_queue_length": (EMAIL,)})
    assert got[f'{BASE}{{queue="email"}}'] == 7
    assert got[f'{BASE_CRITICAL}{{queue="email"}}'] == 50


def test_a_disabled_dimension_is_served_as_infinite_even_though_a_base_exists(served: Served) -> None:
    written = {"redis_queue_length": "100", 'redis_queue_length{queue="junk"}': "disable"}
    assert served(written) == {BASE: 100, f'{BASE}{{queue="junk"}}': math.inf}


def test_a_disabled_dimension_covers_every_tier_that_is_in_force(served: Served) -> None:
    written = {'redis_queue_length{queue="junk"}': "disable"}
    defaults = {"redis_queue_length": "100", "redis_queue_length_critical": "500"}
    assert served(written, defaults=defaults) == {
        BASE: 100,
        BASE_CRITICAL: 500,
        f'{BASE}{{queue="junk"}}': math.inf,
        f'{BASE_CRITICAL}{{queue="junk"}}': math.inf,
    }
    critical_only = {'redis_queue_length_critical{queue="junk"}': "disable"}
    assert served(critical_only, defaults=defaults) == {
        BASE: 100,
        BASE_CRITICAL: 500,
        f'{BASE_CRITICAL}{{queue="junk"}}': math.inf,
    }


def test_a_disabled_dimension_without_a_base_needs_no_series(served: Served) -> None:
    assert served({'redis_queue_length{queue="junk"}': "disable"}) == {}


def test_a_disabled_dimension_is_minus_infinite_where_low_is_bad(served: Served) -> None:
    written = {"redis_hit_ratio": "0.5", 'redis_hit_ratio{db="7"}': "off"}
    assert served(written)['redis hit_ratio warning{db="7"}'] == -math.inf


def test_a_disabled_regex_key_is_infinite_as_written_and_for_each_value(served: Served) -> None:
    written = {"redis_queue_length": "100", 'redis_queue_length{queue=~"tmp.*"}': "disable"}
    got = served(written, present={"redis_queue_length": ((("queue", "tmp1"),), EMAIL)})
    assert got == {
        BASE: 100,
        f'{BASE}{{queue=~"tmp.*"}}': math.inf,
        f'{BASE}{{queue="tmp1"}}': math.inf,
    }


def test_a_more_specific_key_lives_on_beside_a_disabled_regex_key(served: Served) -> None:
    written = {
        "redis_queue_length": "100",
        'redis_queue_length{queue=~".*"}': "disable",
        'redis_queue_length{queue="email"}': "7",
    }
    got = served(written, present={"redis_queue_length": (EMAIL, JUNK)})
    assert (got[f'{BASE}{{queue="email"}}'], got[f'{BASE}{{queue="junk"}}']) == (7, math.inf)


def test_a_tenants_base_value_hides_the_platforms_dimensional_defaults(served: Served) -> None:
    defaults = {
        "redis_queue_length": "100",
        'redis_queue_length{queue="email"}': "1000",
        'redis_queue_length_critical{queue="email"}': "5000",
        'redis_queue_length{queue=~"j.*"}': "5",
    }
    present = {"redis_queue_length": (EMAIL, JUNK)}
    assert served({}, defaults=defaults, present=present) == {
        BASE: 100,
        f'{BASE}{{queue="email"}}': 1000,
        f'{BASE_CRITICAL}{{queue="email"}}': 5000,
        f'{BASE}{{queue=~"j.*"}}': 5,
        f'{BASE}{{queue="junk"}}': 5,
    }
    assert served({"redis_queue_length": "70"}, defaults=defaults, present=present) == {
        BASE: 70,
        f'{BASE_CRITICAL}{{queue="email"}}': 5000,
    }


def test_a_disabled_base_ends_the_platforms_dimensional_defaults_too(served: Served) -> None:
    defaults = {"redis_queue_length": "100", 'redis_queue_length{queue="email"}': "1000"}
    assert served({"redis_queue_length": "disable"}, defaults=defaults) == {}


def test_a_tenants_own_dimensional_keys_stay_beside_its_disabled_base(served: Served) -> None:
    written = {"redis_queue_length": "disable", 'redis_queue_length{queue="email"}': "7"}
    assert served(written, defaults={"redis_queue_length": "100"}) == {f'{BASE}{{queue="email"}}': 7}


def test_a_tenants_regex_key_comes_before_the_platforms_exact_key(served: Served) -> None:
    defaults = {'redis_queue_length{queue="email"}': "1000"}
    assert served({'redis_queue_length{queue=~"e.*"}': "5"}, defaults=defaults) == {
        f'{BASE}{{queue="email"}}': 5,
        f'{BASE}{{queue=~"e.*"}}': 5,
    }


def test_the_same_key_of_tenant_and_platform_is_served_once(served: Served) -> None:
    key = 'redis_queue_length{queue=~"e.*"}'
    assert served({key: "5"}, defaults={key: "9"}) == {f'{BASE}{{queue=~"e.*"}}': 5}
    exact = 'redis_queue_length{queue="email"}'
    assert served({exact: "5"}, defaults={exact: "9:critical"}) == {f'{BASE}{{queue="email"}}': 5}


def test_default_on_a_dimensional_key_counts_as_omitted(served: Served) -> None:
    written = {'redis_queue_length{queue="email"}': "default"}
    defaults = {'redis_queue_length{queue="email"}': "1000"}
    assert served(written, defaults=defaults) == {f'{BASE}{{queue="email"}}': 1000}


def test_the_base_never_takes_a_dimensions_value(served: Served) -> None:
    written = {'redis_queue_length{queue="email"}': "500", 'redis_queue_length{queue=~".*"}': "5"}
    got = served(written, defaults={"redis_queue_length": "80"}, present={"redis_queue_length": ((), EMAIL)})
    assert got[BASE] == 80


def test_an_empty_label_is_no_label(served: Served) -> None:
    written = {'redis_queue_length{queue=~".*"}': "5"}
    present: dict[str, tuple[Labels, ...]] = {
        "redis_queue_length": ((("priority", ""), ("queue", "email")), (("queue", ""),))
    }
    assert served(written, present=present) == {f'{BASE}{{queue=~".*"}}': 5, f'{BASE}{{queue="email"}}': 5}


def test_layers_of_dimensional_thresholds(resolve: Resolve) -> None:
    resolution = resolve(
        {'redis_hit_ratio{db="0"}': "1", 'redis_hit_ratio{db=~"1.*"}': "2"},
        defaults={'redis_hit_ratio{db="5"}': "3", 'redis_hit_ratio{db=~"6.*"}': "4"},
    )
    assert {(one.value, one.layer) for one in resolution.thresholds} == {
        (1, Layer.TENANT_EXACT),
        (2, Layer.TENANT_REGEX),
        (3, Layer.DEFAULT_EXACT),
        (4, Layer.DEFAULT_REGEX),
    }


# What a rule sees, against the search as the language describes it, for every series there is.

PRESENT: tuple[Labels, ...] = tuple(
    tuple((label, value) for label, value in (("priority", priority), ("queue", queue)) if value)
    for priority in ("", "h", "l")
    for queue in ("a", "b", "c")
)
_KEYS = [
    ThresholdKey("redis_queue_length", critical, matchers)
    for critical in (False, True)
    for matchers in (
        (),
        (Matcher("queue", "a"),),
        (Matcher("queue", "b"),),
        (Matcher("queue", "c"),),
        (Matcher("priority", "h"),),
        (Matcher("priority", "h"), Matcher("queue", "a")),
        (Matcher("priority", "l"), Matcher("queue", "b")),
        (Matcher("queue", "a|b", is_regex=True),),
        (Matcher("queue", ".*", is_regex=True),),
        (Matcher("priority", "h|l", is_regex=True), Matcher("queue", "a")),
    )
]
_VALUES = st.sampled_from(["1", "2", "3:info", "4:warning", "5:critical", "disable", "default"])
_WRITTEN = st.dictionaries(st.sampled_from([key.text for key in _KEYS]), _VALUES, max_size=12)
_BY_TEXT = {key.text: key for key in _KEYS}
OFF = "off"


def _speaks(key: ThresholdKey, value: Plain, tier: Severity) -> float | str | None:
    """What one key says about a tier by itself: a number, OFF, or nothing."""
    if isinstance(value, UseDefault):
        return None
    if isinstance(value, Disabled):
        return OFF if tier is Severity.CRITICAL or not key.is_critical else None
    if tier is (Severity.CRITICAL if key.is_critical else value.severity or Severity.WARNING):
        return value.number
    return OFF if not key.matchers and not key.is_critical and tier is Severity.WARNING else None


def _search(
    tenant: Mapping[str, str], platform: Mapping[str, str], labels: Mapping[str, str], tier: Severity
) -> float | str | None:
    """Search as the language describes it, key by key."""
    own = {_BY_TEXT[text]: parse_plain(value) for text, value in tenant.items()}
    general = {_BY_TEXT[text]: parse_plain(value) for text, value in platform.items()}
    set_by_tenant = {key for key, value in own.items() if not isinstance(value, UseDefault)}
    for author in (own, {key: value for key, value in general.items() if key not in set_by_tenant}):
        found = []
        for line, (key, value) in enumerate(author.items()):
            said = _speaks(key, value, tier)
            critical = ThresholdKey(key.name, is_critical=True, matchers=key.matchers)
            is_overruled = (
                tier is Severity.CRITICAL
                and not key.is_critical
                and _speaks(critical, author.get(critical, UseDefault.USE_DEFAULT), tier) is not None
            )
            if said is not None and not is_overruled and (labels or not key.matchers) and _meets(key, labels):
                found.append(((not key.matchers, key.is_regex, -len(key.matchers), line), said))
        if found:
            return min(found)[1]
    return None


def _meets(key: ThresholdKey, labels: Mapping[str, str]) -> bool:
    return all(
        matches(one.value, labels.get(one.label, ""))
        if one.is_regex
        else one.value == labels.get(one.label, "")
        for one in key.matchers
    )


@given(_WRITTEN, _WRITTEN)
@settings(max_examples=200)
def test_a_rule_sees_what_the_language_says(
    resolve: Resolve, tenant: dict[str, str], platform: dict[str, str]
) -> None:
    resolution = resolve(tenant, defaults=platform, present={"redis_queue_length": PRESENT})
    joined = {(one.severity, one.dimensions): one.value for one in resolution.thresholds if not one.patterns}
    for labels in ((), *PRESENT):
        for tier in Severity:
            seen = joined.get((tier, labels), joined.get((tier, ())))
            meant = _search(tenant, platform, dict(labels), tier)
            assert (None if seen == math.inf else seen) == (None if meant == OFF else meant)


def test_each_of_a_thousand_exact_keys_is_looked_up_and_not_compared_with_all_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    monkeypatch.setattr(dimensions, "applies", lambda *asked: compared.append(asked))
    thresholds = served({f'redis_queue_length{{queue="q{n}"}}': str(n) for n in range(1_000)})
    assert thresholds == {f'{BASE}{{queue="q{n}"}}': n for n in range(1_000)}
    assert compared == []


@given(_WRITTEN, _WRITTEN, st.lists(st.sampled_from(PRESENT)))
def test_no_two_thresholds_have_the_same_identity(
    resolve: Resolve, tenant: dict[str, str], platform: dict[str, str], present: list[Labels]
) -> None:
    resolution = resolve(tenant, defaults=platform, present={"redis_queue_length": tuple(present)})
    identities = [
        (one.component, one.metric, one.severity, one.dimensions, one.patterns)
        for one in resolution.thresholds
    ]
    assert len(set(identities)) == len(identities)
