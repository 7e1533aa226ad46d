"""Which tags a node may carry: the core schema's own, and no others."""

from __future__ import annotations

from typing import Final

_PREFIX: Final = "tag:yaml.org,2002:"
_CORE: Final = frozenset(_PREFIX + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_STRINGS: Final = frozenset({"!", _PREFIX + "str"})


def is_core_tag(tag: str) -> bool:
    """Whether the core schema knows the tag; ``!`` alone asks for a plain string, list or mapping."""
    return tag == "!" or tag in _CORE


def is_string_tag(tag: str) -> bool:
    """Whether the tag makes a string of a scalar that would otherwise be read as something else."""
    return tag in _STRINGS


def short_tag(tag: str) -> str:
    """The tag as people write it."""
    return "!!" + tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag
