"""The YAML of a configuration as Alertmanager reads it, or why it cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml


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


def yaml_root(text: str) -> yaml.Node:
    """Return the first document, with merge keys resolved.

    Raises:
        UnusableConfigurationError: it is empty, not YAML, or says a field twice.
    """
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
            line, f"this is not YAML: {error.problem}", "correct indentation or quotes"
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
