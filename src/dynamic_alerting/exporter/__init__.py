"""The threshold exporter: a snapshot of the configuration, rendered once and served over HTTP."""
