"""Which packs the platform runs, and who counts on others."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.source_lines import SourceLines
from dynamic_alerting.config.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dynamic_alerting.config.compiled import ChosenPacks, CompiledFile
    from dynamic_alerting.config.later_findings import LaterFindings
    from dynamic_alerting.model.catalogue import Catalogue
    from dynamic_alerting.model.configuration import Configuration, Entry, Origin


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


class PacksNotRun:
    """Finds keys and `_packs` of packs that the platform does not run: no rule looks at them.

    Remembers which packs a file counts on for as long as the file does not change.

    Args:
        source: the directory or the file that is loaded, for excerpts.
        catalogue: which pack declares a key.
    """

    def __init__(self, source: Path, catalogue: Catalogue) -> None:
        self._source = source
        self._catalogue = catalogue
        self._used: dict[str, tuple[CompiledFile, dict[str, Entry]]] = {}

    def findings(self, configuration: Configuration, files: Iterable[CompiledFile]) -> Iterator[Finding]:
        """What there is to say about packs; nothing where the platform runs all of them."""
        run = configuration.packs
        if run is None:
            return
        lines = SourceLines(self._source)
        for file in files:
            used = self._packs_of(file)
            for pack in used.keys() - run:
                text = used[pack].key.text
                message = (
                    f"{text!r} belongs to the pack {pack}, which the platform does not run: no rule looks at "
                    f"it, nor at other keys of {pack} in this file."
                )
                advice = f"Delete it, or add {pack} to the packs of the platform's file."
                yield _finding(used[pack].origin, text, message, advice, lines)
        for tenant in configuration.tenants:
            others = (tenant.packs or run) - run
            if others and tenant.packs_origin is not None:
                message = f"The platform does not run {listed(sorted(others))}: no default of it is served."
                advice = f"The packs of this platform are {listed(sorted(run)) or 'none'}."
                yield _finding(tenant.packs_origin, "_packs", message, advice, lines)

    def _packs_of(self, file: CompiledFile) -> dict[str, Entry]:
        """The packs of a file's keys, each with its first key."""
        known = self._used.get(file.name)
        if known is None or known[0] is not file:
            entries = chain(file.defaults, *(tenant.entries for tenant in file.tenants))
            known = self._used[file.name] = file, self._by_pack(entries)
        return known[1]

    def _by_pack(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        first: dict[str, Entry] = {}
        for entry in entries:
            spec = self._catalogue.specs.get(entry.key.name)
            if spec is not None:
                first.setdefault(spec.pack, entry)
        return first


def _finding(origin: Origin, text: str, message: str, advice: str, lines: SourceLines) -> Finding:
    excerpt = lines.excerpt(origin, text)
    return Finding("DA079", origin.file, origin.line, origin.column, text, message, advice, excerpt)
