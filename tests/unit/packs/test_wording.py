"""Values are printed with their unit, by templates that a rule file may hold."""

import pytest

from dynamic_alerting.packs.pack import Alert
from dynamic_alerting.packs.wording import annotations, printed, value_template


@pytest.mark.parametrize(
    ("unit", "template"),
    [
        ("connections", "{{ $value | humanize }} connections"),
        ("percent", '{{ $value | printf "%.4g" }}%'),
        ("share", "{{ $value | humanizePercentage }}"),
        ("ratio", '{{ $value | printf "%.3g" }}'),
        ("seconds", "{{ $value | humanizeDuration }}"),
        ("bytes", "{{ $value | humanize1024 }}B"),
        ("failures per minute", '{{ $value | printf "%.4g" }} failures per minute'),
        ("", "{{ $value | humanize }}"),
    ],
)
def test_a_unit_decides_how_a_value_is_printed(unit: str, template: str) -> None:
    assert value_template(unit) == template


def test_a_form_replaces_the_number_and_keeps_the_unit() -> None:
    assert value_template("percent", "%.0f") == '{{ $value | printf "%.0f" }}%'
    assert value_template("items", "%.0f") == '{{ $value | printf "%.0f" }} items'


def test_a_description_is_printed_as_prometheus_will() -> None:
    labels = {"tenant": "db-a", "queue": "mail"}
    assert printed("{tenant}: {value} in {queue}", labels, "3 items") == "db-a: 3 items in mail"


@pytest.mark.parametrize(
    ("description", "ending"),
    [
        ("{tenant}: {value}.", "/d/dynamic-alerting-web?var-tenant={{ $labels.tenant }}"),
        ("{instance} is lost.", "/d/dynamic-alerting-web"),
    ],
)
def test_an_alert_leads_to_its_dashboard_with_its_tenant(description: str, ending: str) -> None:
    fields = {
        "name": "WebDown",
        "for": "1m",
        "summary": "Down",
        "means": "It is down.",
        "look_at": ["a", "b", "c"],
    }
    alert = Alert.model_validate({**fields, "description": description})
    assert annotations("web", alert, "state", None)["dashboard_url"].endswith(ending)
