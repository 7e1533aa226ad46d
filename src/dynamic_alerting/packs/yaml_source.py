"""YAML that remembers its lines, so that every complaint about a pack can name one."""

import re
from dataclasses import dataclass, field

import yaml
from yaml.reader import ReaderError

Path = tuple[str | int, ...]

_NUMBER = re.compile(r"[-+]?(?:\d+|\d*\.\d+|\d+\.\d*)(?:[eE][-+]?\d+)?")
DEEPEST = 50
MOST_VALUES = 100_000
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}


class SourceError(ValueError):
    """The text is not YAML, or says a key twice.

    Attributes:
        line: 1-based line of the problem.
        advice: What to write instead.
    """

    def __init__(self, line: int, message: str, advice: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.advice = advice


@dataclass(frozen=True)
class Source:
    """Plain data and the 1-based line at which each value (or its key) stands."""

    data: object
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of ``path``, or of its nearest parent that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_source(text: str) -> Source:
    """Read one YAML document under the 1.2 core schema: ``on`` and ``30s`` stay strings.

    Raises:
        SourceError: The text is not YAML, has a duplicate key, a tag, or a key that is not a string.
    """
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SourceError(line, f"not YAML: {error.problem}", "correct the indentation or quoting") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise SourceError(line, f"not YAML: {error.reason}", "remove that character") from error
    except RecursionError as error:
        raise SourceError(1, "nested too deeply", f"nest at most {DEEPEST} levels") from error
    lines: dict[Path, int] = {}
    return Source(_plain(node, (), lines) if node is not None else None, lines)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> object:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > DEEPEST or len(lines) > MOST_VALUES:  # an alias may stand for itself, or for ever more
        message = "nested too deeply" if len(path) > DEEPEST else f"more than {MOST_VALUES} values"
        raise SourceError(node.start_mark.line + 1, message, "write it without aliases")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines) for index, item in enumerate(node.value)]
    data: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str):
            raise SourceError(line, "a mapping key must be a string", "write `name: value`")
        if key in data:
            first = lines[(*path, key)]
            raise SourceError(line, f"`{key}` is said twice, first on line {first}", "keep one of the two")
        lines[(*path, key)] = line
        data[key] = _plain(value_node, (*path, key), lines)
    return data


def _scalar(node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.style not in (None, ""):  # quoted or a block: always a string
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    return text
