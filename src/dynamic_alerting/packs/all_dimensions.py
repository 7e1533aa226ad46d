"""What one pack says of every dimension of all packs: written once, filled in when all packs are known.

The platform pack tells of thresholds whose dimension was stored under another label. Which dimensions there
are, the other packs say.
"""

from collections.abc import Sequence

from dynamic_alerting.packs.pack import FurtherAlert, Pack

DIMENSION = "DIMENSION"


def with_all_dimensions(packs: Sequence[Pack]) -> list[Pack]:
    """Return the packs, in each alert's own PromQL one operand of ``or`` for each dimension of all of them.

    An operand is a line with ``DIMENSION`` in it, which stands for the dimension's name.
    """
    dimensions = dimensions_of(packs)
    return [
        pack.model_copy(update={"alerts": [_filled_in(alert, dimensions) for alert in pack.alerts]})
        for pack in packs
    ]


def dimensions_of(packs: Sequence[Pack]) -> list[str]:
    """Return every label for whose values a threshold of some pack can be set, in name order."""
    return sorted(
        {
            dimension
            for pack in packs
            for threshold in pack.thresholds
            for dimension in pack.signal_of(threshold).dimensions
        }
    )


def _filled_in(alert: FurtherAlert, dimensions: Sequence[str]) -> FurtherAlert:
    if alert.expr is None or DIMENSION not in alert.expr or not dimensions:
        return alert
    lines = [_operands(line, dimensions) if DIMENSION in line else line for line in alert.expr.splitlines()]
    return alert.model_copy(update={"expr": "\n".join(lines)})


def _operands(line: str, dimensions: Sequence[str]) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    operands = [line.strip().replace(DIMENSION, dimension) for dimension in dimensions]
    return indent + f"\n{indent}or ".join(operands)
