"""Rules that look at some threshold-exporters only, where one Prometheus scrapes others, too.

Whether an exporter is healthy is otherwise asked of all: a healthy one of another environment would hide that
one's own are gone.
"""

import re

from promql_parser import VectorSelector

from dynamic_alerting.packs.promql import parse

# Strings and comments stand first, so that names in them are left alone.
_TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#[^\n]*"""
    r"""|(?<![\w:])(?P<name>user_threshold|user_state_filter|threshold_exporter_\w+)(?![\w:])(?P<brace>\{)?"""
)


class ExporterSelectorError(ValueError):
    """The text is not a list of label matchers."""


def checked_selector(text: str) -> str:
    """Return label matchers, such as ``job="threshold-exporter"``, as they stand between braces.

    Raises:
        ExporterSelectorError: They are none.
    """
    matchers = text.strip().removeprefix("{").removesuffix("}").strip().removesuffix(",")
    try:
        tree = parse(f"metric{{{matchers}}}")
    except ValueError as error:
        raise ExporterSelectorError(str(error)) from error
    one = isinstance(tree, VectorSelector) and tree.name == "metric" and bool(tree.matchers.matchers)
    if not one or matchers.endswith(","):
        raise ExporterSelectorError("no label matcher")
    return matchers


def narrowed(expr: str, matchers: str) -> str:
    """Return an expression in which whatever threshold-exporters serve is selected by these matchers, too."""

    def token(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        return f"{match['name']}{{{matchers}{',' if match['brace'] else '}'}"

    return _TOKEN.sub(token, expr)
