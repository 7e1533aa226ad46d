"""An explanation as text for a terminal."""

from collections.abc import Iterator

from dynamic_alerting.config.wording import listed
from dynamic_alerting.exporter.exposition import number
from dynamic_alerting.model.promql_strings import quote
from dynamic_alerting.tenants.explanation import (
    Explanation,
    KeyExplanation,
    Outcome,
    StateExplanation,
    Step,
    Target,
    Tier,
    Verdict,
)
from dynamic_alerting.tenants.value_words import instant

_VERDICTS = {
    Verdict.DECIDES: "<- decides",
    Verdict.OVERRULED: "not asked any more",
    Verdict.REPLACED: "replaced by the tenant's own",
    Verdict.SILENT: "says nothing of this tier",
    Verdict.OMITTED: "counts as omitted",
    Verdict.NOT_TAKEN: "of a pack that the tenant does not take",
}


def explained(explanation: Explanation, *, in_short: bool) -> str:
    """The whole answer; `in_short` gives a line to each threshold and state."""
    blocks = [_head(explanation)]
    if in_short:
        blocks += [_overview(explanation)]
    else:
        blocks += ["\n".join(_key(key)) for key in explanation.keys]
        blocks += ["\n".join(_state(state)) for state in explanation.states]
    blocks += explanation.notes
    blocks += [finding.explained() for finding in explanation.findings]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(explanation: Explanation) -> str:
    origin = explanation.origin
    lines = [f"{explanation.tenant} ({origin.place}) at {instant(explanation.at)}"]
    if explanation.packs is not None:
        place = explanation.packs_origin.place if explanation.packs_origin else "the platform's packs"
        packs = listed(sorted(explanation.packs)) if explanation.packs else "no pack"
        lines.append(f"takes the defaults of {packs} ({place})")
    elif not explanation.keys and not explanation.states:
        lines.append("takes the defaults of every pack")
    if explanation.next_change is not None:
        lines.append(f"next change at {instant(explanation.next_change)}")
    return "\n".join(lines)


def _key(key: KeyExplanation) -> Iterator[str]:
    if key.spec is None:
        yield f"{key.name}: declared by no rule pack"
    else:
        spec = key.spec
        yield f"{key.name} ({spec.unit}, fires {spec.direction}; pack {spec.pack}): {spec.meaning}"
    for target in key.targets:
        for tier in target.tiers:
            yield ""
            yield f"  {tier.severity}{labels_text(target)}: {_value(tier)}. {tier.why}"
            yield from _steps(tier)


def _steps(tier: Tier) -> Iterator[str]:
    cells = [_cells(step) for step in tier.steps]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
    for step, row in zip(tier.steps, cells, strict=True):
        padded = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield f"    {padded}  {row[-1]}"
        if step.says != step.written:
            yield f"      of: {step.written}"


def _cells(step: Step) -> tuple[str, str, str, str, str]:
    origin = step.origin
    says = f"{step.says} in {step.window}" if step.window else step.says
    verdict = _VERDICTS[step.verdict]
    if step.expired is not None:
        verdict = f"expired {instant(step.expired)}"
    place = f"{origin.place}:{origin.column}" if origin.line else origin.place
    return step.layer, step.key, place, says, verdict


def _value(tier: Tier) -> str:
    return "no threshold" if tier.value is None else number(tier.value)


def labels_text(target: Target) -> str:
    """The target's labels as in a key, with their braces; nothing for the base threshold."""
    matchers = [f"{label}={quote(value)}" for label, value in target.labels]
    matchers += [f"{label}=~{quote(pattern)}" for label, pattern in target.patterns]
    return f"{{{', '.join(matchers)}}}" if matchers else ""


def _state(state: StateExplanation) -> Iterator[str]:
    reasons = f", reasons {listed(state.reasons)}" if state.reasons else ""
    severity = f" ({state.severity}{reasons})" if state.severity else ""
    yield f"_state_{state.filter}{severity}: {'on' if state.is_on else 'off'}. {state.why}"


def _overview(explanation: Explanation) -> str:
    rows = [
        (key, target, tier) for key in explanation.keys for target in key.targets for tier in target.tiers
    ]
    cells = [
        (f"{key.name}{labels_text(target)}", str(tier.severity), _value(tier), tier.why)
        for key, target, tier in rows
        if tier.outcome in (Outcome.SERVED, Outcome.AWAITED, Outcome.DISABLED, Outcome.DROPPED)
        or _is_left_out(tier)
    ]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in cells
    ]
    lines += [line for state in explanation.states for line in _state(state)]
    return "\n".join([*lines, *_packs_not_taken(explanation)])


def _is_left_out(tier: Tier) -> bool:
    """Whether the tenant mentions a tier that has no threshold all the same."""
    return tier.outcome is Outcome.UNSET and any(step.verdict is Verdict.OMITTED for step in tier.steps)


def _packs_not_taken(explanation: Explanation) -> Iterator[str]:
    """A line for each pack whose defaults are not served; all of its keys would be many."""
    keys: dict[str, set[str]] = {}
    for key in explanation.keys:
        steps = (step for target in key.targets for tier in target.tiers for step in tier.steps)
        if key.spec is not None and any(step.verdict is Verdict.NOT_TAKEN for step in steps):
            keys.setdefault(key.spec.pack, set()).add(key.name)
    for pack, names in keys.items():
        yield f"The pack {pack} is not taken: the defaults of its {len(names)} keys are not served."
