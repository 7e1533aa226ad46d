"""What is wrong with a pack.yaml is said with its line and with what to write instead, all at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dynamic_alerting.model.label_names import RESERVED
from dynamic_alerting.packs.loading import PackError, load_packs
from dynamic_alerting.packs.pack import Pack

Load = Callable[[str], Pack]
Complaints = Callable[[str], list[str]]


def test_a_good_pack_loads(load_text: Load, good_text: str) -> None:
    pack = load_text(good_text)
    assert pack.metric_of(pack.thresholds[0]) == "connections"
    assert [signal.record for signal in pack.recorded()] == ["tenant:web_connections:max"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("default: 1000", "defualt: 1000", "unknown field `defualt`; did you mean `default`?"),
        ("  default: 1000\n", "", "12: thresholds[0].default: Field required; add this field"),
        ("area: saturation", "area: latency", "13: thresholds[0].area: Input should be"),
        ("for: 1m", "for: one minute", "23: thresholds[0].alert.for: String should match"),
        ("[one, two, three]", "[one]", "27: thresholds[0].alert.look_at: List should have at least 3 items"),
        ("default: 1000", 'default: "70:urgent"', "15: thresholds[0].default: `70:urgent` is no threshold"),
        ("default: 1000", "default: 1e999", "15: thresholds[0].default: "),
        ("default: 1000", 'default: 1\n  default_critical: "2:info"', "write the number alone"),
        ("pack: web", "pack: webs", "1: pack: `webs` stands in folder `web`"),
        ("word: Web", "word: Nginx", "`WebHighConnections` does not start with `Nginx`"),
        ("expr: web_connections", "expr: web_conections", "`web_conections` is not declared"),
        ("expr: web_connections", "expr: web_conections", "10: metrics.web_connections: nothing reads"),
        ("expr: web_connections", "expr: sum(web_connections", "20: thresholds[0].signal.expr: not PromQL"),
        ("expr: web_connections", "expr: 1 / web_connections", "divide by `(web_connections > 0)`"),
        ("expr: web_connections", "expr: \"{job='x'} or web_connections\"", "a selector names no metric"),
        ("{tenant}: {value}", "{tenant}: many", "does not say the value; put {value} into the sentence"),
        ("{tenant}: {value}", "{tenant}: {value} of {queue}", "the alert has no label `queue`"),
        ("web_connections: 1001", "web_connections: many", "`many` is neither a number"),
        ("web_connections: 1001", '"a + b": 1', "`a + b` is not the name of one series"),
        ("key: web_connections", "key: connections", "`connections` does not start with `web_`"),
        ("key: web_connections", "key: web_connections_critical", "must not end in `_critical`"),
        ("key: web_connections", "key: web_load_percent", "a key ending in _percent has the unit `percent`"),
        ("record: tenant:web_", "record: tenant:nginx_", "write tenant:web_<metric>:<operation>"),
        (
            "title: Web servers",
            "title: Web servers\ntitle: Again",
            "3: yaml: `title` is said twice, first on",
        ),
        ("title: Web servers", "title: [", "yaml: not YAML"),
        ("title: Web servers", "{a: b}: c", "yaml: "),
        ("default: 1000", "default: null", "the key has no default to compare with; add `threshold:`"),
        ("default: 1000", "default: disable", "the key has no default to compare with; add `threshold:`"),
        ("    aggregate: max", "    aggregate: max\n    dimensions: [job]", "`job` cannot be a dimension"),
        ("    aggregate: max", "    aggregate: max\n    dimensions: [a, b, c]", "keep the 2 that people set"),
        ("  signal:\n", "  signal: tenant:web_other:max\n  x:\n", "unknown field `x`"),
    ],
)
def test_a_mistake_is_named(
    before: str, after: str, said: str, good_text: str, complaints: Complaints
) -> None:
    assert before in good_text
    everything = complaints(good_text.replace(before, after, 1))
    assert any(said in each for each in everything), everything


@pytest.mark.parametrize("dimension", [*sorted(RESERVED), "queue_re"])
def test_a_dimension_that_no_tenant_could_write_is_refused(
    dimension: str, good_text: str, complaints: Complaints
) -> None:
    text = good_text.replace("    aggregate: max", f"    aggregate: max\n    dimensions: [{dimension}]", 1)
    assert any(f"`{dimension}` cannot be a dimension" in each for each in complaints(text))


@pytest.mark.parametrize(
    ("braces", "said"),
    [
        ('{pack="a"}', "'pack' is a label that the platform sets itself; leave it out"),
        ('{queue="a", metric_key=~"b.*"}', "'metric_key' is a label that the platform sets itself"),
        ('{host="a"}', "the signal has no dimension `host`; its dimensions are queue"),
        ("{queue}", "dimensional_defaults"),
    ],
)
def test_a_dimensional_default_is_a_key_that_a_tenant_could_write(
    braces: str, said: str, good_text: str, complaints: Complaints
) -> None:
    text = good_text.replace("    aggregate: max", "    aggregate: max\n    dimensions: [queue]", 1)
    text = text.replace("  default: 1000", f"  default: 1000\n  dimensional_defaults: {{'{braces}': 5}}", 1)
    assert any(said in each for each in complaints(text))


def test_the_same_series_by_two_defaults_is_refused(good_text: str, complaints: Complaints) -> None:
    both = "{'{queue=\"a\"}': 5, \"{ queue='a' }\": 6}"
    text = good_text.replace("    aggregate: max", "    aggregate: max\n    dimensions: [queue]", 1)
    text = text.replace("  default: 1000", f"  default: 1000\n  dimensional_defaults: {both}", 1)
    (said,) = complaints(text)
    assert 'is the same as `{queue="a"}`; keep one of the two' in said


def test_a_reason_listed_twice_is_refused(good_text: str, complaints: Complaints) -> None:
    states = "\nstate_filters:\n- {name: web_stuck, reasons: [x, y, x], severity: info, meaning: Stuck.}\n"
    said = "\n".join(complaints(good_text + states))
    assert "state_filters[0].reasons[2]: reason `x` is listed twice; list it once" in said


def test_a_state_filter_that_no_alert_has_is_refused(good_text: str, complaints: Complaints) -> None:
    """Without an alert there is no signal whose reasons the rules could look for."""
    filters = "state_filters: [{name: web_stuck, reasons: [Stuck], severity: info, meaning: It is stuck.}]"
    (said,) = complaints(f"{good_text}{filters}\n")
    assert "state_filters[0].name: no alert has the state filter `web_stuck`; " in said
    assert "add an alert with `state_filter: web_stuck` and a `signal`" in said


def test_a_signal_may_be_shared_but_must_exist(good_text: str, complaints: Complaints) -> None:
    start, end = good_text.index("  signal:"), good_text.index("  alert:")
    text = f"{good_text[:start]}  signal: tenant:web_other:max\n{good_text[end:]}"
    (said,) = complaints(text)
    assert "no signal records `tenant:web_other:max`; write the signal here" in said


def test_a_counter_must_be_rated(good_text: str, complaints: Complaints) -> None:
    text = good_text.replace("web_connections: open", "web_requests_total: open")
    (said,) = complaints(text.replace("expr: web_connections", "expr: web_requests_total"))
    assert "is a counter, and its raw value only grows; use rate(web_requests_total[5m])" in said


def test_all_mistakes_are_said_at_once(good_text: str, complaints: Complaints) -> None:
    text = good_text.replace("area: saturation", "area: latency").replace("for: 1m", "for: soon")
    assert len(complaints(text)) == 2


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        ("expr: web_connections", "`expr` and `severity` go together"),
        ("all_of: [web_connections]", "`all_of` names at least two keys"),
        ("all_of: [web_connections, web_x]", "no key `web_x` in this pack"),
        ("unit: state", "say exactly one of `all_of`, `state_filter` and `expr`"),
        ("state_filter: stuck", "`state_filter` and `signal` go together"),
        (
            "state_filter: stuck\n  signal: {record: tenant:web_w:max, aggregate: max, expr: up}",
            "no state filter `stuck` in this pack",
        ),
    ],
)
def test_a_further_alert_is_of_one_kind(
    alert: str, said: str, good_text: str, complaints: Complaints
) -> None:
    text = f"""{good_text}
alerts:
- name: WebBoth
  area: errors
  {alert}
  for: 1m
  summary: Both
  description: "{{tenant}}"
  means: Both.
  look_at: [one, two, three]
  example: {{fires: {{}}, quiet: {{}}}}
"""
    everything = complaints(text)
    assert any(said in each for each in everything), everything


def test_a_name_belongs_to_one_pack(tmp_path: Path, good_text: str) -> None:
    for name in ("web", "www"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text(good_text.replace("pack: web", f"pack: {name}"))
    with pytest.raises(PackError) as caught:
        load_packs(tmp_path)
    said = str(caught.value)
    assert f"{tmp_path}/www/pack.yaml:12: thresholds[0].key: key `web_connections` is already" in said
    assert f"declared by pack web ({tmp_path}/web/pack.yaml:12); rename one of the two" in said


def test_a_directory_without_packs_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no <pack>/pack\.yaml under"):
        load_packs(tmp_path)
