"""Why a tenant has a threshold or a state, or has none: the answer as data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.model.catalogue import KeySpec
from dynamic_alerting.model.configuration import Origin
from dynamic_alerting.model.resolution import Labels, Layer
from dynamic_alerting.model.severity import Severity


class Verdict(StrEnum):
    """What became of one thing that was written."""

    DECIDES = "decides"
    OVERRULED = "overruled"  # something that is asked before it decides
    REPLACED = "replaced"  # a stronger author's key of the same spelling stands in its place
    SILENT = "silent"  # it says nothing of this tier
    OMITTED = "omitted"  # it counts as not written: `default`, or expired
    NOT_TAKEN = "not-taken"  # a default of a pack that the tenant does not take, or the platform does not run


class Outcome(StrEnum):
    """What a search comes to."""

    SERVED = "served"
    AWAITED = "awaited"  # decided, and served as soon as there is a series with these labels
    BASE = "base"  # a label set without a threshold of its own: the base threshold is for it too
    DISABLED = "disabled"
    MOVED = "moved"  # a severity of its own takes the threshold to another tier
    UNSET = "unset"
    DROPPED = "dropped"  # decided, but the tenant has more series than are served


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is written about a key, in the place where it is asked.

    Attributes:
        layer: who says it, and how specifically.
        key: the key, canonically spelled.
        origin: where it stands.
        written: the value as it stands there, shortly.
        says: what that comes to at the instant; `default` where it counts as omitted.
        window: the schedule window in force; None outside of all.
        expires: when the value in force ends by itself.
        expired: when it ended by itself, if it has.
        verdict: what became of it.
    """

    layer: Layer
    key: str
    origin: Origin
    written: str
    says: str
    window: str | None
    expires: datetime | None
    expired: datetime | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Tier:
    """One severity of a threshold.

    Attributes:
        severity: the tier.
        outcome: what the search comes to.
        value: the number that is in force; None for none. Infinite where a dimension is disabled.
        why: one sentence.
        steps: everything written about it, in the order in which it is asked.
    """

    severity: Severity
    outcome: Outcome
    value: float | None
    why: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a threshold is for: a key as such, some label values, or a pattern as it is written.

    Attributes:
        labels: exact labels; none for the base threshold.
        patterns: labels with patterns.
        tiers: the severities about which there is anything to say.
    """

    labels: Labels
    patterns: Labels
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class KeyExplanation:
    """Everything about one key of a tenant.

    Attributes:
        name: the key's name, without tier and dimensions.
        component: the label of the served series.
        metric: the label of the served series.
        spec: what the pack declares; None for a key that no pack declares.
        targets: the base threshold, then dimensions.
    """

    name: str
    component: str
    metric: str
    spec: KeySpec | None
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class StateExplanation:
    """Why a state filter is on or off.

    Attributes:
        filter: its name.
        is_on: what is in force.
        severity: of the served series; None where there is no such filter.
        reasons: of the served series.
        origin: where what decides is written; None where nothing is.
        written: the tenant's value; None where it says nothing.
        window: the schedule window in force.
        expires: when the value in force ends by itself.
        why: one sentence.
    """

    filter: str
    is_on: bool
    severity: Severity | None
    reasons: tuple[str, ...]
    origin: Origin | None
    written: str | None
    window: str | None
    expires: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to `why has this tenant this (or no) threshold at this instant`.

    Attributes:
        tenant: its name.
        origin: where it is defined.
        at: the instant, in UTC.
        packs: the packs whose defaults it takes; None for all.
        packs_origin: where they are written.
        keys: by name, declared keys in the packs' order.
        states: all state filters, in the order of the platform's files.
        next_change: when any of the tenant's thresholds or states next could differ.
        findings: what the loader has to say about the places that were looked at.
        notes: what files alone do not tell, a sentence each.
    """

    tenant: str
    origin: Origin
    at: datetime
    packs: frozenset[str] | None
    packs_origin: Origin | None
    keys: tuple[KeyExplanation, ...]
    states: tuple[StateExplanation, ...]
    next_change: datetime | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
