"""The exporter's HTTP connections: accepting, bounding, and ending those that are held without need."""
