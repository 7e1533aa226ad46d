"""The page for people at /: what runs, what it serves, what is wrong. No scripts, no other hosts."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from dynamic_alerting import __version__
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.exporter.discovery.learned import DiscoveryHealth
from dynamic_alerting.exporter.served import Served
from dynamic_alerting.exporter.snapshot import RenderedTenant, Snapshot

#: Rows of a table; the rest is counted, and complete in the JSON views.
_ROWS = 200

_LINKS = (
    ("/metrics", "what Prometheus scrapes"),
    ("/api/v1/config", "every value with the file, line and window that it comes from; ?tenant= and ?at="),
    ("/api/v1/findings", "everything that is wrong with the files, as JSON"),
    ("/health", "200 while the process lives"),
    ("/ready", "200 once thresholds are served"),
)

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #8885;vertical-align:top}
td.n,th.n{text-align:right}
code,pre{font:.9em/1.4 ui-monospace,monospace}pre{margin:.2rem 0;overflow-x:auto}
.error{color:light-dark(#b00020,#ff8a80);font-weight:600}
.warning{color:light-dark(#8a5300,#ffc46b);font-weight:600}
"""

#: The page loads nothing and runs nothing; whatever a file's text contains stays text.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def render_page(served: Served, now: datetime) -> str:
    """The page as HTML."""
    snapshot = served.snapshot
    body = _status(served, now)
    if served.waiting is not None and served.waiting.findings:
        body += _findings(served.waiting.findings)
    if snapshot is not None:
        body += _findings(snapshot.findings) + _tenants(list(snapshot.tenants.values()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>threshold-exporter</title><style>{_STYLE}</style></head>"
        f"<body><h1>threshold-exporter {escape(__version__)}</h1>{body}{_links()}</body></html>\n"
    )


def _status(served: Served, now: datetime) -> str:
    snapshot, health = served.snapshot, served.health
    rows = [("Serving", _serving(snapshot)), ("Last load", _last_load(served))]
    if health.last_success is not None:
        rows.append(("Last load without a rejected file", _moment(health.last_success, now)))
    if snapshot is not None:
        change = snapshot.next_change
        rows.append(("Next scheduled change", change.isoformat() if change else "nothing is scheduled"))
        rows.append(("Label values of patterns", _discovery(health.discovery, snapshot, now)))
        rows.append(("Configuration SHA-256", f"<code>{escape(snapshot.loaded.sha256)}</code>"))
    rows.append(("Packs SHA-256", f"<code>{escape(served.packs.sha256)}</code>"))
    cells = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def _moment(seconds: float, now: datetime) -> str:
    moment = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return f"{moment} ({max(0, round(now.timestamp() - seconds))} s ago)"


def _discovery(health: DiscoveryHealth, snapshot: Snapshot, now: datetime) -> str:
    names = escape(", ".join(health.names))
    if not names:
        return "no key needs it"
    if not health.configured:
        return f'<span class="warning">off</span>: give --prometheus.url to expand {names}'
    asked = "not asked yet" if health.last_success is None else f"asked {_moment(health.last_success, now)}"
    state = f"{asked}, {snapshot.expansion.label_sets} label sets of {names}"
    if health.problem is not None:
        state += f'<br><span class="error">failing, the last ones stay</span>: {escape(health.problem)}'
    return state


def _serving(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return '<span class="error">nothing yet: no configuration has been loaded</span>'
    return f"{snapshot.series} series of {len(snapshot.tenants)} tenants"


def _last_load(served: Served) -> str:
    if served.health.unreadable is not None:
        return f'<span class="error">failed</span>: {escape(served.health.unreadable)}'
    if served.waiting is not None:
        return f'<span class="warning">nothing is served yet</span>: {escape(served.waiting.reason)}'
    if served.snapshot is None:
        return "not yet"
    rejected = [status.name for status in served.snapshot.loaded.files if not status.accepted]
    if rejected:
        names = escape(", ".join(rejected[:_ROWS]))
        return f'<span class="error">rejected files, their last good state is served</span>: {names}'
    return "good"


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return "<h2>Findings</h2><p>None.</p>"
    rows = "".join(
        f'<tr><td class="{escape(finding.severity)}">{escape(finding.severity)} {escape(finding.id)}</td>'
        f"<td><code>{escape(finding.file)}:{finding.line}:{finding.column}</code></td>"
        f"<td>{escape(finding.message)} {escape(finding.advice)}"
        f"<pre>{escape(finding.excerpt)}</pre></td></tr>"
        for finding in findings[:_ROWS]
    )
    return (
        f"<h2>Findings ({len(findings)})</h2><table><tr><th>Severity</th><th>Place</th><th>What, and what to "
        f"write instead</th></tr>{rows}</table>{_more(findings, '/api/v1/findings')}"
    )


def _tenants(tenants: Sequence[RenderedTenant]) -> str:
    rows = "".join(
        f'<tr><td><a href="/api/v1/config?tenant={quote(rendered.tenant.name, safe="")}">'
        f"{escape(rendered.tenant.name)}</a></td><td><code>{escape(rendered.tenant.origin.file)}</code></td>"
        f'<td class="n">{rendered.series}</td></tr>'
        for rendered in tenants[:_ROWS]
    )
    return (
        f"<h2>Tenants ({len(tenants)})</h2><table>"
        f'<tr><th>Tenant</th><th>File</th><th class="n">Series</th></tr>{rows}</table>'
        f"{_more(tenants, '/api/v1/config')}"
    )


def _more(rows: Sequence[object], view: str) -> str:
    if len(rows) <= _ROWS:
        return ""
    return f'<p>{len(rows) - _ROWS} more: <a href="{view}">{view}</a></p>'


def _links() -> str:
    items: Iterable[str] = (f'<li><a href="{path}">{path}</a> {escape(what)}</li>' for path, what in _LINKS)
    return f"<h2>Pages</h2><ul>{''.join(items)}</ul>"
