"""Panels of Grafana dashboards as plain data: schema version 42 of the classic model.

Grafana 12.2 to 13 write that version, and later ones read it: `apps/dashboard/pkg/migration/README.md` in
grafana/grafana, and https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/.
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
SCHEMA_VERSION = 42
COLUMNS = 24
DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
SEVERITY_COLOURS = {"info": "blue", "warning": "orange", "critical": "red"}

_UNITS = {  # a pack's unit → Grafana's id for it, packages/grafana-data/src/valueFormats/categories.ts
    "percent": "percent",
    "ratio": "percentunit",
    "share": "percentunit",
    "seconds": "s",
    "bytes": "bytes",
    "bytes per second": "binBps",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query of a panel."""

    expr: str
    legend: str = ""
    instant: bool = False


@dataclass
class Layout:
    """Places panels from left to right and top to bottom, and gives each a number."""

    panels: list[Json] = field(default_factory=list)
    x: int = 0
    y: int = 0
    line: int = 0  # height of the line being filled

    def row(self, title: str) -> None:
        """Start a titled row."""
        self._wrap()
        self._put({"type": "row", "title": title, "collapsed": False, "panels": []}, COLUMNS, 1)

    def add(self, panel: Json, width: int, height: int) -> None:
        """Place a panel; a line that is full is followed by the next."""
        if self.x + width > COLUMNS:
            self._wrap()
        self._put(panel, width, height)

    def _put(self, panel: Json, width: int, height: int) -> None:
        place = {"h": height, "w": width, "x": self.x, "y": self.y}
        self.panels.append({"id": len(self.panels) + 1, **panel, "gridPos": place})
        self.x += width
        self.line = max(self.line, height)

    def _wrap(self) -> None:
        self.x, self.y, self.line = 0, self.y + self.line, 0


def time_series(title: str, queries: list[Query], *, unit: str = "", description: str = "") -> Json:
    """Draw lines; those whose legend ends in a severity are the dashed lines of that tier."""
    defaults: Json = {
        "unit": _UNITS.get(unit, "short"),
        "custom": {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 5, "showPoints": "never"},
    }
    if unit and unit not in _UNITS:
        defaults["custom"]["axisLabel"] = unit
    if unit == "state":
        defaults |= {"min": 0, "max": 1, "decimals": 0}
    options = {
        "legend": {
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    overrides = [_tier(severity, colour) for severity, colour in SEVERITY_COLOURS.items()]
    return _panel(
        "timeseries", title, queries, defaults, options, description=description, overrides=overrides
    )


def stat(title: str, query: Query, steps: list[Json]) -> Json:
    """Show one number; ``steps`` colour it, the first has no ``value``."""
    defaults: Json = {"thresholds": {"mode": "absolute", "steps": steps}, "unit": "none", "noValue": "0"}
    options = {
        "colorMode": "background",
        "graphMode": "none",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return _panel("stat", title, [query], defaults, options)


def table(title: str, query: Query, columns: list[str]) -> Json:
    """List the series of an instant query, one column per label."""
    hidden = {"Time": True, "Value": True, "__name__": True}
    order = {name: index for index, name in enumerate(columns)}
    panel = _panel("table", title, [query], {}, {"showHeader": True, "cellHeight": "sm"})
    panel["targets"][0]["format"] = "table"
    panel["transformations"] = [
        {"id": "organize", "options": {"excludeByName": hidden, "indexByName": order, "renameByName": {}}}
    ]
    panel["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": "severity"}, "properties": _severity_cells()}
    ]
    return panel


def state_timeline(title: str, query: Query, states: dict[str, tuple[str, str]]) -> Json:
    """Show when each series had which value; ``states`` maps values to a word and a colour."""
    mapped = {
        value: {"text": word, "color": colour, "index": index}
        for index, (value, (word, colour)) in enumerate(states.items())
    }
    defaults: Json = {
        "mappings": [{"type": "value", "options": mapped}],
        "custom": {"fillOpacity": 80, "lineWidth": 0},
    }
    options = {
        "mergeValues": True,
        "showValue": "never",
        "rowHeight": 0.9,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return _panel("state-timeline", title, [query], defaults, options)


def _panel(
    kind: str,
    title: str,
    queries: list[Query],
    defaults: Json,
    options: Json,
    *,
    description: str = "",
    overrides: list[Json] | None = None,
) -> Json:
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": [_target(index, query) for index, query in enumerate(queries)],
        "fieldConfig": {"defaults": defaults, "overrides": overrides or []},
        "options": options,
    }


def _target(index: int, query: Query) -> Json:
    return {
        "refId": chr(ord("A") + index),
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "instant": query.instant,
        "range": not query.instant,
    }


def _tier(severity: str, colour: str) -> Json:
    properties: list[Json] = [
        {"id": "color", "value": {"mode": "fixed", "fixedColor": colour}},
        {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [10, 10]}},
        {"id": "custom.fillOpacity", "value": 0},
    ]
    return {"matcher": {"id": "byRegexp", "options": f"/ {severity}$/"}, "properties": properties}


def _severity_cells() -> list[Json]:
    mapped = {
        name: {"text": name, "color": colour, "index": index}
        for index, (name, colour) in enumerate(SEVERITY_COLOURS.items())
    }
    return [
        {"id": "mappings", "value": [{"type": "value", "options": mapped}]},
        {"id": "custom.cellOptions", "value": {"type": "color-text"}},
    ]
