"""Threshold keys: what tenants write before the colon."""

from dataclasses import dataclass, field
from functools import lru_cache

from dynamic_alerting.model.catalogue import Catalogue
from dynamic_alerting.model.errors import KeySyntaxError
from dynamic_alerting.model.key_grammar import CRITICAL_SUFFIX, read_key
from dynamic_alerting.model.matchers import Matcher
from dynamic_alerting.model.promql_strings import quote

__all__ = ["CRITICAL_SUFFIX", "ThresholdKey", "parse_key"]


@dataclass(frozen=True, slots=True)
class ThresholdKey:
    """One threshold key, read.

    Attributes:
        name: the key without its tier suffix and matchers, such as `redis_queue_length`.
        is_critical: whether it is spelled with the `_critical` suffix.
        matchers: the dimensions that it is for, sorted by label; empty for a base key.
        text: the key in its one canonical spelling, which reads back as the same key.
        selector: the canonical spelling of the matchers alone, with their braces; empty for a base key.
        exact: label and value of the exact matchers.
        patterns: label and pattern of the regex matchers.
    """

    name: str
    is_critical: bool
    matchers: tuple[Matcher, ...] = ()
    text: str = field(init=False, repr=False, compare=False)
    selector: str = field(init=False, repr=False, compare=False)
    exact: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)
    patterns: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        matchers = self.matchers
        # Worked out once, because keys are read once and resolved often.
        selector = f"{{{', '.join(_spell(matcher) for matcher in matchers)}}}" if matchers else ""
        text = f"{self.name}{CRITICAL_SUFFIX if self.is_critical else ''}{selector}"
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "selector", selector)
        object.__setattr__(self, "exact", tuple((m.label, m.value) for m in matchers if not m.is_regex))
        object.__setattr__(self, "patterns", tuple((m.label, m.value) for m in matchers if m.is_regex))

    @property
    def is_regex(self) -> bool:
        """Whether any of its matchers is a pattern."""
        return bool(self.patterns)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=1_024)  # whoever reads files keeps what it read
def parse_key(text: str, catalogue: Catalogue) -> ThresholdKey:
    """Read a threshold key.

    A declared key that itself ends in `_critical` is that key, not a tier.

    Args:
        text: the key as written.
        catalogue: the keys that packs declare.

    Raises:
        KeySyntaxError: the text is not a threshold key, or is another spelling of a declared key.
    """
    spelled, matchers = read_key(text)
    is_critical = spelled.endswith(CRITICAL_SUFFIX) and spelled not in catalogue.specs
    name = spelled.removesuffix(CRITICAL_SUFFIX) if is_critical else spelled
    key = ThresholdKey(name, is_critical, matchers)
    if name not in catalogue.specs:
        _check_undeclared(key, text.index(spelled), catalogue)
    return key


def _check_undeclared(key: ThresholdKey, offset: int, catalogue: Catalogue) -> None:
    component, _, metric = key.name.partition("_")
    if not metric:
        raise KeySyntaxError(
            f"{key.name!r} names a component but no metric",
            offset=offset,
            advice=f"write <component>_<metric>, for example {component}_connections",
        )
    declared = catalogue.declared_as(component, metric)
    if declared is not None:
        raise KeySyntaxError(
            f"{key.name!r} would be served as the same series as the key {declared}",
            offset=offset,
            advice=f"write {ThresholdKey(declared, key.is_critical, key.matchers)}",
        )


def _spell(matcher: Matcher) -> str:
    return f"{matcher.label}{'=~' if matcher.is_regex else '='}{quote(matcher.value)}"
