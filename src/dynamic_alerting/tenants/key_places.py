"""Which findings are about one key of a tenant."""

from collections.abc import Iterator
from pathlib import Path

from dynamic_alerting.config.builder import DocumentRefused, build
from dynamic_alerting.config.findings import Finding
from dynamic_alerting.config.loaded import Loaded
from dynamic_alerting.config.nodes import Mapping, Node
from dynamic_alerting.config.ownership import is_platform_file, stem
from dynamic_alerting.config.reporting import FileReport
from dynamic_alerting.config.source_text import decode
from dynamic_alerting.model.key_grammar import CRITICAL_SUFFIX


def findings_about(loaded: Loaded, source: Path, tenant: str, name: str | None) -> tuple[Finding, ...]:
    """The findings that can be the reason for what a tenant has.

    Args:
        loaded: the load.
        source: the directory or file that was loaded, to find keys in.
        tenant: its name.
        name: a key name, or a reserved key; None for all keys of the tenant.

    Returns:
        Findings about the place of the key in the tenant's block and in the defaults, and about files that
        could not be used at all.
    """
    chosen = [one for one in loaded.configuration.tenants if one.name == tenant]
    own_files = {one.origin.file for one in chosen}
    files = {
        status.name: status
        for status in loaded.files
        if status.name in own_files or stem(status.name) == tenant or is_platform_file(status.name)
    }
    lines: dict[str, set[int]] = {}
    found = []
    for finding in loaded.findings:
        status = files.get(finding.file)
        if status is None:
            continue
        if finding.file not in lines:
            path = source / finding.file if source.is_dir() else source
            lines[finding.file] = set(_lines_of(path, tenant, name))
        if not status.accepted or finding.line in lines[finding.file]:
            found.append(finding)
    return tuple(found)


def _lines_of(path: Path, tenant: str, name: str | None) -> Iterator[int]:
    """The 1-based lines on which a tenant's key, or a default of the same name, stands."""
    report = FileReport(path.name)
    try:
        text = decode(path.read_bytes(), report)
        root = build(text, report) if text is not None else None
    except (OSError, DocumentRefused):
        return  # the file changed since it was loaded, or is refused as a whole: its findings say so
    blocks = root if isinstance(root, Mapping) else None
    tenants = blocks.get("tenants") if blocks else None
    settings = tenants.get(tenant) if isinstance(tenants, Mapping) else None
    defaults = blocks.get("defaults") if blocks else None
    for block in (settings, defaults if name is not None else None):
        if isinstance(block, Mapping):
            yield from _key_lines(block, name)
    if isinstance(tenants, Mapping) and tenant in tenants.pairs:
        yield tenants.pairs[tenant][0].start.line + 1


def _key_lines(block: Mapping, name: str | None) -> Iterator[int]:
    for text, (key, value) in block.pairs.items():
        if name is None or _name_of(text) == name:
            yield from range(key.start.line + 1, _last_line(value) + 2)


def _last_line(node: Node) -> int:
    """The 0-based line on which a node ends; a block ends where the next one starts."""
    end = node.end
    return end.line - (end.column == 0 and end.line > node.start.line)


def _name_of(text: str) -> str:
    """The key name of a spelling, also of one that cannot be read."""
    return text.partition("{")[0].strip().removesuffix(CRITICAL_SUFFIX)
