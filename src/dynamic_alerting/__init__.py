"""Dynamic Alerting: tenants write thresholds in YAML, a fixed set of rules alerts on all of them."""

__version__ = "0.1.0"
