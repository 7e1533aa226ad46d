"""Label matchers of dimensional keys."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One `label="value"` or `label=~"pattern"` of a dimensional key.

    Attributes:
        label: the Prometheus label name.
        value: the exact label value, or a RE2 pattern that must match all of it.
        is_regex: whether `value` is a pattern.
    """

    label: str
    value: str
    is_regex: bool = False
