"""Writing one key into a tenant's file, with the rest of the text left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from dynamic_alerting.stack.errors import StackError
from dynamic_alerting.stack.record import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def set_value(path: Path, tenant: str, key: str, value: str) -> None:
    """Give a key of a tenant a value: in its place if it is there, else as the tenant's first key.

    Args:
        path: a file with a block ``tenants:`` in the usual, indented style.
        tenant: its name in that block.
        key: the key, such as ``mysql_connections``.
        value: as it is written after the colon, such as ``"50"`` with its quotes.

    Raises:
        StackError: the file does not hold the tenant, or the text would change more than that key.
    """
    if "\n" in value:
        raise StackError(f"{path}: the value of {key} is more than one line")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise StackError(f"{path}: no such file; {tenant} needs one of its own") from error
    block = _find(_find(yaml.compose(text), "tenants"), tenant)
    if not isinstance(block, yaml.MappingNode) or block.flow_style:
        raise StackError(f"{path} has no indented block of keys for {tenant}")
    existing = _find(block, key)
    if existing is not None:
        start, end = existing.start_mark.index, existing.end_mark.index
        changed = f"{text[:start]}{value}{text[end:]}"
    else:
        start = block.start_mark.index
        changed = f"{text[:start]}{key}: {value}\n{' ' * block.start_mark.column}{text[start:]}"
    _require_only_that_change(path, text, changed, tenant, key)
    write_atomically(path, changed)


def _find(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _require_only_that_change(path: Path, before: str, after: str, tenant: str, key: str) -> None:
    try:
        old, new = yaml.safe_load(before), yaml.safe_load(after)
    except yaml.YAMLError as error:
        raise StackError(f"{path}: with {key} written it would not be YAML any more: {error}") from error
    old["tenants"][tenant].pop(key, None)
    del new["tenants"][tenant][key]
    if old != new:
        raise StackError(f"{path}: writing {key} would have changed more than that; write it by hand")
