"""What there is to say about a threshold key that can be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.wording import listed
from dynamic_alerting.model.keys import ThresholdKey

if TYPE_CHECKING:
    from dynamic_alerting.config.nodes import Scalar
    from dynamic_alerting.config.reporting import FileReport
    from dynamic_alerting.config.vocabulary import KnownKey, Vocabulary


def remark(known: KnownKey, node: Scalar, vocabulary: Vocabulary, report: FileReport) -> None:
    """Warn about a key that no rule of the installed packs looks at."""
    if known.pack is None:
        _undeclared(known, node, vocabulary, report)


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


def refuse_foreign_label(known: KnownKey, node: Scalar, vocabulary: Vocabulary, report: FileReport) -> None:
    """Refuse a declared key with a label that its pack's signal does not have.

    The pack's rules tell base thresholds from dimensional ones by the pack's own dimensions, so they would
    take this one for a base threshold, and the tenant would have two.
    """
    key = known.key
    dimensions = vocabulary.catalogue.specs[key.name].dimensions
    advice = f"It has no labels; write {key.name} without braces."
    if dimensions:
        used = {matcher.label for matcher in key.matchers}
        label = next((one for one in dimensions if one not in used), dimensions[0])
        foreign = next(matcher for matcher in key.matchers if matcher.label == known.foreign_label)
        example = ThresholdKey(key.name, key.is_critical, (replace(foreign, label=label),))
        advice = f"Its labels are {listed(dimensions)}, as in {shortened(example.text, 120)}."
    report.on(
        "DA043",
        node,
        f"The signal of {known.key.name!r} has no label {known.foreign_label!r}; the key is not served.",
        advice,
        text=node.text,
    )
