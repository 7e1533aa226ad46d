"""Threshold keys: what tenants write before the colon."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.matchers import Matcher

CRITICAL_SUFFIX = "_critical"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ThresholdKey:
    """One threshold key, read.

    Attributes:
        name: the key without its tier suffix and matchers, such as `redis_queue_length`.
        is_critical: whether it is spelled with the `_critical` suffix.
        matchers: the dimensions that it is for, sorted by label; empty for a base key.
        text: the key in its one canonical spelling.
    """

    name: str
    is_critical: bool
    matchers: tuple[Matcher, ...] = ()
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.name + (CRITICAL_SUFFIX if self.is_critical else ""))

    @property
    def is_regex(self) -> bool:
        """Whether any of its matchers is a pattern."""
        return any(matcher.is_regex for matcher in self.matchers)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=65_536)
def parse_key(text: str, catalogue: Catalogue) -> ThresholdKey:
    """Read a threshold key.

    Raises:
        KeySyntaxError: the text is not a threshold key.
    """
    if not _NAME.fullmatch(text):
        raise KeySyntaxError(f"{text!r} is not a threshold key", advice="write <component>_<metric>")
    if text in catalogue.specs or not text.endswith(CRITICAL_SUFFIX):
        return ThresholdKey(text, is_critical=False)
    return ThresholdKey(text.removesuffix(CRITICAL_SUFFIX), is_critical=True)
