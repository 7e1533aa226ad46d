"""What a tenants' file says, flat: to be pickled by one process and unpickled by another.

Half a million thresholds as they are, each an object of objects, take longer to pickle than to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dynamic_alerting.config.compiled import CompiledFile, Deadline
from dynamic_alerting.model.configuration import Entry, Origin, StateEntry, Tenant

if TYPE_CHECKING:
    from dynamic_alerting.config.findings import Finding
    from dynamic_alerting.config.vocabulary import Vocabulary
    from dynamic_alerting.model.states import StateValue
    from dynamic_alerting.model.values import Value

_Place = tuple[int, int]


class PackedTenant(NamedTuple):
    """A tenant; what belongs to one entry stands at the same place of four lists."""

    name: str
    place: _Place
    packs: frozenset[str] | None
    packs_place: _Place | None
    states: tuple[tuple[str, StateValue, _Place], ...]
    keys: list[str]
    values: list[Value]
    lines: list[int]
    columns: list[int]


class PackedFile(NamedTuple):
    """A file without the platform's blocks."""

    name: str
    accepted: bool
    is_loaded: bool
    tenants: tuple[PackedTenant, ...]
    findings: tuple[Finding, ...]
    rejected: int
    deadlines: tuple[Deadline, ...]
    lines: dict[int, str]


def pack(file: CompiledFile) -> PackedFile:
    """Flatten a file that holds none of the platform's blocks."""
    return PackedFile(
        file.name,
        file.accepted,
        file.is_loaded,
        tuple(map(_pack_tenant, file.tenants)),
        file.findings,
        file.rejected,
        file.deadlines,
        dict(file.lines),
    )


def unpack(packed: PackedFile, vocabulary: Vocabulary) -> CompiledFile:
    """The file again; its keys are those that the vocabulary knows."""
    vocabulary.begin_file()
    return CompiledFile(
        packed.name,
        accepted=packed.accepted,
        is_loaded=packed.is_loaded,
        tenants=tuple(_unpack_tenant(tenant, packed.name, vocabulary) for tenant in packed.tenants),
        findings=packed.findings,
        rejected=packed.rejected,
        deadlines=packed.deadlines,
        lines=packed.lines,
    )


def _pack_tenant(tenant: Tenant) -> PackedTenant:
    entries = tenant.entries
    return PackedTenant(
        tenant.name,
        tenant.origin[1:],
        tenant.packs,
        tenant.packs_origin[1:] if tenant.packs_origin else None,
        tuple((state.filter, state.value, state.origin[1:]) for state in tenant.states),
        [key.text for key, _, _ in entries],
        [value for _, value, _ in entries],
        [line for _, _, (_, line, _) in entries],
        [column for _, _, (_, _, column) in entries],
    )


def _unpack_tenant(packed: PackedTenant, file: str, vocabulary: Vocabulary) -> Tenant:
    new = tuple.__new__  # the constructor of a named tuple takes twice as long, here for every threshold
    known, read = vocabulary.known, vocabulary.key
    entries = [
        new(Entry, ((known.get(text) or read(text)).key, value, new(Origin, (file, line, column))))
        for text, value, line, column in zip(
            packed.keys, packed.values, packed.lines, packed.columns, strict=True
        )
    ]
    return Tenant(
        packed.name,
        tuple(entries),
        tuple(StateEntry(name, value, Origin(file, *place)) for name, value, place in packed.states),
        packed.packs,
        Origin(file, *packed.place),
        Origin(file, *packed.packs_place) if packed.packs_place else None,
    )
