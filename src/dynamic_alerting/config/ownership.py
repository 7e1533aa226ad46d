"""Which file a tenant belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynamic_alerting.config.compiled import CompiledFile
    from dynamic_alerting.config.later_findings import LaterFindings
    from dynamic_alerting.model.configuration import Tenant

PLATFORM_PREFIX: Final = "_"


def is_platform_file(name: str) -> bool:
    """Whether a file of a directory belongs to the platform: its name starts with an underscore."""
    return name.startswith(PLATFORM_PREFIX)


def load_order(name: str) -> tuple[bool, str]:
    """Sorts file names: the platform's first, then the others, each by name."""
    return (not is_platform_file(name), name)


def stem(name: str) -> str:
    """The tenant that a file is named after."""
    return name.rpartition(".")[0]


class Ownership:
    """Gives every tenant to one tenant's file, and lays what platform files say of it below.

    The file named after a tenant has it. A tenant that only platform files name is theirs. Any other tenant
    goes, unless ownership is strict, to the tenant's file that defines it, the first in load order. Every
    other claim of a tenant's file is an error of the file that makes it. Where a file is named after a
    tenant, no other tenant's file can define that tenant, even while that file is broken or does not mention
    it: otherwise breaking a file would hand the tenant over.

    Args:
        files: all files in load order.
        is_strict: whether a tenant's file may define that tenant only.
    """

    def __init__(self, files: Sequence[CompiledFile], later: LaterFindings, *, is_strict: bool) -> None:
        self._later = later
        self._is_strict = is_strict
        self._named_after: dict[str, str] = {}  # tenant → the first file named after it
        self.tenants: dict[str, Tenant] = {}
        platform: dict[str, list[Tenant]] = {}
        guests: list[tuple[CompiledFile, Tenant]] = []
        for file in files:
            name, own = file.name, file.stem
            if name.startswith(PLATFORM_PREFIX):
                for tenant in file.tenants:
                    platform.setdefault(tenant.name, []).append(tenant)
                continue
            is_own_file = self._named_after.setdefault(own, name) is name
            for tenant in file.tenants:
                if is_own_file and tenant.name == own:
                    self.tenants[own] = tenant
                else:
                    guests.append((file, tenant))
        for name, layers in platform.items():
            above = self.tenants.get(name)
            self.tenants[name] = _stacked(
                [*reversed(layers)] if above is None else [above, *reversed(layers)]
            )
        for file, tenant in guests:
            self._claim_as_guest(file, tenant)

    def _claim(self, file: CompiledFile, tenant: Tenant, owner: Tenant | None) -> bool:
        if owner is None:
            self.tenants[tenant.name] = tenant
            return True
        self._refuse(file, tenant, f"{owner.origin.file}:{owner.origin.line}")
        return False

    def _claim_as_guest(self, file: CompiledFile, tenant: Tenant) -> None:
        name = tenant.name
        own_file = self._named_after.get(name)
        if own_file is not None:
            self._refuse(file, tenant, own_file)
        elif self._is_strict:
            self._later.add(
                file,
                "DA032",
                tenant.origin,
                text=name,
                message=f"This file may define only the tenant it is named after; {name!r} is not loaded.",
                advice=f"Move it to {name}.yaml.",
            )
        elif self._claim(file, tenant, self.tenants.get(name)):
            self._later.add(
                file,
                "DA031",
                tenant.origin,
                text=name,
                message=f"The tenant {name!r} has no file of its own, so {file.name} decides for it.",
                advice=f"Move it to {name}.yaml.",
            )

    def _refuse(self, file: CompiledFile, tenant: Tenant, owner: str) -> None:
        name, owning_file = tenant.name, owner.partition(":")[0]
        advice = f"Move it to {owning_file}, or delete it here."
        if is_platform_file(owning_file):
            advice = f"Move it to {name}.yaml, which lies over {owning_file}, or delete it here."
        self._later.add(
            file,
            "DA033",
            tenant.origin,
            text=name,
            message=f"The tenant {name!r} belongs to {owner}; what stands here is not loaded.",
            advice=advice,
        )


def _stacked(layers: Sequence[Tenant]) -> Tenant:
    """One tenant of several layers, the highest first."""
    highest, *below = layers
    if not below:
        return highest
    chooser = next((layer for layer in layers if layer.packs is not None), highest)
    return replace(highest, packs=chooser.packs, packs_origin=chooser.packs_origin, below=tuple(below))
