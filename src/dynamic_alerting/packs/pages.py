"""The pages that people read about a pack: its reference and its runbook."""

from dynamic_alerting.packs.pack import Alert, Pack, Threshold

NOTE = "<!-- Generated from rule-packs/{pack}/pack.yaml by `da-tools rule-packs generate`. Do not edit. -->\n"


def reference_page(pack: Pack) -> str:
    """Return docs/rule-packs/<pack>.md: keys, signals, alerts and source metrics."""
    parts = [
        NOTE.format(pack=pack.pack),
        f"# {pack.title}\n",
        f"{pack.about}\n",
        f"Owner: {pack.owner}.\n",
        f"* Source: [pack.yaml](../../rule-packs/{pack.pack}/pack.yaml)",
        f"* Rules: [rules.yaml](../../rule-packs/{pack.pack}/rules.yaml)",
        f"* [Runbook](../runbooks/{pack.pack}.md)\n",
        _exporters(pack),
    ]
    if pack.thresholds:
        parts += [_keys(pack), _meanings(pack)]
    if pack.state_filters:
        parts.append(_state_filters(pack))
    if pack.recorded():
        parts.append(_signals(pack))
    parts += [_alerts(pack), _metrics(pack)]
    return "\n".join(parts)


def runbook_page(pack: Pack) -> str:
    """Return docs/runbooks/<pack>.md: per alert what it means, what to look at, how to tune it."""
    sections = [_runbook(each.alert, _tuning(each)) for each in pack.thresholds]
    sections += [_runbook(each, _further_tuning(each.all_of, each.state_filter)) for each in pack.alerts]
    intro = (
        f"Each alert of the [{pack.pack} pack](../rule-packs/{pack.pack}.md): what it means, what to look "
        "at first, and how to tune or silence it.\n"
    )
    return "\n".join([NOTE.format(pack=pack.pack), f"# Runbook: {pack.title}\n", intro, *sections])


def _exporters(pack: Pack) -> str:
    lines = ["## Exporters\n"]
    for exporter in pack.exporters:
        notes = f" {exporter.notes}" if exporter.notes else ""
        lines.append(f"* [{exporter.name}]({exporter.url}), {exporter.versions}.{notes}")
    return "\n".join(lines) + "\n"


def _keys(pack: Pack) -> str:
    rows = [
        [
            f"`{each.key}`",
            each.unit,
            each.direction,
            _value(each.default),
            _value(each.default_critical),
            ", ".join(f"`{label}`" for label in pack.signal_of(each).dimensions) or "-",
            _runbook_link(pack, each.alert),
        ]
        for each in pack.thresholds
    ]
    head = ["Key", "Unit", "Fires when", "Default", "Default critical", "Dimensions", "Alert"]
    words = (
        "What a tenant may write. `<key>_critical` sets the critical tier of any key, `disable` switches "
        "a key off.\n"
    )
    return f"## Keys\n\n{words}\n" + _table(head, rows)


def _meanings(pack: Pack) -> str:
    return "\n".join(f"* `{each.key}`: {each.meaning}" for each in pack.thresholds) + "\n"


def _state_filters(pack: Pack) -> str:
    rows = [
        [f"`_state_{each.name}`", ", ".join(each.reasons), each.severity, each.default, each.meaning]
        for each in pack.state_filters
    ]
    return "## State filters\n\n" + _table(["Key", "Reasons", "Severity", "Default", "Meaning"], rows)


def _signals(pack: Pack) -> str:
    rows = []
    for signal in pack.recorded():
        labels = ", ".join(f"`{label}`" for label in ["tenant", *signal.dimensions])
        rows.append([f"`{signal.record}`", labels, f"`{_on_one_line(signal.expr)}`", signal.aggregate])
    return "## Signals\n\nRecorded for every tenant, free to use in dashboards.\n\n" + _table(
        ["Signal", "Labels", "Of", "Folded by"], rows
    )


def _on_one_line(expr: str) -> str:
    """Write PromQL without its comments, which would hide what follows them on the line."""
    lines = [line for line in expr.splitlines() if not line.lstrip().startswith("#")]
    return " ".join(" ".join(lines).split())


def _alerts(pack: Pack) -> str:
    named = [(each.alert, f"`{each.key}`", each.area) for each in pack.thresholds]
    for alert in pack.alerts:
        by = " and ".join(f"`{key}`" for key in alert.all_of or [])
        by = by or (f"`_state_{alert.state_filter}`" if alert.state_filter else f"always {alert.severity}")
        named.append((alert, by, alert.area))
    rows = [
        [
            _runbook_link(pack, alert),
            area,
            by,
            alert.for_,
            alert.summary,
        ]
        for alert, by, area in named
    ]
    return "## Alerts\n\n" + _table(["Alert", "Area", "Switched by", "For", "Summary"], rows)


def _metrics(pack: Pack) -> str:
    rows = [[f"`{name}`", note] for name, note in pack.metrics.items()]
    return "## Source metrics\n\n" + _table(["Metric", "What it is and where that was verified"], rows)


def _runbook(alert: Alert, tuning: str) -> str:
    looks = "\n".join(f"{number}. {look}" for number, look in enumerate(alert.look_at, start=1))
    tune = f"{alert.tune}\n\n{tuning}" if alert.tune else tuning
    return (
        f"## {alert.name}\n\n{alert.summary}.\n\n**What it means.** {alert.means}\n\n"
        f"**Look at first.**\n\n{looks}\n\n**Tune or silence.** {tune}\n"
    )


def _tuning(threshold: Threshold) -> str:
    key, unit = threshold.key, threshold.unit
    return (
        f"Set `{key}` ({unit}, fires {threshold.direction}) or `{key}_critical` in the tenant's file; "
        f"`{key}: disable` switches the alert off; `_state_maintenance: enable` silences the whole tenant."
    )


def _further_tuning(keys: list[str] | None, state_filter: str | None) -> str:
    if keys:
        names = " and ".join(f"`{key}`" for key in keys)
        return f"It fires where {names} all fire at the same severity: tune those, or disable one of them."
    if state_filter:
        return f"`_state_{state_filter}: disable` in the tenant's file switches the alert off."
    return "It concerns the platform, not a tenant: silence it in Alertmanager while you work on it."


def _runbook_link(pack: Pack, alert: Alert) -> str:
    return f"[{alert.name}](../runbooks/{pack.pack}.md#{alert.name.lower()})"


def _value(value: object) -> str:
    return "-" if value is None else f"`{value}`"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
