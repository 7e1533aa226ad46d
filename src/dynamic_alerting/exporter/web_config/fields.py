"""The fields of a YAML mapping, read strictly and with their places.

Scalars are taken as their text and read by what the field is, as the toolkit's decoder does: a user may be
called 123, and a boolean may be spelled as in YAML 1.1.
"""

from collections.abc import Collection, Mapping
from typing import NoReturn, Self

import yaml

from dynamic_alerting.config.suggestions import did_you_mean
from dynamic_alerting.exporter.web_config.errors import FieldError

_TRUE = frozenset({"true", "yes", "on", "y"})
_FALSE = frozenset({"false", "no", "off", "n"})
_NULL_TAG = "tag:yaml.org,2002:null"


def read_document(text: str) -> "Field":
    """The file's one document; an empty file is null.

    Raises:
        FieldError: It is not YAML, or more than one document.
    """
    try:
        # Not libyaml's loader, which ends the process on a hundred thousand brackets.
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        context = f" {error.context}" if error.context else ""
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise FieldError(line, column, f"This is not YAML: {error.problem}{context}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FieldError(1, 1, f"This is not YAML: {error}.") from error
    return Field("the file", node if node is not None else yaml.ScalarNode(_NULL_TAG, ""))


class Field:
    """One value of the file.

    Args:
        name: What it is called.
        node: What it holds, and where.
        key: Where its name stands, if it has one.
    """

    def __init__(self, name: str, node: yaml.Node, key: yaml.Node | None = None) -> None:
        self.name = name
        self._node = node
        self._key = key

    def refuse(self, message: str) -> NoReturn:
        """Refuses the value.

        Raises:
            FieldError: Always, at the value's place.
        """
        raise _error_at(self._node, message)

    def refuse_name(self, message: str) -> NoReturn:
        """Refuses that the field is there at all.

        Raises:
            FieldError: Always, at the place of its name.
        """
        raise _error_at(self._key or self._node, message)

    @property
    def is_null(self) -> bool:
        """Nothing is written, which is the same as leaving the field out."""
        return self._node.tag == _NULL_TAG

    def text(self) -> str:
        """A scalar as it is written, without quotes; null is the empty text."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.refuse(f"{self.name} is a text, not a {_kind(self._node)}.")
        return "" if self.is_null else str(self._node.value)

    def boolean(self) -> bool:
        """True or false, as the toolkit's YAML spells them."""
        text = self.text()
        if text.lower() not in _TRUE | _FALSE:
            self.refuse(f"{self.name} is {text!r}; write true or false.")
        return text.lower() in _TRUE

    def one_of(self, names: Collection[str]) -> str:
        """A text that must be one of some names."""
        text = self.text()
        if text not in names:
            meant = did_you_mean(text, names)
            self.refuse(f"{self.name} cannot be {text!r}. {meant}It is one of: {', '.join(names)}.")
        return text

    def items(self) -> list[Self]:
        """The items of a list; null is the empty one."""
        if self.is_null:
            return []
        if not isinstance(self._node, yaml.SequenceNode):
            self.refuse(f"{self.name} is a list; write each item on a line of its own, after '- '.")
        return [type(self)(f"an item of {self.name}", item) for item in self._node.value]

    def fields(self, known: Collection[str] | None = None) -> Mapping[str, Self]:
        """The fields of a mapping; null is the empty one.

        Args:
            known: The names that there may be; None for any.
        """
        if self.is_null:
            return {}
        if not isinstance(self._node, yaml.MappingNode):
            self.refuse(f"{self.name} is a mapping; write its fields below it, indented, as 'field: value'.")
        fields: dict[str, Self] = {}
        for key, node in self._node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _error_at(key, f"A field's name in {self.name} is a text, not a {_kind(key)}.")
            name = str(key.value)
            if name in fields:
                raise _error_at(key, f"{name} is written twice; remove one of them.")
            fields[name] = type(self)(name, node, key)
            if known is not None and name not in known:
                offer = f"{did_you_mean(name, known)}There are: {', '.join(known)}."
                raise _error_at(key, f"{self.name} has no field {name!r}. {offer}")
        return fields


def _kind(node: yaml.Node) -> str:
    return "list" if isinstance(node, yaml.SequenceNode) else "mapping"


def _error_at(node: yaml.Node, message: str) -> FieldError:
    mark = node.start_mark
    if mark is None:
        return FieldError(1, 1, message)
    return FieldError(mark.line + 1, mark.column + 1, message)
