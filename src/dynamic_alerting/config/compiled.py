"""What one file says, after reading it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dynamic_alerting.config.ownership import stem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dynamic_alerting.config.answers.answer import Answer
    from dynamic_alerting.config.findings import Finding
    from dynamic_alerting.model.configuration import Entry, Origin, StateFilter, Tenant


class Deadline(NamedTuple):
    """A value that ends by itself, and what there is to say once it has ended."""

    expires: datetime
    finding: Finding


class ChosenPacks(NamedTuple):
    """Packs that a file names, and where."""

    names: frozenset[str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """What one file contributes to the configuration.

    Attributes:
        name: the file's name.
        stem: the tenant that it is named after.
        accepted: False where nothing of its present content is used: what it said last, if anything, is
            kept in the other attributes.
        is_loaded: whether any content of the file has ever been used.
        says_something: whether anything of it is configuration, if only an empty block written as {}. Empty
            files, comments alone, and files of which nothing can be used say nothing.
        defaults: of a platform file; empty in a tenant's file.
        state_filters: of a platform file; empty in a tenant's file.
        tenants: in the order of the file, each name once.
        ownership_strict: of a platform file; None where it says nothing.
        packs: of a platform file, the packs that the platform runs; None where it says nothing.
        findings: about the present content.
        rejected: how many parts (blocks, tenants, keys) of the present content are refused.
        deadlines: the values that end by themselves.
        out_of_order: by tenant, the names of keys whose tiers may be in the wrong order.
        answers: which warnings about the file somebody has answered.
        lines: lines of the content, by number, for findings that are made when all files are known.
        said_empty: the blocks that are there as an empty mapping, written out.
        bare_tenants: the tenants that have nothing behind their name, not even {}.
        kept_tenants: of the tenants, those that the present content no longer has.
    """

    name: str
    accepted: bool = True
    is_loaded: bool = False
    says_something: bool = False
    defaults: tuple[Entry, ...] = ()
    state_filters: tuple[StateFilter, ...] = ()
    tenants: tuple[Tenant, ...] = ()
    ownership_strict: bool | None = None
    packs: ChosenPacks | None = None
    findings: tuple[Finding, ...] = ()
    rejected: int = 0
    deadlines: tuple[Deadline, ...] = ()
    out_of_order: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    lines: Mapping[int, str] = field(default_factory=dict)
    said_empty: frozenset[str] = frozenset()
    bare_tenants: frozenset[str] = frozenset()
    kept_tenants: frozenset[str] = frozenset()
    stem: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: every reload asks every file.
        object.__setattr__(self, "stem", stem(self.name))
