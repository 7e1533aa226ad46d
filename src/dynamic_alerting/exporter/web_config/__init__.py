"""`--web.config.file`: TLS, basic authentication and headers, in the Prometheus exporter-toolkit's format.

Source of the format and of every behaviour: github.com/prometheus/exporter-toolkit v0.20.0,
docs/web-configuration.md and package web. docs/web-config.md says where this implementation is stricter.
"""
