"""Words of an alert: ``{tenant}`` and ``{value}`` of pack.yaml become plain Prometheus templates."""

import re

from dynamic_alerting.packs.pack import Alert
from dynamic_alerting.packs.settings import DASHBOARD_BASE_URL, RUNBOOK_BASE_URL

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
STATE = "state"  # the unit of a signal that is 1 or 0: its value says nothing that the words don't

# How a value of a unit is printed. Anything else: a humanized number and the unit's own word.
_FORMS = {
    "percent": '{{ $value | printf "%.4g" }}%',
    "ratio": '{{ $value | printf "%.3g" }}',
    "share": "{{ $value | humanizePercentage }}",
    "seconds": "{{ $value | humanizeDuration }}",
    "bytes": "{{ $value | humanize1024 }}B",
    "bytes per second": "{{ $value | humanize1024 }}B/s",
    STATE: "{{ $value }}",
}
_RATE = re.compile(r"per (second|minute|hour)$")


def annotations(pack: str, alert: Alert, unit: str, form: str | None) -> dict[str, str]:
    """Return summary, description, runbook_url and dashboard_url as they stand in the rule file."""
    words = {"value": value_template(unit, form)}

    def template(match: re.Match[str]) -> str:
        return words.get(match[1], f"{{{{ $labels.{match[1]} }}}}")

    return {
        "summary": alert.summary,
        "description": PLACEHOLDER.sub(template, alert.description),
        "runbook_url": runbook_url(pack, alert.name),
        "dashboard_url": PLACEHOLDER.sub(template, dashboard_url(pack, alert)),
    }


def printed(description: str, labels: dict[str, str], value: str | None) -> str:
    """Return a description as Prometheus will print it for these labels."""
    return PLACEHOLDER.sub(
        lambda match: (value or "") if match[1] == "value" else labels.get(match[1], ""), description
    )


def value_template(unit: str, form: str | None = None) -> str:
    """Return the template that prints a value with its unit.

    ``form`` is a printf form for the number, for units that a humanized number would garble.
    """
    if unit in _FORMS and form is None:
        return _FORMS[unit]
    if form is None and _RATE.search(unit):
        form = "%.4g"  # humanize would print half an event per second as "500m"
    number = f'{{{{ $value | printf "{form}" }}}}' if form else "{{ $value | humanize }}"
    return f"{number} {unit}".rstrip() if unit != "percent" else f"{number}%"


def runbook_url(pack: str, alert: str) -> str:
    """Return the address of an alert's runbook section, derived from its name alone."""
    return f"{RUNBOOK_BASE_URL}/{pack}.md#{alert.lower()}"


def dashboard_url(pack: str, alert: Alert) -> str:
    """Return the address of the pack's dashboard; ``{tenant}`` stands in it for the tenant to choose there.

    An alert whose description names no tenant, as those of the platform itself, has none.
    """
    address = f"{DASHBOARD_BASE_URL}/d/{dashboard_uid(pack)}"
    return f"{address}?var-tenant={{tenant}}" if "{tenant}" in alert.description else address


def dashboard_uid(name: str) -> str:
    """Return the identity that the dashboard of a pack, or the overview, has in Grafana."""
    return f"dynamic-alerting-{name}"
