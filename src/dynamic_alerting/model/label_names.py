"""Which label names a dimension can have."""

import re

from dynamic_alerting.model.errors import KeySyntaxError

PATTERN_SUFFIX = "_re"
_OF_SERVED_SERIES = {"tenant", "component", "metric", "severity", "filter", "reason"}
_OF_RULES = {"pack", "metric_key", "direction", "alertname", "alertstate"}
_OF_PROMETHEUS = {"job", "instance", "le"}
RESERVED = frozenset(_OF_SERVED_SERIES | _OF_RULES | _OF_PROMETHEUS)
"""Labels that the exporter, the generated rules or Prometheus set: a dimension of that name would be lost."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_label_name(label: str, offset: int) -> None:
    """Refuse names that are not labels or would collide with labels of the served series.

    Raises:
        KeySyntaxError: the name cannot be a dimension.
    """
    if not _NAME.fullmatch(label):
        raise KeySyntaxError(
            f"{label!r} is not a label name",
            offset=offset,
            advice='write a Prometheus label of letters, digits and "_", for example queue="email"',
        )
    if label in RESERVED:
        raise KeySyntaxError(
            f"{label!r} is a label that the platform sets itself",
            offset=offset,
            advice="leave it out, or name another label of the signal, such as queue; where the signal's own "
            f'label has this name, rename it there with label_replace: own_{label}="email"',
        )
    if label.startswith("__"):
        raise KeySyntaxError(
            f"{label!r} cannot be served: Prometheus keeps names with two underscores to itself",
            offset=offset,
            advice="name a label of the signal that Prometheus stores",
        )
    if label.endswith(PATTERN_SUFFIX):
        raise KeySyntaxError(
            f"{label!r} collides with the labels that show patterns",
            offset=offset,
            advice=f'write {label.removesuffix(PATTERN_SUFFIX)}=~"pattern" for a pattern',
        )
