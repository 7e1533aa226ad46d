"""Packs in short, as plain data for ``da-tools rule-packs list`` and ``show``."""

from typing import TypedDict

from dynamic_alerting.packs.declared_keys import catalogue_of
from dynamic_alerting.packs.own import PacksInForce
from dynamic_alerting.packs.pack import Alert, Pack, Threshold
from dynamic_alerting.packs.versions import packs_version


class PackRow(TypedDict):
    """One pack in a list."""

    pack: str
    title: str
    owner: str
    signals: int
    alerts: int
    keys: int
    origin: str
    file: str
    sha256: str


class Overview(TypedDict):
    """All packs in force, and their version: equal where an exporter serves equal packs."""

    sha256: str
    packs: list[PackRow]


class KeyDetails(TypedDict):
    """One key that tenants may write."""

    key: str
    unit: str
    direction: str
    default: str | None
    default_critical: str | None
    dimensions: list[str]
    signal: str
    alert: str
    meaning: str


class AlertDetails(TypedDict):
    """One alert, and the keys that switch it."""

    alert: str
    summary: str
    for_: str
    keys: list[str]


class PackDetails(TypedDict):
    """One pack as a whole."""

    pack: str
    title: str
    owner: str
    about: str
    keys: list[KeyDetails]
    alerts: list[AlertDetails]


def overview(force: PacksInForce) -> Overview:
    """Return one row per pack, with where it comes from: shipped, own, or own in place of a shipped one."""
    version = packs_version(catalogue_of(force.packs))
    rows = [_row(force, pack, version.by_pack[pack.pack]) for pack in force.packs]
    return Overview(sha256=version.sha256, packs=rows)


def _row(force: PacksInForce, pack: Pack, sha256: str) -> PackRow:
    origin = "shipped"
    if pack.pack in force.own:
        origin = "replaced" if pack.pack in force.replaced else "own"
    return PackRow(
        pack=pack.pack,
        title=pack.title,
        owner=pack.owner,
        signals=len(pack.recorded()),
        alerts=len(pack.thresholds) + len(pack.alerts),
        keys=len(pack.thresholds),
        origin=origin,
        file=str(force.file(pack.pack)),
        sha256=sha256,
    )


def pack_details(pack: Pack) -> PackDetails:
    """Return a pack's keys and alerts."""
    alerts = [_alert(each.alert, [each.key]) for each in pack.thresholds]
    alerts += [_alert(each, each.all_of or []) for each in pack.alerts]
    return PackDetails(
        pack=pack.pack,
        title=pack.title,
        owner=pack.owner,
        about=pack.about,
        keys=[_key(pack, each) for each in pack.thresholds],
        alerts=alerts,
    )


def _key(pack: Pack, threshold: Threshold) -> KeyDetails:
    signal = pack.signal_of(threshold)
    critical = threshold.default_critical
    return KeyDetails(
        key=threshold.key,
        unit=threshold.unit,
        direction=threshold.direction,
        default=None if threshold.default is None else str(threshold.default),
        default_critical=None if critical is None else str(critical),
        dimensions=list(signal.dimensions),
        signal=signal.record,
        alert=threshold.alert.name,
        meaning=threshold.meaning,
    )


def _alert(alert: Alert, keys: list[str]) -> AlertDetails:
    return AlertDetails(alert=alert.name, summary=alert.summary, for_=alert.for_, keys=keys)
