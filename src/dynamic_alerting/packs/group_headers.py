"""How to read a group of rules: the comment above it in ``rules.yaml``, for whoever is on call."""

SLOW = """\
Once a minute. tenant:alert_threshold:<key> is a copy of what the threshold-exporters serve for a key, by
tenant, severity, and the key's dimensions. While no exporter is healthy it keeps its own last value, and
alerts use it. What changed in the last minute before such an outage may be kept as it was before.
Then come signals for dashboards."""

PLAIN = """\
Every alert compares a signal, one value a tenant, with the tenants' thresholds: what is served
(user_threshold) or, while no threshold-exporter is healthy, the last copy (tenant:alert_threshold:<key>).
`max by (tenant, severity)` makes one threshold of two replicas'. `group_right ()` gives the result the
threshold's severity, so one alert serves all tiers. The last line silences a tenant in maintenance.
For a tenant's numbers, begin with the alert's runbook: a command and a query, ready to paste."""

DIMENSIONAL = """\
Keys with dimensions: tenant:candidate:value crosses any threshold of its tenant, tenant:crossing:value the
one that applies to it (exact, else for a part of its dimensions, else the base)."""

NO_TENANT = "About the threshold-exporters. These alerts have no tenant: route them to the platform team."
