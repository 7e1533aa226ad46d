"""Functions that count the first value of a new series under VictoriaMetrics and not under Prometheus.

There a new instance of an exporter would count everything that its server has counted since it started.
"""

from collections.abc import Iterator

import promql_parser as parser

from dynamic_alerting.packs.duplicates import Fault
from dynamic_alerting.packs.promql import calls, in_one_line


def first_value_functions(expr: str) -> Iterator[Fault]:
    """Yield a fault for each function whose meaning differs, with what means the same in both.

    Raises:
        ValueError: The expression is not PromQL.
    """
    for call in calls(expr):
        if call.func.name in _SAME_IN_BOTH:
            message = f"`{call.func.name}` counts the first value of a new series under VictoriaMetrics"
            yield Fault(message, _SAME_IN_BOTH[call.func.name](call.args[0]))


def _rated(operand: parser.Expr) -> str:
    window = operand.range if isinstance(operand, parser.MatrixSelector | parser.SubqueryExpr) else None
    factor = "<seconds of the window>" if window is None else f"{window.total_seconds():.0f}"
    return f"write {factor} * rate({in_one_line(operand)}), which is the same in both"


def _fallen(operand: parser.Expr) -> str:
    return f"of a time stamp count the falls of its age: resets((time() - {_instant(operand)})[…:1m])"


def _compared(operand: parser.Expr) -> str:
    return f"write {_instant(operand)} - {_instant(operand)} offset <the window>"


def _instant(operand: parser.Expr) -> str:
    return in_one_line(operand.vector_selector if isinstance(operand, parser.MatrixSelector) else operand)


_SAME_IN_BOTH = {"increase": _rated, "changes": _fallen, "delta": _compared}
