"""What a file held and does not hold any more: kept for a while, and said.

An editor on a full disk, `> db-a.yaml`, a crash in the middle of a write: the file is there and says
nothing, or no longer mentions its tenants, its defaults, or what a tenant had. That is rarely meant, and
would take all thresholds away without a word. So the last state stays for a bounded time. What is meant can
be said: deleting the file takes everything away at once, and so does an empty mapping, ``{}``, in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.findings import Finding, place_in_file
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from datetime import datetime

    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.model.configuration import Tenant

_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Lost:
    """What is gone from a file.

    Attributes:
        everything: the file says nothing at all any more.
        tenants: those that it does not mention any more, or that have nothing behind their name.
        blocks: the platform's blocks that it does not mention any more.
        is_cut_off: it ends in the middle of a line and says less than before, whatever that is.
    """

    everything: bool
    tenants: tuple[Tenant, ...] = ()
    blocks: tuple[str, ...] = ()
    is_cut_off: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing of the present content is used."""
        return self.everything or self.is_cut_off

    def what(self) -> str:
        """What happened, as a sentence."""
        if self.is_cut_off:
            return "The file ends in the middle of a line and says less than before."
        if self.everything:
            return f"The file says nothing any more: {self.named()} stood in it."
        return f"This is gone from the file: {self.named()}."

    def named(self) -> str:
        """All of it, for a sentence."""
        names = [*self.blocks, *(shortened(tenant.name) for tenant in self.tenants[:_NAMED])]
        if len(self.tenants) > _NAMED:
            names.append(f"{len(self.tenants) - _NAMED} more tenants")
        return listed(names)


def what_is_lost(last: CompiledFile, new: CompiledFile) -> Lost | None:
    """What a file held and does not mention any more; None where it lost nothing, or says ``{}`` instead.

    One tenant of several that goes is an ordinary change; all of them at once is not.
    """
    if not new.accepted:
        return None
    names = {tenant.name for tenant in new.tenants}
    old = {tenant.name: tenant for tenant in last.tenants}
    bare = names & new.bare_tenants
    tenants = tuple(one for one in last.tenants if one.name in bare and _has_something(one))
    if old and not names & old.keys() and "tenants" not in new.said_empty:
        tenants = last.tenants
    blocks = [
        name
        for name in ("defaults", "state_filters")
        if getattr(last, name) and not getattr(new, name) and name not in new.said_empty
    ]
    if last.packs is not None and not new.says_something:
        blocks.append("packs")  # to drop the line alone is an ordinary change
    if not tenants and not blocks:
        return None
    return Lost(not new.says_something, tenants, tuple(blocks))


def with_what_it_lost(
    last: CompiledFile,
    new: CompiledFile,
    now: datetime,
    until: datetime,
    elsewhere: Callable[[], Container[str]],
    *,
    is_cut_off: bool = False,
) -> tuple[CompiledFile, datetime | None]:
    """The file with what it lost, as long as that is kept, and until when it is.

    Args:
        last: what it said before, with what is already kept.
        new: what it says now.
        now: the present.
        until: the end of keeping. A file with errors has none: as long as it is wrong, nothing goes.
        elsewhere: gives the tenants that other files have, which are not lost; asked only where it matters.
        is_cut_off: the file ends in the middle of a line, and says less than before.
    """
    lost = what_is_lost(last, new)
    if is_cut_off and new.accepted and (lost is None or not lost.everything):
        lost = Lost(everything=False, is_cut_off=True)
    elif lost is not None and lost.tenants:
        others = elsewhere()
        lost = replace(lost, tenants=tuple(one for one in lost.tenants if one.name not in others))
    if lost is None or not (lost.tenants or lost.blocks or lost.is_cut_off):
        return new, None
    if new.rejected:
        return _with(last, new, lost, None), None
    if now >= until:
        return _counted_as_gone(new, lost), None
    return _with(last, new, lost, until), until


def _with(last: CompiledFile, new: CompiledFile, lost: Lost, until: datetime | None) -> CompiledFile:
    """The file with what it lost, and the finding that says so."""
    end = "while the file has errors" if until is None else f"until {until:%Y-%m-%d %H:%M:%S} UTC"
    finding = Finding(
        "DA006",
        new.name,
        1,
        1,
        "",
        f"{lost.what()} The last state of that stays in force {end}.",
        f"Put it back. If it is meant to go: {_how_to_take_away(lost)}.",
    )
    findings = _in_order(new, finding)
    if lost.whole:
        return replace(
            last,
            accepted=False,
            tenants=last.tenants if lost.is_cut_off else lost.tenants,
            findings=findings,
            rejected=new.rejected,
            deadlines=(),
            kept_tenants=frozenset(tenant.name for tenant in lost.tenants),
        )
    kept = {tenant.name for tenant in lost.tenants}
    blocks = {name: getattr(last, name) for name in lost.blocks}
    return replace(
        new,
        accepted=False,
        findings=findings,
        tenants=(*(tenant for tenant in new.tenants if tenant.name not in kept), *lost.tenants),
        lines={**last.lines, **new.lines},
        kept_tenants=frozenset(kept),
        **blocks,
    )


def _counted_as_gone(new: CompiledFile, lost: Lost) -> CompiledFile:
    """The file as it is, with the finding that what it lost is no longer kept."""
    finding = Finding(
        "DA007",
        new.name,
        1,
        1,
        "",
        f"{lost.what()} What was kept for a while is not in force any more.",
        f"Put it back, or say that it is meant: {_how_to_take_away(lost)}.",
    )
    return replace(new, findings=_in_order(new, finding))


def without_moved(files: list[CompiledFile]) -> list[CompiledFile]:
    """Files without the tenants that are only kept in them, and that another file has by now."""
    written = {one.name for file in files for one in file.tenants if one.name not in file.kept_tenants}
    return [_without(file, file.kept_tenants & written) for file in files]


def _without(file: CompiledFile, moved: Container[str]) -> CompiledFile:
    if not moved:
        return file
    return replace(file, tenants=tuple(tenant for tenant in file.tenants if tenant.name not in moved))


def _has_something(tenant: Tenant) -> bool:
    return bool(tenant.entries or tenant.states or tenant.packs is not None)


def _how_to_take_away(lost: Lost) -> str:
    if lost.is_cut_off:
        return "end the last line with a line break, which takes it away at once"
    if lost.everything:
        return "delete the file, which takes it away at once"
    written = [f"{name}: {{}}" for name in lost.blocks]
    if lost.tenants:
        written.append(f"tenants: {{}}, or {shortened(lost.tenants[0].name)}: {{}} below tenants")
    return f"write {listed(written)}, which takes it away at once"


def _in_order(file: CompiledFile, finding: Finding) -> tuple[Finding, ...]:
    """The findings of a file and one more, in place of one that says that it holds nothing."""
    others: Iterable[Finding] = (one for one in file.findings if one.id != "DA007")
    return tuple(sorted((finding, *others), key=place_in_file))
