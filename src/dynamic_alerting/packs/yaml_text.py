"""Generated YAML: stable order, nothing folded, literal blocks for several lines, comments, one header."""

import re
from collections.abc import Mapping

import yaml

HEADER = "# Generated from pack.yaml by `da-tools rule-packs generate`. Do not edit: edit pack.yaml.\n"

# Stands as a mapping's first key where a comment belongs above the mapping: a character for private use,
# which no text of a pack has.
_MARK = "\ue000"
_MARKED = re.compile(rf"^( *)(- )?{_MARK}: x([0-9a-f]*)\n *", re.MULTILINE)


class Commented(dict[str, object]):
    """A mapping that is written below a comment, such as a group of rules below how to read it.

    It is a plain dict in every other respect.

    Attributes:
        comment: The comment's lines, without ``#``.
    """

    def __init__(self, items: Mapping[str, object], comment: str) -> None:
        super().__init__(items)
        self.comment = comment


class _Dumper(yaml.SafeDumper):
    """Writes several lines as a literal block, and lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _marked(dumper: yaml.SafeDumper, mapping: Commented) -> yaml.MappingNode:
    return dumper.represent_dict({_MARK: f"x{mapping.comment.encode().hex()}", **mapping})


def _comment(match: re.Match[str]) -> str:
    indent, item, written = match.groups()
    lines = bytes.fromhex(written).decode().splitlines()
    return "".join(f"{indent}# {line}".rstrip() + "\n" for line in lines) + indent + (item or "")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Commented, _marked)


def dump(data: object, header: str = HEADER) -> str:
    """Write data as YAML, in the order given, each `Commented` mapping below its comment."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return header + _MARKED.sub(_comment, text)
