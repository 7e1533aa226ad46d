"""Clients of the HTTP APIs of Prometheus and Alertmanager, and building PromQL."""
