"""One tenant's duplicate series fail no rule and count once, or the pack is refused."""

from collections.abc import Callable

import pytest

from dynamic_alerting.packs.duplicates import duplicate_faults
from dynamic_alerting.packs.new_series import first_value_functions

Complaints = Callable[[str], list[str]]


@pytest.mark.parametrize(
    "expr",
    [
        "a / (b > 0)",  # both from one scrape, with the same labels
        "100 * a",
        'a{type="used"} / ignoring (type) (a{type="hard"} > 0)',
        'a{type="used"} / ignoring (type) (max without (type) (a) > 0)',
        "a and on (tenant) b",
        "a > scalar(max(b))",
        "a unless on (tenant, job, instance) b == 1",
        "a or on (tenant) b",
        "max by (tenant, instance) (a) - on (tenant, instance) max by (tenant, instance) (b)",
        "max by (tenant) (a) - on (tenant, instance) max by (tenant, instance) (b)",
        "max by (tenant) (a) - on (tenant) group_right () max by (tenant, queue) (b)",
        "max by (tenant, queue) (a) - on (tenant) group_left () (max by (tenant) (b) or max by (tenant) (c))",
        'max by (tenant, role) (a{role="master"}) - on (tenant) max by (tenant) (b)',
        "sum by (tenant) (max by (tenant, instance) (a))",
        "sum without (instance) (max by (tenant, instance) (rate(a[5m]) or rate(b[5m])))",
        "count(max by (tenant) (a) > 0)",
        'label_replace(max by (tenant, key) (a), "queue", "$1", "key", "(.*)")',
        'label_replace(max without (queue) (a), "queue", "$1", "key", "(.*)")',
        """max by (tenant, disk) (
             label_replace(max by (__name__, tenant) ({__name__=~"a_.+"}), "disk", "$1", "__name__", "a_(.+)")
           )""",
        "rate(a[5m]) or rate(b[5m])",
        "max_over_time((max by (tenant) (a) or max by (tenant) (b))[5m:1m])",
        "topk(3, a)",
        "absent(a) * on () vector(1)",
        "1 + 1",
    ],
)
def test_what_duplicates_cannot_break(expr: str) -> None:
    assert [fault.message for fault in duplicate_faults(expr)] == []


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ("a - on (tenant) max by (tenant) (b)", "`a` can have several series for one (tenant)"),
        ("max by (tenant) (a) - on (tenant) b", "`b` can have several series for one (tenant)"),
        (
            "max by (tenant) (a) > on (tenant) b",
            "`b` can have several series for one (tenant), and then `>` fails",
        ),
        ("max by (tenant, queue) (a) * on (tenant) max by (tenant) (b)", "several series for one (tenant)"),
        ("max without (x) (a) * on (tenant) max by (tenant) (b)", "several series for one (tenant)"),
        ("max by (tenant) (a) - on (tenant) group_right () b", "`b` is joined with whatever labels"),
        ("a - on (tenant) group_left () max by (tenant) (b)", "`a` is joined with whatever labels"),
        (
            "max by (tenant, q) (a) * on (tenant) group_left (r) max by (tenant, r) (b)",
            "several series for one",
        ),
        ("max by (tenant, r) (a) * on (tenant) group_left (r) max by (tenant) (b)", "would overwrite"),
        ('a{type="used"} / ignoring (type) a{type=~"hard.*"}', "several values of the ignored label `type`"),
        ('a / ignoring (type) a{type="hard"}', "`a` can have several values of the ignored label `type`"),
        ('a{type="x"} / ignoring (type, kind) b{type="y"}', "several values of the ignored label `kind`"),
        ("max by (tenant, x) (a) - ignoring (x) max by (tenant) (b)", "the ignored label `x`"),
        ('rate({__name__=~"a|b"}[5m])', "removes the name, which alone tells its series apart"),
        ('100 * {__name__=~"a|b"}', "removes the name"),
        ('-{__name__=~"a|b"}', "removes the name"),
        ('{__name__=~"a|b"} > bool 1', "removes the name"),
        ('{__name__=~"a|b"} / (c > 0)', "removes the name"),
        ('max by (__name__, tenant) ({__name__=~"a|b"}) * 2', "removes the name"),
        ("max_over_time((a or b)[5m:1m])", "removes the name"),
        ('label_replace(a, "queue", "$1", "key", "(.*)")', "overwrites the label `queue`"),
        (
            'label_replace(max by (key, queue) (a), "queue", "$1", "key", "(.*)")',
            "overwrites the label `queue`",
        ),
        ('label_replace(a or b, "queue", "", "", "")', "overwrites the label `queue`"),
        ('label_join(a, "queue", "-", "x", "y")', "`label_join` overwrites the label `queue`"),
        ("a > scalar(b)", "`scalar` is no number as soon as `b` has several series"),
        ("a > scalar(max by (tenant) (b))", "`scalar` is no number"),
        ("sum by (tenant, instance) (a)", "`sum` counts a series twice"),
        ("sum without (type) (a)", "`sum` counts a series twice"),
        ("count(a > 1)", "`count` counts a series twice"),
        ("avg by (tenant) (a or b)", "`avg` counts a series twice"),
        ("sum by (tenant) (max without (x) (a))", "`sum` counts a series twice"),
        ("c and on (tenant) (sum by (tenant) (a))", "`sum` counts a series twice"),
        ("rate(a[5m]) - on (instance) rate(b[5m])", "`rate(a[5m])` can have several series"),
        ("resets((a - on (tenant) b)[5m:1m])", "several series for one (tenant)"),
    ],
)
def test_what_duplicates_would_break(expr: str, said: str) -> None:
    assert any(said in fault.message for fault in duplicate_faults(expr)), duplicate_faults(expr)


@pytest.mark.parametrize("aggregate", ["sum", "count", "avg"])
def test_a_signal_that_adds_needs_each_series_once(aggregate: str) -> None:
    (fault,) = duplicate_faults("a > 0", aggregate)
    assert fault.message.startswith(f"`aggregate: {aggregate}` counts a series twice")
    assert "write max by (tenant, job, instance, <the metric's own labels>) (a > 0)" in fault.advice
    assert duplicate_faults("max by (tenant, job, instance) (a > 0)", aggregate) == []
    assert duplicate_faults("a > 0", "max") == []


def test_the_advice_is_what_passes() -> None:
    (fault,) = duplicate_faults("(a) - on (tenant, job) max by (tenant, job) (b)")
    assert fault.advice == "write max by (tenant, job) (a)"
    assert duplicate_faults("max by (tenant, job) (a) - on (tenant, job) max by (tenant, job) (b)") == []


@pytest.mark.parametrize(
    ("expr", "advice"),
    [
        ("round(increase(a_total[10m]))", "write 600 * rate(a_total[10m])"),
        ("increase((a)[10m:1m])", "600 * rate("),
        ("changes(a_time[15m])", "count the falls of its age: resets((time() - a_time)[…:1m])"),
        ("delta(a[1h])", "write a - a offset <the window>"),
    ],
)
def test_functions_that_differ_between_engines_are_replaced(expr: str, advice: str) -> None:
    (fault,) = first_value_functions(expr)
    assert "counts the first value of a new series under VictoriaMetrics" in fault.message
    assert advice in fault.advice


def test_functions_that_mean_the_same_are_fine() -> None:
    assert not list(first_value_functions("600 * rate(a[10m]) + resets(b[5m]) + max_over_time(c[5m])"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "expr: web_connections",
            "expr: web_connections - on (tenant) web_connections",
            "20: thresholds[0].signal.expr: `web_",
        ),
        (
            "expr: web_connections",
            "expr: increase(web_connections[5m])",
            "write 300 * rate(web_connections[5m])",
        ),
        (
            "aggregate: max",
            "aggregate: sum",
            "20: thresholds[0].signal.expr: `aggregate: sum` counts a series twice",
        ),
    ],
)
def test_a_pack_is_refused_with_the_line(
    before: str, after: str, said: str, good_text: str, complaints: Complaints
) -> None:
    everything = complaints(good_text.replace(before, after, 1))
    assert any(said in each for each in everything), everything


def test_an_alert_of_the_platform_is_checked_too(good_text: str, complaints: Complaints) -> None:
    text = f"""{good_text}
alerts:
- name: WebGone
  area: errors
  expr: count(web_connections) < 1
  severity: critical
  for: 1m
  summary: Gone
  description: "{{tenant}}"
  means: Gone.
  look_at: [one, two, three]
  example: {{fires: {{}}, quiet: {{}}}}
"""
    assert any("alerts[0].expr: `count` counts a series twice" in each for each in complaints(text))
