"""Where duplicate series break an expression, or count twice.

Rules join and sum over all tenants at once. A target that was relabelled a minute ago, one exporter for
several servers, or two Prometheus servers that write to one store give a tenant two series where there should
be one: a join that meets them fails for every tenant, and a sum doubles. Only an aggregation ``by`` labels
makes one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import promql_parser as parser

from dynamic_alerting.packs.promql import in_one_line, parse

ADDING = {"sum", "count", "avg", "stddev", "stdvar", "quantile", "count_values"}
CHOOSING = {"topk", "bottomk", "limitk", "limit_ratio"}
SET_OPERATORS = {"and", "or", "unless"}
COMPARISONS = {"==", "!=", ">", "<", ">=", "<="}
RENAMING = {"label_replace", "label_join"}
KEEP_NAMES = {"last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc"}
NAME = "__name__"


@dataclass(frozen=True, slots=True)
class Fault:
    """What duplicate series do to an expression, and what to write instead."""

    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is known of an expression's series.

    ``labels`` are all labels they can have, known only after an aggregation ``by``; until then anything a
    scrape configuration adds may tell them apart. ``fixed`` labels have one value in all of them, "" if they
    lack it. ``names`` are the metric names that are still on them; ``by_name``: nothing else may differ.
    """

    labels: frozenset[str] | None = None
    fixed: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    by_name: bool = False

    def unique_by(self, key: Iterable[str]) -> bool:
        return self.labels is not None and self.labels - self.fixed.keys() <= set(key)

    def same_without(self, label: str) -> bool:
        """Tell whether a label can be left out without making two series equal."""
        return label in self.fixed or (self.labels is not None and label not in self.labels)

    def nameless(self) -> "_Shape":
        return replace(self, names=frozenset(), by_name=False)

    def without(self, dropped: Iterable[str]) -> "_Shape":
        gone = set(dropped)
        if self.labels is not None:
            kept = {label: value for label, value in self.fixed.items() if label not in gone}
            return replace(self, labels=self.labels - gone, fixed=kept)
        return replace(self, fixed={**self.fixed, **dict.fromkeys(gone, "")})


def duplicate_faults(expr: str, aggregate: str | None = None) -> list[Fault]:
    """Return what duplicate series would do to an expression, each fault once, in reading order.

    ``aggregate`` is how the expression's own series become one per tenant, if they do.

    Raises:
        ValueError: The expression is not PromQL.
    """
    reader = _Reader()
    tree = parse(expr)
    shape = reader.read(tree)
    if aggregate in ADDING and shape is not None and shape.labels is None:
        reader.faults.append(_counts_twice(f"`aggregate: {aggregate}`", tree))
    return list(dict.fromkeys(reader.faults))


class _Reader:
    """Walks an expression and collects its faults; a scalar has no shape."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, node: parser.Expr) -> _Shape | None:  # noqa: PLR0911 - one for each kind of node
        match node:
            case parser.ParenExpr():
                return self.read(node.expr)
            case parser.VectorSelector():
                return _selected(node)
            case parser.MatrixSelector():
                return _selected(node.vector_selector)
            case parser.SubqueryExpr():
                shape = self.read(node.expr)
                # Over time the same labels may come under several names, and then side by side.
                return replace(shape, by_name=shape.by_name or len(shape.names) > 1) if shape else None
            case parser.UnaryExpr():
                return self.drop_names(self.read(node.expr), node)
            case parser.AggregateExpr():
                return self.aggregated(node)
            case parser.BinaryExpr():
                return self.combined(node)
            case parser.Call():
                return self.called(node)
        return None  # a number or a string

    def drop_names(self, shape: _Shape | None, node: parser.Expr) -> _Shape | None:
        if shape is None:
            return None
        if shape.by_name:
            message = f"`{in_one_line(node)}` removes the name, which alone tells its series apart"
            advice = "join the metrics one by one with `or`, or aggregate `by` a label made from the name"
            self.faults.append(Fault(message, advice))
        return shape.nameless()

    def aggregated(self, node: parser.AggregateExpr) -> _Shape:
        shape = self.read(node.expr) or _Shape(labels=frozenset())
        operator, modifier = str(node.op), node.modifier
        if operator in CHOOSING:
            return shape
        if operator in ADDING and shape.labels is None:
            self.faults.append(_counts_twice(f"`{operator}`", node.expr))
        if modifier is not None and modifier.type == parser.AggModifierType.Without:
            return shape.nameless().without(modifier.labels)
        labels = frozenset(modifier.labels) if modifier is not None else frozenset[str]()
        if operator == "count_values":
            labels |= {str(node.param.val)}  # type: ignore[union-attr]  # a string by its grammar
        fixed = {label: value for label, value in shape.fixed.items() if label in labels and value}
        kept = shape if NAME in labels else shape.nameless()
        return replace(kept, labels=labels, fixed=fixed)

    def called(self, node: parser.Call) -> _Shape | None:
        name = node.func.name
        shapes = [self.read(each) for each in node.args]
        shape = next((each for each in shapes if each is not None), None)
        if node.func.return_type == parser.ValueType.Scalar:
            if shape is not None and not shape.unique_by(()):
                self.faults.append(_no_number(node.args[0]))
            return None
        if name in {"vector", "absent", "absent_over_time"} or shape is None:
            return _Shape(labels=frozenset())
        if name in RENAMING:
            return self.renamed(node, shape)
        if name in KEEP_NAMES:
            return shape
        if name == "histogram_quantile":
            return shape.nameless().without(["le"])
        return self.drop_names(shape, node)

    def renamed(self, node: parser.Call, shape: _Shape) -> _Shape:
        target = _string(node.args[1])
        if not shape.same_without(target):
            message = f"`{node.func.name}` overwrites the label `{target}`, which may be all that differs"
            inside = (
                f"max by (tenant, job, instance, <the metric's own labels>) ({in_one_line(node.args[0])})"
            )
            self.faults.append(Fault(message, f"aggregate first: {node.func.name}({inside}, …)"))
        fixed = {label: value for label, value in shape.fixed.items() if label != target}
        labels = None if shape.labels is None else shape.labels | {target}
        return replace(shape, labels=labels, fixed=fixed)

    def combined(self, node: parser.BinaryExpr) -> _Shape | None:
        operator = str(node.op)
        left, right = self.read(node.lhs), self.read(node.rhs)
        if left is None or right is None:
            shape = left or right
            return shape if _filters(node, operator) else self.drop_names(shape, node)
        if operator in SET_OPERATORS:
            return _either(left, right) if operator == "or" else left
        for shape, side in ((left, node.lhs), (right, node.rhs)):
            if shape.by_name:
                self.drop_names(shape, side)
        modifier = node.modifier
        many = modifier.card if modifier is not None else parser.VectorMatchCardinality.OneToOne
        matching = modifier.matching if modifier is not None else None
        one_sides = [(left, node.lhs), (right, node.rhs)]
        result: _Shape = left
        if many == parser.VectorMatchCardinality.ManyToOne:
            one_sides = [(right, node.rhs)]
            self.check_many(left, node.lhs, node)
        elif many == parser.VectorMatchCardinality.OneToMany:
            result, one_sides = right, [(left, node.lhs)]
            self.check_many(right, node.rhs, node)
        one_to_one = len(one_sides) == 2  # noqa: PLR2004 - both sides
        joined = self.joined(node, matching, one_sides, result, one_to_one=one_to_one)
        return joined if _filters(node, operator) else joined.nameless()

    def joined(
        self,
        node: parser.BinaryExpr,
        matching: parser.LabelModifier | None,
        one_sides: list[tuple[_Shape, parser.Expr]],
        result: _Shape,
        *,
        one_to_one: bool,
    ) -> _Shape:
        if matching is None:  # whole label sets meet, and each is there once
            known = [shape.labels for shape, _ in one_sides if shape.labels is not None]
            return replace(result, labels=known[0]) if one_to_one and known else result
        labels = list(matching.labels)
        if matching.type == parser.LabelModifierType.Include:
            for shape, side in one_sides:
                if not shape.unique_by(labels):
                    self.faults.append(_not_unique(side, labels, node))
            return replace(result, labels=frozenset(labels)) if one_to_one else result
        for shape, side in one_sides:
            for label in labels:
                if not shape.same_without(label):
                    self.faults.append(_not_pinned(side, label))
        return result.without(labels) if one_to_one else result

    def check_many(self, shape: _Shape, side: parser.Expr, node: parser.BinaryExpr) -> None:
        copied = set((node.modifier and node.modifier.group_labels) or ())
        if shape.labels is None:
            self.faults.append(_not_aggregated(side))
        elif copied & shape.labels:
            names = ", ".join(sorted(copied & shape.labels))
            message = f"`{in_one_line(side)}` has the label `{names}` that the other side would overwrite"
            self.faults.append(
                Fault(message, f"leave `{names}` out of the aggregation, or out of `group_left (…)`")
            )


def _selected(node: parser.VectorSelector) -> _Shape:
    equal = {each.name: each.value for each in node.matchers.matchers if each.op == parser.MatchOp.Equal}
    name = node.name or equal.pop(NAME, None)
    return _Shape(fixed=equal, names=frozenset({name} if name else ()), by_name=name is None)


def _either(left: _Shape, right: _Shape) -> _Shape:
    fixed = {label: value for label, value in left.fixed.items() if right.fixed.get(label) == value}
    labels = None if left.labels is None or right.labels is None else left.labels | right.labels
    return _Shape(labels, fixed, left.names | right.names, left.by_name or right.by_name)


def _filters(node: parser.BinaryExpr, operator: str) -> bool:
    return operator in COMPARISONS and not (node.modifier is not None and node.modifier.return_bool)


def _counts_twice(what: str, operand: parser.Expr) -> Fault:
    text = in_one_line(operand)
    message = f"{what} counts a series twice that two Prometheus servers collect: `{text}`"
    return Fault(message, f"write max by (tenant, job, instance, <the metric's own labels>) ({text}) there")


def _no_number(operand: parser.Expr) -> Fault:
    text = in_one_line(operand)
    message = f"`scalar` is no number as soon as `{text}` has several series"
    return Fault(message, f"write scalar(max({text}))")


def _not_unique(side: parser.Expr, labels: list[str], node: parser.BinaryExpr) -> Fault:
    key, text = ", ".join(labels), in_one_line(side)
    message = f"`{text}` can have several series for one ({key}), and then `{node.op}` fails for every tenant"
    return Fault(message, f"write max by ({key}) ({text})")


def _not_aggregated(side: parser.Expr) -> Fault:
    message = f"`{in_one_line(side)}` is joined with whatever labels its targets have"
    return Fault(
        message, f"write max by (<the join's labels>, <the metric's own labels>) ({in_one_line(side)})"
    )


def _not_pinned(side: parser.Expr, label: str) -> Fault:
    message = f"`{in_one_line(side)}` can have several values of the ignored label `{label}`: then all fails"
    return Fault(message, f'select one with {label}="…", or aggregate it away')


def _string(node: parser.Expr) -> str:
    return str(node.val) if isinstance(node, parser.StringLiteral) else ""
