"""One inhibition rule, and what Alertmanager does because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynamic_alerting.routing.matchers import LabelMatcher, all_match


@dataclass(frozen=True, slots=True)
class InhibitionRule:
    """One rule: an alert that the source matches silences those that the target matches.

    Attributes:
        source: conditions on the alert that silences.
        target: conditions on the alerts that it silences.
        equal: labels in which the two have to agree; two missing labels agree.
        number: its place in the list, from 1.
        line: where it begins.
    """

    source: tuple[LabelMatcher, ...]
    target: tuple[LabelMatcher, ...]
    equal: tuple[str, ...]
    number: int = field(default=0, compare=False)
    line: int = field(default=1, compare=False)

    def key(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return what an alert has to share with another one."""
        return tuple(labels.get(label, "") for label in self.equal)

    def silences(self, source: Mapping[str, str], target: Mapping[str, str]) -> bool:
        """Tell whether one alert holds another one's notification back.

        An alert that both sides match is not silenced by another one that both sides match.
        """
        return (
            all_match(self.target, target)
            and all_match(self.source, source)
            and self.key(source) == self.key(target)
            and not (all_match(self.source, target) and all_match(self.target, source))
        )

    def written(self) -> dict[str, Any]:
        """Return the rule as a configuration has it, in the form of today."""
        return {
            "source_matchers": [str(matcher) for matcher in self.source],
            "target_matchers": [str(matcher) for matcher in self.target],
            "equal": list(self.equal),
        }
