"""Reading packs' PromQL as trees, and writing selectors with their values escaped."""

import re
from collections.abc import Iterator

import promql_parser as parser

_COMMENT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|#[^\n]*""")
LONGEST = 70


def selector(metric: str, matchers: list[tuple[str, str, str]]) -> str:
    """Write ``metric{label="value",…}`` from (label, operator, value) triples."""
    if not matchers:
        return metric
    inside = ",".join(f"{label}{operator}{quoted(value)}" for label, operator, value in matchers)
    return f"{metric}{{{inside}}}"


def quoted(value: str) -> str:
    """Write a PromQL string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def one_line(expr: str) -> str:
    """Write an expression on one line, without its comments."""
    return " ".join(_COMMENT.sub(lambda match: match[1] or "", expr).split())


def parse(expr: str) -> parser.Expr:
    """Parse an expression.

    Raises:
        ValueError: The expression is not PromQL.
    """
    return parser.parse(expr)


def metric_names(expr: str) -> set[str]:
    """Return the names of all metrics that an expression reads; of ``{__name__=~"a_.+"}``, the pattern."""
    names = set()
    for node in _nodes(parse(expr)):
        if isinstance(node, parser.VectorSelector):
            by_label = [each.value for each in node.matchers.matchers if each.name == "__name__"]
            names |= {node.name} if node.name else set(by_label or [""])
    return names


def selectors(expr: str) -> list[parser.VectorSelector]:
    """Return every selector of an expression, in the order in which it is written.

    Raises:
        ValueError: The expression is not PromQL.
    """
    return [node for node in _nodes(parse(expr)) if isinstance(node, parser.VectorSelector)]


def labels_named(expr: str) -> set[str]:
    """Return every label that an expression selects, joins, keeps, drops or writes.

    Other texts given to ``label_replace`` and ``label_join`` are returned, too.
    """
    found: set[str] = set()
    for node in _nodes(parse(expr)):
        if isinstance(node, parser.VectorSelector):
            found.update(each.name for each in node.matchers.matchers)
        elif isinstance(node, parser.AggregateExpr):
            found.update(node.modifier.labels if node.modifier else ())
            found.update([node.param.val] if isinstance(node.param, parser.StringLiteral) else ())
        elif isinstance(node, parser.BinaryExpr) and node.modifier:
            found.update(node.modifier.matching.labels if node.modifier.matching else ())
            found.update(node.modifier.group_labels or ())
        elif isinstance(node, parser.Call) and node.func.name in {"label_replace", "label_join"}:
            found.update(each.val for each in node.args if isinstance(each, parser.StringLiteral))
    return found


def aggregated_by(expr: str) -> list[set[str]]:
    """Return the labels that each aggregation ``by`` labels, or of everything, keeps."""
    aggregations = (node for node in _nodes(parse(expr)) if isinstance(node, parser.AggregateExpr))
    return [
        set(node.modifier.labels if node.modifier else [])
        for node in aggregations
        if node.modifier is None or node.modifier.type == parser.AggModifierType.By
    ]


def unguarded_divisors(expr: str) -> list[str]:
    """Return the divisors that may be zero: no number, comparison ``(x > 0)`` or ``clamp_min``."""
    found = []
    for node in _nodes(parse(expr)):
        if isinstance(node, parser.BinaryExpr) and str(node.op) == "/":
            divisor = _inside(node.rhs)
            if not _is_guarded(divisor):
                found.append(" ".join(str(divisor.prettify()).split()))
    return found


def unrated_counters(expr: str) -> list[str]:
    """Return the ``…_total`` metrics whose raw, ever growing value is read."""
    tree = parse(expr)
    ranged = {id_of(node.vector_selector) for node in _nodes(tree) if isinstance(node, parser.MatrixSelector)}
    return sorted(
        node.name
        for node in _nodes(tree)
        if isinstance(node, parser.VectorSelector)
        and node.name is not None
        and node.name.endswith("_total")
        and id_of(node) not in ranged
    )


def in_one_line(node: parser.Expr) -> str:
    """Write an expression without its outer brackets, shortened in the middle where it is long."""
    text = " ".join(str(_inside(node).prettify()).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def calls(expr: str) -> Iterator[parser.Call]:
    """Return every call of a function.

    Raises:
        ValueError: The expression is not PromQL.
    """
    return (node for node in _nodes(parse(expr)) if isinstance(node, parser.Call))


def id_of(node: parser.VectorSelector) -> str:
    """Return the text that stands for a selector; the parser gives a new object at each access."""
    return str(node.prettify())


def _is_guarded(divisor: parser.Expr) -> bool:
    if isinstance(divisor, parser.BinaryExpr) and str(divisor.op) in {">", "!="}:
        return True
    if isinstance(divisor, parser.Call) and divisor.func.name == "clamp_min":
        return True
    return not any(isinstance(node, parser.VectorSelector) for node in _nodes(divisor))


def _inside(node: parser.Expr) -> parser.Expr:
    while isinstance(node, parser.ParenExpr):
        node = node.expr
    return node


def _nodes(node: parser.Expr) -> Iterator[parser.Expr]:
    found: list[parser.Expr] = []
    parser.walk(node, pre_visit=found.append)
    return iter(found)
