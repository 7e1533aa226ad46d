"""The cases of a pack as promtool's tests: cases that can share an evaluation of the rules do, as tenants."""

from collections.abc import Iterable
from itertools import groupby

from dynamic_alerting.packs.case_story import Case
from dynamic_alerting.packs.examples import STEP, ExampleError, duration


def promtool_tests(cases: Iterable[Case]) -> list[dict[str, object]]:
    """Return promtool's tests, in the order of the alerts.

    Every test costs an evaluation of all rules of the pack at each minute, however many tenants it has. The
    cases of one alert share a test where they are looked at after the same time and differ neither in whether
    exporters go away nor in being about tenants at all; each then happens to a tenant of its own.

    Raises:
        ExampleError: two cases of one alert have the same name.
    """
    tests: list[dict[str, object]] = []
    for alert, of_alert in groupby(cases, key=lambda case: case.alert):
        together: dict[object, list[Case]] = {}
        names: set[str] = set()
        for case in of_alert:
            if case.name in names:
                raise ExampleError(f"{alert} has two examples with the same `note`: {case.name}")
            names.add(case.name)
            together.setdefault(_setting(case), []).append(case)
        tests += [_test(alert, shared) for shared in together.values()]
    return tests


def _setting(case: Case) -> object:
    return case.name if case.tenant is None else (case.outage, *case.expected)


def _test(alert: str, cases: list[Case]) -> dict[str, object]:
    series: dict[str, str] = {}
    for case in cases:
        series |= case.series
    return {
        "name": f"{alert}: {' | '.join(case.name for case in cases)}",
        "interval": f"{STEP}s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {
                "eval_time": duration(at),
                "alertname": alert,
                "exp_alerts": [firing for case in cases for firing in case.expected[at]],
            }
            for at in cases[0].expected
        ],
    }
