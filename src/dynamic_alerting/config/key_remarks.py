"""What there is to say about a threshold key that is served all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from dynamic_alerting.config.nodes import Scalar
    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.vocabulary import KnownKey, Vocabulary


def remark(known: KnownKey, node: Scalar, vocabulary: Vocabulary, report: FileReport) -> None:
    """Warn about a key, or a label of it, that no rule of the installed packs looks at."""
    if known.pack is None:
        _undeclared(known, node, vocabulary, report)
    elif known.is_other_spelling:
        _other_spelling(known, node, report)
    if known.foreign_label is not None:
        _foreign_label(known, node, vocabulary, report)


def _undeclared(known: KnownKey, node: Scalar, vocabulary: Vocabulary, report: FileReport) -> None:
    meant = vocabulary.suggestion(known.key.name)
    did_you_mean = f'Did you mean "{meant}"? ' if meant else ""
    report.on(
        "DA042",
        node,
        f"No pack declares {shortened(known.key.name)!r}: it is served, but only a rule of yours uses it.",
        f"{did_you_mean}Keep it if there is such a rule; else take a key that a pack declares.",
        text=node.text,
    )


def _other_spelling(known: KnownKey, node: Scalar, report: FileReport) -> None:
    report.on(
        "DA042",
        node,
        f"The rule pack {known.pack} calls this key {known.key.name!r}; it is served as that.",
        f'Write "{known.key.name}".',
        text=node.text,
    )


def _foreign_label(known: KnownKey, node: Scalar, vocabulary: Vocabulary, report: FileReport) -> None:
    dimensions = vocabulary.catalogue.specs[known.key.name].dimensions
    report.on(
        "DA043",
        node,
        f"The signal of {known.key.name!r} has no label {known.foreign_label!r}: no series will ever match.",
        f"Its dimensions are {listed(dimensions)}."
        if dimensions
        else "It has no dimensions; write the key alone.",
        text=node.text,
    )
