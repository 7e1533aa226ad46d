"""Dimension discovery: which label values the signals of open keys have now, asked of Prometheus."""
