"""What a plain scalar means: the core schema of YAML 1.2.2, section 10.3.2.

YAML 1.1, which PyYAML's own loaders read, makes booleans of ``on``, ``off``, ``yes`` and ``no`` and the
number 1350 of ``22:30``. Those are ordinary words and times for the people who write tenant files.
"""

from __future__ import annotations

import math
import re
from typing import Final

from dynamic_alerting.config.nodes import Mapping, Node, Scalar, Sequence

Core = str | int | float | bool | None

_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL: Final = re.compile(r"0o[0-7]+", re.ASCII)
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_INFINITY: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NOT_A_NUMBER: Final = frozenset({".nan", ".NaN", ".NAN"})
# Python refuses to convert longer digit strings (CVE-2020-10735); as a float they keep their meaning.
_LONGEST_INTEGER: Final = 400


def resolve(scalar: Scalar) -> Core:
    """The value of one scalar in the core schema; a quoted scalar is always a string."""
    if not scalar.plain:
        return scalar.text
    if scalar.is_null:
        return None
    boolean = _BOOLEANS.get(scalar.text)
    return boolean if boolean is not None else _number(scalar.text)


def _number(text: str) -> Core:
    if _DECIMAL.fullmatch(text):
        return int(text) if len(text) <= _LONGEST_INTEGER else float(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NOT_A_NUMBER else text


def described(node: Node) -> str:
    """What a node is, in words for a message: "a list", "the number 70", "the text 'abc'", "nothing"."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = resolve(node)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {node.text}"
    if isinstance(value, int | float):
        return f"the number {shortened(node.text)}"
    return f"the text {shortened(node.text)!r}"


def shortened(text: str, limit: int = 60) -> str:
    """The text, cut with an ellipsis where it is longer than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
