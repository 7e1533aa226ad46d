"""Generated YAML: stable order, literal blocks for expressions, one header."""

import yaml

HEADER = "# Generated from pack.yaml by `da-tools rule-packs generate`. Do not edit: edit pack.yaml.\n"


class _Dumper(yaml.SafeDumper):
    """Writes several lines as a literal block, and lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(data: object, header: str = HEADER) -> str:
    """Write data as YAML, in the order given."""
    return header + yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
