"""What a company changes about everything that is generated. Run `make generate` afterwards."""

# Where docs/runbooks of this checkout is published. `.example` never resolves: set your own address.
RUNBOOK_BASE_URL = "https://dynamic-alerting.example/docs/runbooks"

# Where your Grafana is, with the dashboards of this checkout in it.
DASHBOARD_BASE_URL = "https://dynamic-alerting.example/grafana"

# Where the generated ConfigMaps of the rule packs live, beside the Prometheus that mounts them.
KUBERNETES_NAMESPACE = "monitoring"
