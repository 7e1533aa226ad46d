"""What only Prometheus can tell about a configuration: thresholds of signals that are not there."""
