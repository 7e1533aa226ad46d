"""Which packs the platform runs, and who counts on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.config.compiled import ChosenPacks, CompiledFile
    from dynamic_alerting.config.later_findings import LaterFindings
    from dynamic_alerting.model.configuration import Tenant


def platform_packs(platform: Iterable[CompiledFile], later: LaterFindings) -> frozenset[str] | None:
    """The packs that the last platform file with a block `packs` names; None for all of them."""
    chosen: ChosenPacks | None = None
    for file in platform:
        if file.packs is None:
            continue
        if chosen is not None:
            later.add(
                file,
                "DA046",
                file.packs.origin,
                text="packs",
                message=f"This list replaces the one in {chosen.origin.place}.",
                advice="Keep one of them.",
            )
        chosen = file.packs
    return None if chosen is None else chosen.names


def report_packs_not_run(
    files: Iterable[CompiledFile],
    tenants: Iterable[Tenant],
    packs: frozenset[str],
    later: LaterFindings,
) -> None:
    """Warn of keys and `_packs` of packs that the platform does not run: no rule looks at them."""
    by_name = {file.name: file for file in files}
    for file in by_name.values():
        for pack in file.packs_used.keys() - packs:
            used = file.packs_used[pack]
            later.add(
                file,
                "DA079",
                used.origin,
                text=used.text,
                message=f"{used.text!r} belongs to the pack {pack}, which the platform does not run: "
                f"no rule looks at it, nor at other keys of {pack} in this file.",
                advice=f"Delete it, or add {pack} to the packs of the platform's file.",
            )
    for tenant in tenants:
        others = (tenant.packs or packs) - packs
        if not others or tenant.packs_origin is None:
            continue
        later.add(
            by_name[tenant.packs_origin.file],
            "DA079",
            tenant.packs_origin,
            text="_packs",
            message=f"The platform does not run {listed(sorted(others))}: no default of it is served.",
            advice=f"The packs of this platform are {listed(sorted(packs)) or 'none'}.",
        )
