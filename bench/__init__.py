"""Benchmarks: how much the exporter and the rules cost, each against a named peer in the same run."""
