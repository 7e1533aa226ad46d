"""One file: from its bytes to what it says."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from dynamic_alerting.config.answers.reading import may_hold_answers, read_answers
from dynamic_alerting.config.builder import DocumentRefused, build
from dynamic_alerting.config.compiled import ChosenPacks, CompiledFile
from dynamic_alerting.config.deadlines import Deadlines
from dynamic_alerting.config.nodes import Mapping, Node, Scalar
from dynamic_alerting.config.pack_names import read_pack_names
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.scalars import described, shortened
from dynamic_alerting.config.source_text import decode
from dynamic_alerting.config.states import read_filters
from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.config.tenants import TenantReader
from dynamic_alerting.config.thresholds import ThresholdReader
from dynamic_alerting.config.wording import listed
from dynamic_alerting.model.configuration import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynamic_alerting.config.answers.answer import Answer
    from dynamic_alerting.config.vocabulary import Vocabulary
    from dynamic_alerting.model.configuration import Entry, StateFilter, Tenant

TENANT_BLOCKS: Final = ("tenants",)
PLATFORM_BLOCKS: Final = ("packs", "defaults", "state_filters", "tenants", "ownership")
OWNERSHIP_RULES: Final = ("warn", "strict")

NO_NAMES: Final[frozenset[str]] = frozenset()
LAST_STATE_STAYS: Final = "Its last valid state stays in force."
NOTHING_LOADED: Final = "Nothing of this file is loaded."


class _Kept(Enum):
    """The type of KEPT: the block is there but cannot be read, so what it last said stays."""

    KEPT = "kept"


KEPT: Final = _Kept.KEPT


def read_file(
    name: str, data: bytes, vocabulary: Vocabulary, previous: CompiledFile | None, *, is_platform: bool
) -> CompiledFile:
    """Read one file.

    Args:
        name: its name inside the directory.
        data: its bytes.
        vocabulary: what the packs declare.
        previous: what the file said before; kept as a whole where the present content cannot be read, and
            key by key where a value cannot.
        is_platform: whether it may hold every block, and not only ``tenants``.
    """
    vocabulary.begin_file()
    last = previous or CompiledFile(name)
    report = FileReport(name)
    text = decode(data, report)
    if text is None:
        return rejected(last, report)
    report = FileReport(name, text)
    try:
        blocks = _blocks(build(text, report), report)
    except DocumentRefused:
        return rejected(last, report)
    answers = read_answers(text, report) if may_hold_answers(text) else ()
    return _FileReader(vocabulary, report, last, answers, is_platform=is_platform).read(blocks)


def rejected(last: CompiledFile, report: FileReport) -> CompiledFile:
    """The file as it was last valid, with the findings that say why its present content is not used."""
    report.append_consequence(0, LAST_STATE_STAYS if last.is_loaded else NOTHING_LOADED)
    return replace(last, accepted=False, findings=report.closed(), rejected=0, deadlines=())


def _blocks(root: Node | None, report: FileReport) -> Mapping | None:
    """The mapping of blocks; None for an empty file."""
    if root is None or (isinstance(root, Scalar) and root.is_null):
        return None
    if not isinstance(root, Mapping):
        report.on(
            "DA022",
            root,
            f"The file is {described(root)}; it is a mapping of blocks.",
            'Start it with "tenants:", and indent the tenants below.',
        )
        raise DocumentRefused
    if root.repeated:
        raise DocumentRefused
    return root


class _FileReader:
    """Reads the blocks of one file."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        report: FileReport,
        last: CompiledFile,
        answers: tuple[Answer, ...],
        *,
        is_platform: bool,
    ) -> None:
        self._vocabulary = vocabulary
        self._report = report
        self._last = last
        self._is_platform = is_platform
        self._answers = answers
        self._deadlines = Deadlines(report)
        self._written: dict[str, Mapping] = {}  # the blocks that are mappings
        self._bare_tenants = NO_NAMES
        self._refuses_blocks = False
        self._out_of_order: dict[str, frozenset[str]] = {}

    def read(self, blocks: Mapping | None) -> CompiledFile:
        if blocks is not None:
            self._report_other_blocks(blocks)
        tenants = self._tenants(self._block(blocks, "tenants"))
        defaults: tuple[Entry, ...] = ()
        filters: tuple[StateFilter, ...] = ()
        is_strict: bool | None = None
        packs: ChosenPacks | None = None
        if blocks is not None and self._is_platform:
            defaults = self._defaults(self._block(blocks, "defaults"))
            filters = self._filters(self._block(blocks, "state_filters"))
            is_strict = self._ownership(blocks.get("ownership"))
            packs = self._packs(blocks)
        if not self._is_platform and not tenants and not self._report.errors:
            self._report_nothing()
        return CompiledFile(
            self._last.name,
            is_loaded=True,
            says_something=bool(tenants) or self._says_something(defaults, filters, is_strict, packs),
            defaults=defaults,
            state_filters=filters,
            tenants=tenants,
            ownership_strict=is_strict,
            packs=packs,
            findings=self._report.closed(),
            rejected=self._report.errors,
            deadlines=tuple(self._deadlines.noted),
            out_of_order=self._out_of_order,
            answers=self._answers,
            lines=self._lines(tenants, defaults, filters),
            said_empty=self._said_empty() if self._is_platform or not tenants else NO_NAMES,
            bare_tenants=self._bare_tenants,
        )

    def _said_empty(self) -> frozenset[str]:
        return frozenset(name for name, block in self._written.items() if not block.pairs)

    def _says_something(self, *content: object) -> bool:
        """Whether anything that is not a tenant is said, if only by an empty mapping without a fault."""
        if any(one is not None and one != () for one in content):
            return True
        return bool(self._written) and not self._report.errors

    def _report_nothing(self) -> None:
        self._report.at_position(
            "DA007",
            1,
            1,
            text="",
            message="The file holds no tenant.",
            advice='Write "tenants:" and the tenant\'s name and keys below it, or delete the file.',
        )

    def _lines(
        self, tenants: Iterable[Tenant], defaults: Iterable[Entry], filters: Iterable[StateFilter]
    ) -> dict[int, str]:
        """The lines that findings may show which are made later, when all files are known."""
        numbers = {tenant.origin.line for tenant in tenants if tenant.name != self._last.stem}
        numbers |= {state.origin.line for tenant in tenants for state in tenant.states}
        numbers |= {entry.origin.line for entry in defaults}
        numbers |= {state_filter.origin.line for state_filter in filters}
        return {number: self._report.line(number) for number in numbers}

    def _block(self, blocks: Mapping | None, name: str) -> Mapping | _Kept | None:
        """A block that is a mapping; None where it is absent or empty; KEPT where it has another shape.

        Beside a block that is refused by its name, an absent one is KEPT as well: it may be that one.
        """
        node = blocks.get(name) if blocks is not None else None
        if node is None:
            return KEPT if self._refuses_blocks else None
        if isinstance(node, Mapping):
            self._written[name] = node
            return node
        if isinstance(node, Scalar) and node.is_null:
            return None
        self._report.on(
            "DA022",
            node,
            f"The block {name} is {described(node)}; it is a mapping. {self._last_or('ignored')}",
            f'Write its entries indented below "{name}:", one "name: value" a line.',
        )
        return KEPT

    def _last_or(self, otherwise: str) -> str:
        return LAST_STATE_STAYS if self._last.is_loaded else f"It is {otherwise}."

    def _tenants(self, node: Mapping | _Kept | None) -> tuple[Tenant, ...]:
        if not isinstance(node, Mapping):
            return self._last.tenants if node is KEPT else ()
        reader = TenantReader(self._vocabulary, self._report, self._deadlines)
        tenants = reader.read(node, self._last.tenants)
        self._out_of_order = reader.out_of_order
        if reader.bare:
            self._bare_tenants = frozenset(reader.bare)
        return tenants

    def _defaults(self, node: Mapping | _Kept | None) -> tuple[Entry, ...]:
        if not isinstance(node, Mapping):
            return self._last.defaults if node is KEPT else ()
        reader = ThresholdReader(
            self._vocabulary,
            self._report,
            self._last.defaults,
            "It counts as omitted.",
        )
        entries = reader.read(node)
        for text in reader.reserved:
            self._refuse_reserved(node.pairs[text][0])
        self._deadlines.note(reader.values.expiring)
        return entries

    def _refuse_reserved(self, key: Scalar) -> None:
        self._report.on(
            "DA041",
            key,
            f"{shortened(key.text)!r} is not a key of the defaults.",
            "Whether a state is on for everybody is the default_state of its filter in state_filters; "
            "which packs the platform runs is the block packs.",
        )

    def _filters(self, node: Mapping | _Kept | None) -> tuple[StateFilter, ...]:
        if not isinstance(node, Mapping):
            return self._last.state_filters if node is KEPT else ()
        previous = (*self._vocabulary.built_in.filters, *self._last.state_filters)
        return read_filters(node, self._report, previous)

    def _packs(self, blocks: Mapping) -> ChosenPacks | None:
        """The packs that the platform runs; None where nothing is said, or what was said last if refused."""
        if "packs" not in blocks.pairs:
            return self._last.packs if self._refuses_blocks else None
        key, node = blocks.pairs["packs"]
        if isinstance(node, Scalar) and node.is_null:
            return None
        found = len(self._report.findings)
        names = read_pack_names("packs", node, self._vocabulary.catalogue.packs, self._report)
        if names is None:
            kept = self._last.packs
            consequence = "All packs are run." if kept is None else LAST_STATE_STAYS
            self._report.append_consequence(found, consequence)
            return kept
        return ChosenPacks(names, Origin(self._report.file, key.start.line + 1, key.start.column + 1))

    def _ownership(self, node: Node | None) -> bool | None:
        if node is None and self._refuses_blocks:
            return self._last.ownership_strict
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if isinstance(node, Scalar) and node.text in OWNERSHIP_RULES:
            return node.text == "strict"
        self._report.on(
            "DA023",
            node,
            f"ownership is {described(node)}. {self._last_or('ignored')}",
            f"Write {' or '.join(OWNERSHIP_RULES)}.",
        )
        return self._last.ownership_strict

    def _report_other_blocks(self, blocks: Mapping) -> None:
        allowed = PLATFORM_BLOCKS if self._is_platform else TENANT_BLOCKS
        found = len(self._report.findings)
        for name, (key, _) in blocks.pairs.items():
            if name in allowed:
                continue
            self._refuses_blocks = True
            if name in PLATFORM_BLOCKS:
                self._report.on(
                    "DA021",
                    key,
                    f"The block {name} belongs to the platform and is ignored in a tenant's file.",
                    "Delete it here; the platform's files start with an underscore, such as _defaults.yaml.",
                )
            else:
                self._report.on(
                    "DA020",
                    key,
                    f"There is no block {shortened(name)!r}; it is ignored.",
                    f"{did_you_mean(name, allowed)}A file has the blocks {listed(allowed)}; "
                    "keys of a tenant are indented below its name.",
                )
        gone = [name for name in self._last_blocks() if name not in blocks.pairs]
        if self._refuses_blocks and gone:
            self._report.append_consequence(
                found, f"What the file last said of {listed(gone)} stays in force."
            )

    def _last_blocks(self) -> list[str]:
        """The blocks that the file said something in."""
        last = self._last
        said = {"tenants": last.tenants, "defaults": last.defaults, "state_filters": last.state_filters}
        return [name for name, block in said.items() if block]
