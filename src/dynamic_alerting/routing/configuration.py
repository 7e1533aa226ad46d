"""The inhibition rules of an Alertmanager configuration, each with its line.

Read as Alertmanager reads: YAML 1.1 with anchors and merge keys, the first document, every scalar as text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.routing.matchers import LabelMatcher, MatcherError, all_match, parse_matchers

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
class Problem:
    """Why a configuration cannot be judged, where, and what to write instead."""

    line: int
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.line}: {self.message}; {self.advice}"


class UnusableConfigurationError(ValueError):
    """A text that is no Alertmanager configuration, or whose rules cannot be understood.

    Attributes:
        problems: every complaint.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


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
    configuration = reader.configuration(_root(text))
    if reader.problems:
        raise UnusableConfigurationError(reader.problems)
    return configuration


def _root(text: str) -> yaml.Node:
    try:
        loader = yaml.SafeLoader(text)  # the one in Python: only it resolves merge keys of nodes
        node = loader.get_node() if loader.check_node() else None
        mappings = list(_mappings(node, set()))
        repeated = [problem for mapping in mappings for problem in _said_twice(mapping)]
        for mapping in mappings:
            loader.flatten_mapping(mapping)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unusable(
            line, f"this is not YAML: {error.problem}", "correct indentation or quoting"
        ) from error
    except yaml.YAMLError as error:  # a character that YAML forbids
        raise _unusable(1, f"this is not YAML: {' '.join(str(error).split())}", "save it as text") from error
    except RecursionError as error:
        raise _unusable(1, "this is nested too deep", "name Alertmanager's --config.file") from error
    if node is None:
        raise _unusable(1, "the configuration is empty", "name Alertmanager's --config.file")
    if repeated:
        raise UnusableConfigurationError(repeated)
    return node


def _unusable(line: int, message: str, advice: str) -> UnusableConfigurationError:
    return UnusableConfigurationError([Problem(line, message, advice)])


def _said_twice(mapping: yaml.MappingNode) -> Iterator[Problem]:
    """Find repeated names, which Alertmanager refuses; what a merge key brings may be overridden."""
    seen: set[str] = set()
    for key, _ in mapping.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
            if key.value in seen:
                yield Problem(key.start_mark.line + 1, f"{key.value} is said twice", "keep one of the two")
            seen.add(key.value)


def _mappings(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.MappingNode]:
    """Walk over every mapping once, however often an anchor is used."""
    if node is None or id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield node
        for key, value in node.value:
            yield from _mappings(key, seen)
            yield from _mappings(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mappings(item, seen)


class _Reader:
    """Collects every problem, so that a person corrects them in one go."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def configuration(self, root: yaml.Node) -> Configuration:
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
