"""The inhibition rules of an Alertmanager configuration, each with its line.

Read as Alertmanager reads: YAML 1.1 with anchors and merge keys, the first document, every scalar as text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import yaml

from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.routing.matchers import LabelMatcher, MatcherError, parse_matchers
from dynamic_alerting.routing.rule import InhibitionRule
from dynamic_alerting.routing.yaml_root import Problem, UnusableConfigurationError, yaml_root

_TOP_LEVEL = (
    "global",
    "templates",
    "route",
    "receivers",
    "inhibit_rules",
    "time_intervals",
    "mute_time_intervals",
    "tracing",
)
_SIDES = ("source", "target")
_FIELDS = (
    "name",
    "equal",
    *(f"{side}_{form}" for side in _SIDES for form in ("matchers", "match", "match_re")),
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is said about inhibition.

    Attributes:
        rules: in the order of the file.
        line: where ``inhibit_rules`` stands; 1 where it does not.
    """

    rules: tuple[InhibitionRule, ...]
    line: int


def read_configuration(text: str) -> Configuration:
    """Read a whole configuration, or a part of one that has ``inhibit_rules``.

    Raises:
        UnusableConfigurationError: it is not YAML, not a configuration of Alertmanager, or a rule is one that
            Alertmanager would refuse.
    """
    reader = _Reader()
    configuration = reader.configuration(yaml_root(text))
    if reader.problems:
        raise UnusableConfigurationError(reader.problems)
    return configuration


class _Reader:
    """Collects every problem, so that a person corrects them in one go."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def configuration(self, root: yaml.Node) -> Configuration:
        if not isinstance(root, yaml.MappingNode):
            advice = "name the file that Alertmanager has as --config.file"
            self._complain(root, "this is no configuration of Alertmanager, which has fields", advice)
            return Configuration((), 1)
        fields = self._mapping(root, "a configuration of Alertmanager")
        if "kind" in fields and "apiVersion" in fields:
            advice = (
                "give the alertmanager.yaml that it holds, or ask the running one with --alertmanager URL"
            )
            self._complain(root, f"this is a Kubernetes object ({fields['kind'].value})", advice)
        elif not {"route", "inhibit_rules"} & set(fields):
            near = "".join(did_you_mean(name, ("route", "inhibit_rules")) for name in fields)
            advice = f"{near}name the file that Alertmanager has as --config.file"
            self._complain(root, "this is no configuration of Alertmanager: it has no route", advice)
        for name, node in fields.items():
            if name not in _TOP_LEVEL and did_you_mean(name, ("inhibit_rules",)):
                self._complain(node, f"a configuration has no field {name}", "write inhibit_rules")
        rules = fields.get("inhibit_rules")
        if rules is None:
            return Configuration((), 1)
        items = self._items(rules, "inhibit_rules")
        line = next(key.start_mark.line + 1 for key, value in root.value if value is rules)
        return Configuration(tuple(self._rule(item, at) for at, item in enumerate(items, 1)), line)

    def _rule(self, node: yaml.Node, number: int) -> InhibitionRule:
        fields = self._mapping(node, "a rule")
        for name, value in fields.items():
            if name not in _FIELDS:
                advice = f"{did_you_mean(name, _FIELDS)}it can have {', '.join(_FIELDS)}"
                self._complain(value, f"rule {number} has a field {name}, which is not known here", advice)
        source, target = (self._side(fields, side) for side in _SIDES)
        equal = fields.get("equal")
        labels = self._texts(equal, "equal") if equal is not None else []
        return InhibitionRule(
            source, target, tuple(dict.fromkeys(labels)), number=number, line=node.start_mark.line + 1
        )

    def _side(self, fields: Mapping[str, yaml.Node], side: str) -> tuple[LabelMatcher, ...]:
        """Read both the old and the new form: where a rule has both, all conditions have to be met."""
        found: list[LabelMatcher] = []
        for name, operator in ((f"{side}_match", "="), (f"{side}_match_re", "=~")):
            if name in fields:
                for label, value in self._mapping(fields[name], name).items():
                    found.extend(self._attempt(value, partial(_matcher, label, operator)))
        name = f"{side}_matchers"
        if name in fields:
            for item in self._items(fields[name], name):
                found.extend(self._attempt(item, parse_matchers))
        return tuple(found)

    def _attempt(
        self, node: yaml.Node, read: Callable[[str], tuple[LabelMatcher, ...]]
    ) -> tuple[LabelMatcher, ...]:
        try:
            return read(self._text(node, "a matcher"))
        except MatcherError as error:
            self._complain(node, str(error), "correct it; Alertmanager would refuse the file")
            return ()

    def _texts(self, node: yaml.Node, name: str) -> list[str]:
        return [self._text(item, f"an entry of {name}") for item in self._items(node, name)]

    def _items(self, node: yaml.Node, name: str) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if not _is_null(node):
            self._complain(node, f"{name} is no list", f"write {name}: [ … ]")
        return []

    def _mapping(self, node: yaml.Node, name: str) -> dict[str, yaml.Node]:
        fields: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            if not _is_null(node):
                self._complain(node, f"{name} is fields with values, not this", "write name: value")
            return fields
        for key, value in node.value:
            fields[self._text(key, "a field's name")] = value
        return fields

    def _text(self, node: yaml.Node, name: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            return "" if _is_null(node) else str(node.value)
        self._complain(node, f"{name} is one text, not a list or fields", "put it into quotes")
        return ""

    def _complain(self, node: yaml.Node, message: str, advice: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, message, advice))


def _matcher(label: str, operator: str, value: str) -> tuple[LabelMatcher, ...]:
    return (LabelMatcher(label, operator, value),)


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")
