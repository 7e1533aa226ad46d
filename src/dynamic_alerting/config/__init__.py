"""YAML to model: strict loading with positions, ownership, findings and last-known-good."""
