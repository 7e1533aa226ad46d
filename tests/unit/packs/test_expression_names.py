"""Which names an expression reads: patterns of names, and a signal's own last value."""

from collections.abc import Callable

from dynamic_alerting.packs.pack import Pack
from dynamic_alerting.packs.promql import metric_names

Load = Callable[[str], Pack]
Complaints = Callable[[str], list[str]]


def test_a_pattern_of_names_stands_for_them() -> None:
    expr = 'label_replace({__name__=~"disk_free_.+"}, "disk", "$1", "__name__", "disk_free_(.+)") + size'
    assert metric_names(expr) == {"disk_free_.+", "size"}


def test_a_pattern_is_declared_like_a_name(good_text: str, load_text: Load, complaints: Complaints) -> None:
    by_pattern = good_text.replace("expr: web_connections", "expr: '{__name__=~\"web_conn.+\"}'")
    assert any("`web_conn.+` is not declared" in said for said in complaints(by_pattern))
    assert load_text(by_pattern.replace("  web_connections: open", "  web_conn.+: open")).metrics


def test_a_selector_without_any_name_is_refused(good_text: str, complaints: Complaints) -> None:
    nameless = good_text.replace("expr: web_connections", "expr: '{job=\"web\"}'")
    assert any("a selector names no metric" in said for said in complaints(nameless))


def test_a_signal_may_read_its_own_last_value(good_text: str, load_text: Load) -> None:
    remembered = "expr: web_connections or tenant:web_connections:max"
    pack = load_text(good_text.replace("expr: web_connections", remembered))
    assert pack.recorded()[0].expr.endswith("or tenant:web_connections:max")
