"""Between an instant and the next change, nothing that is served differs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.configuration import Configuration, Entry, Origin, StateEntry, StateFilter, Tenant
from dynamic_alerting.model.keys import parse_key
from dynamic_alerting.model.resolution import Resolver, TenantResolution
from dynamic_alerting.model.schedule import Window
from dynamic_alerting.model.severity import Severity
from dynamic_alerting.model.values import (
    DISABLED,
    USE_DEFAULT,
    Custom,
    Override,
    Plain,
    Scheduled,
    TimeBoxed,
    Value,
)

HERE = Origin("x.yaml", 1, 1)
MICROSECOND = timedelta(microseconds=1)

# The zones' clock changes of 2026 in both directions, and the leap day.
_DAYS = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 0, tzinfo=UTC),
]
_INSTANTS = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(_DAYS),
    st.integers(-1500, 1500) | st.floats(-1500, 1500),
)
_WINDOWS = st.builds(
    lambda days, start, end, zone: Window(days, start, end, zone, f"{start}-{end} {zone}"),
    st.none() | st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.sampled_from(["UTC", "Asia/Taipei", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
).filter(lambda window: window.start != window.end)
_PLAIN: st.SearchStrategy[Plain] = st.sampled_from(
    [Custom(1.0), Custom(2.0, Severity.CRITICAL), DISABLED, USE_DEFAULT]
)


def _valued(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every form that a value can have."""
    perhaps_boxed = plain | st.builds(TimeBoxed, plain, _INSTANTS)
    overrides = st.lists(st.builds(Override, _WINDOWS, perhaps_boxed), min_size=1, max_size=3).map(tuple)
    scheduled = st.builds(Scheduled, perhaps_boxed, overrides)
    return perhaps_boxed | scheduled | st.builds(TimeBoxed, scheduled, _INSTANTS)


_KEYS = [
    parse_key(text, Catalogue.of([]))
    for text in ("a_b", "a_b_critical", "c_d", 'a_b{q="x"}', 'a_b_critical{q="x"}', 'a_b{q=~"y|z"}')
]
_ENTRIES: st.SearchStrategy[tuple[Entry, ...]] = st.dictionaries(
    st.sampled_from(_KEYS), _valued(_PLAIN), max_size=4
).map(lambda written: tuple(Entry(key, value, HERE) for key, value in written.items()))
_STATES = st.none() | _valued(st.sampled_from([True, False, USE_DEFAULT]))
_FILTERS = (StateFilter("maintenance", (), Severity.INFO, enabled_by_default=False, origin=HERE),)


def _resolver(entries: tuple[Entry, ...], defaults: tuple[Entry, ...], state: Any) -> Callable[..., Any]:
    states = () if state is None else (StateEntry("maintenance", state, HERE),)
    tenant = Tenant("db-a", entries, states, None, HERE)
    resolver = Resolver(Configuration(defaults, _FILTERS, (tenant,)), Catalogue.of([]))
    return lambda at: resolver.resolve(tenant, at)


def _windows_and_expiries(value: Value | Any) -> Iterator[Window | datetime]:
    if isinstance(value, TimeBoxed):
        yield value.expires
        yield from _windows_and_expiries(value.value)
    elif isinstance(value, Scheduled):
        yield from _windows_and_expiries(value.default)
        for override in value.overrides:
            yield override.window
            yield from _windows_and_expiries(override.value)


@given(_ENTRIES, _ENTRIES, _STATES, _INSTANTS, st.data())
@settings(max_examples=150)
def test_nothing_differs_before_the_next_change(
    entries: tuple[Entry, ...], defaults: tuple[Entry, ...], state: Any, at: datetime, data: st.DataObject
) -> None:
    resolve = _resolver(entries, defaults, state)
    now: TenantResolution = resolve(at)
    until = now.next_change
    end = at + timedelta(days=10) if until is None else until
    between = data.draw(st.lists(st.datetimes(_naive(at), _naive(end - MICROSECOND)), max_size=6))
    for instant in [end - MICROSECOND, *(one.replace(tzinfo=UTC) for one in between)]:
        then: TenantResolution = resolve(instant)
        assert (then.thresholds, then.states, then.next_change) == (now.thresholds, now.states, until)


@given(_ENTRIES, _ENTRIES, _STATES, _INSTANTS)
def test_the_next_change_is_where_a_window_or_a_time_box_ends_or_begins(
    entries: tuple[Entry, ...], defaults: tuple[Entry, ...], state: Any, at: datetime
) -> None:
    until = _resolver(entries, defaults, state)(at).next_change
    values = [state, *(entry.value for entry in (*entries, *defaults))]
    causes = [cause for value in values for cause in _windows_and_expiries(value)]
    if until is not None:
        assert until > at
        assert any(
            cause == until
            if isinstance(cause, datetime)
            else cause.contains(until) != cause.contains(until - MICROSECOND)
            for cause in causes
        )


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
