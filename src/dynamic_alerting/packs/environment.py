"""Rules of one of several environments in one Prometheus, told apart by a label of all their series.

Every selector of the rules gets the label as a matcher, and everything that they record or fire has it, so
two environments share nothing but the server: docs/decisions/0008-environments.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser as parser

from dynamic_alerting.model.label_names import RESERVED
from dynamic_alerting.packs.promql import labels_named, one_line, quoted, selectors

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`"""
# What may hold a name that is no metric stands first, and is left alone.
_TOKEN = re.compile(
    rf"""{_STRING}|\#[^\n]*|\[[^\]]*\]"""
    r"""|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"""
    r"""|(?<![\w:.])(?P<name>[A-Za-z_:][\w:]*)(?![\w:]|\s*\()"""
    rf"""|\{{(?P<inside>(?:{_STRING}|[^"'`}}])*)\}}""",
    re.IGNORECASE,
)
_BRACES = re.compile(r"\s*\{")


class UnusableEnvironmentError(ValueError):
    """No label and value by which these rules' series could be told apart.

    Attributes:
        advice: what to write instead.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Environment:
    """A label that every series of an environment has, and its value there.

    Attributes:
        label: such as ``environment``.
        value: such as ``prod``.
    """

    label: str
    value: str

    @property
    def name(self) -> str:
        """The value as a part of the names of files, groups and Kubernetes objects."""
        return re.sub(r"[._-]+", "-", self.value.lower())

    @property
    def matcher(self) -> str:
        """The label matcher that selects the environment's series."""
        return f"{self.label}={quoted(self.value)}"


def environment_of(text: str) -> Environment:
    """Read ``LABEL=VALUE``.

    Raises:
        UnusableEnvironmentError: It is none, or rules and exporters have another use for the label.
    """
    label, separator, value = text.partition("=")
    if not separator or not _LABEL.fullmatch(label):
        raise UnusableEnvironmentError("no label and value", "write LABEL=VALUE, such as environment=prod")
    if label in RESERVED or label.startswith("__"):
        message = f"the exporters, the rules or Prometheus set the label `{label}` themselves"
        raise UnusableEnvironmentError(message, "name another one, such as environment=prod")
    if not _VALUE.fullmatch(value):
        message = f"`{value}` cannot be a part of the names of files and Kubernetes objects"
        advice = "use at most 63 letters, digits, `.`, `_` and `-`, with a letter or digit at both ends"
        raise UnusableEnvironmentError(message, advice)
    return Environment(label, value)


def confined(document: dict[str, Any], environment: Environment) -> dict[str, Any]:
    """Confine a rule file to an environment: what it reads, records and fires, and its groups' names.

    Args:
        document: The rule file; it is changed.
        environment: Where it belongs.

    Raises:
        UnusableEnvironmentError: The rules use the label for something else.
    """
    label = environment.label
    for group in document["groups"]:
        group["name"] = f"{environment.name}-{group['name']}"
        for rule in group["rules"]:
            if label in labels_named(rule["expr"]) or label in rule.get("labels", {}):
                name = rule.get("record") or rule["alert"]
                message = f"the rule of {name} uses the label `{label}` itself"
                raise UnusableEnvironmentError(message, "give the targets another label, such as environment")
            rule["expr"] = within(rule["expr"], environment)
            rule["labels"] = {**rule.get("labels", {}), label: environment.value}
    return document


def within(expr: str, environment: Environment) -> str:
    """Return an expression in which every selector selects the environment's series only.

    Layout and comments stay; what came out is read again and compared with what was meant.

    Raises:
        ValueError: The expression is no PromQL.
        UnusableEnvironmentError: It is written in a way that cannot be changed.
    """
    metrics = {each.name for each in selectors(expr) if each.name}
    text = "".join(_with_matcher(expr, metrics, environment.matcher))
    if not _is_confined(expr, text, environment):
        message = f"the label cannot be put into every selector of `{one_line(expr)}`"
        raise UnusableEnvironmentError(message, 'write each as `metric` or `metric{label="value"}`')
    return text


def _with_matcher(expr: str, metrics: set[str], matcher: str) -> Iterator[str]:
    end = 0
    for token in _TOKEN.finditer(expr):
        yield expr[end : token.start()]
        end = token.end()
        if token["inside"] is not None:
            inside = token["inside"]
            yield f"{{{matcher}{',' if inside.strip() else ''}{inside}}}"
        elif token["name"] in metrics and not _BRACES.match(expr, end):
            yield f"{token[0]}{{{matcher}}}"
        else:
            yield token[0]
    yield expr[end:]


def _is_confined(before: str, after: str, environment: Environment) -> bool:
    """Tell whether the selectors are the same, in the same order, each with the matcher."""
    added = (environment.label, parser.MatchOp.Equal, environment.value)
    wanted = [(each.name, [added, *_matchers(each)]) for each in selectors(before)]
    try:
        found = [(each.name, _matchers(each)) for each in selectors(after)]
    except ValueError:
        return False
    return found == wanted and not any(each.matchers.or_matchers for each in selectors(before))


def _matchers(selector: parser.VectorSelector) -> list[tuple[str, parser.MatchOp, str]]:
    return [(each.name, each.op, each.value) for each in selector.matchers.matchers]
