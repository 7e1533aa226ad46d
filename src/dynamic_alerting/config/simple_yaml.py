"""A quick way from text to nodes for files that are written as nearly all are.

libyaml makes an object for every token and PyYAML one for every event: that is half of what a load of 10,000
files takes. Files of plain or quoted keys and values, block mappings, lists of mappings, and flow collections
on one line need no more than one regular expression a line. Whatever lies outside of that subset, or looks
wrong, is left to libyaml, so that nothing here decides what an error is. A property test holds these trees,
places included, against libyaml's.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from dynamic_alerting.config.nodes import Mapping, Mark, Node, Scalar, Sequence

# ASCII without control characters; a double-quoted text without escapes, a single-quoted one without quotes,
# and nothing plain that holds ": " or " #".
_QUOTED: Final = r"\"[ !#-\[\]-~]*\"|'[ -&(-~]*'"
_WORD: Final = r"-?[A-Za-z0-9_.+][A-Za-z0-9_.+/%-]*"
_KEY: Final = rf"[A-Za-z_][A-Za-z0-9_.-]*(?:\{{[ -\"$-9;-~]*\}})?|{_QUOTED}"
_VALUE: Final = rf"{_QUOTED}|{_WORD}(?::[A-Za-z0-9_.+/%-]+)*|\[[ -~]*\]|\{{[ -~]*\}}"
_LINE: Final = re.compile(
    rf"^( *)(?:(- +)?({_KEY}):(?:( +)({_VALUE}))?(?: *| +\#[ -~]*)|(?:\#[ -~]*)?)\n", re.MULTILINE
)
# A match is an opening bracket or a scalar, each with the key before it and what closes after it.
_FLOW: Final = re.compile(rf"(?:({_QUOTED}|{_WORD})(: +))?(?:([\[{{] *)|({_QUOTED}|{_WORD})([\]}} ]*)(, *)?)")

_LONGEST_LINE: Final = 512  # longer ones take the expression too long, and libyaml refuses longer keys
_DEEPEST: Final = 8  # collections in block style, and as many inside in flow style; the builder refuses 21

_Collection: TypeAlias = Mapping | Sequence

_QUOTES: Final = "\"'"


class _NotSimple(Exception):  # noqa: N818 - it is a decision
    """The text is not of the subset."""


def read_simple(text: str) -> Mapping | None:
    """The tree of a text; None where the text is for libyaml to read."""
    if not text.isascii() or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        return None
    try:
        return _Reader().read(text)
    except _NotSimple:
        return None


class _Reader:
    """Reads one text, line by line."""

    def __init__(self) -> None:
        self._open: list[tuple[int, _Collection]] = []  # collections by the column of their keys or dashes
        self._root: Mapping | None = None
        self._awaiting: Scalar | None = None  # the key whose value starts on a later line

    def read(self, text: str) -> Mapping:
        level = -1  # the column of the keys of the current mapping
        pairs: dict[str, tuple[Scalar, Node]] = {}
        new = tuple.__new__  # a named tuple's own constructor takes twice as long, here for every node
        lines = _LINE.findall(text)
        for number, (indent, dash, name, gap, value) in enumerate(lines):
            if not name:
                continue
            column = len(indent)
            if column != level or dash or self._awaiting is not None:
                pairs = self._enter(Mark(number, column), dash)
                level = column = column + len(dash)
            end = column + len(name)
            if is_plain := name[0] not in _QUOTES:
                key = new(Scalar, (name, True, number, column, number, end))
            else:
                key = new(Scalar, (name[1:-1], is_plain, number, column, number, end))
            if key.text in pairs:
                raise _NotSimple
            column = end + 1 + len(gap)
            if not value:
                self._awaiting = key
            elif (first := value[0]) in "{[":
                pairs[key.text] = (key, _Flow(value, number, column).read())
            elif first in _QUOTES:
                content = (value[1:-1], False, number, column, number, column + len(value))
                pairs[key.text] = (key, new(Scalar, content))
            else:
                content = (value, True, number, column, number, column + len(value))
                pairs[key.text] = (key, new(Scalar, content))
        # Each match is one line: with as many as there are lines, nothing was left out.
        is_whole = text.endswith("\n") and len(lines) == text.count("\n")
        if self._root is None or self._awaiting is not None or not is_whole:
            raise _NotSimple
        self._close(-1, Mark(len(lines), 0))
        return self._root

    def _enter(self, place: Mark, dash: str) -> dict[str, tuple[Scalar, Node]]:
        """Go to the mapping that the line at a place is part of, and return its pairs."""
        column = place.column
        if self._awaiting is not None or not self._open:
            self._begin(Sequence(place) if dash else Mapping(place), column)
        else:
            self._close(column, place)
        level, current = self._open[-1]
        if level != column or (type(current) is Sequence) is not bool(dash):
            raise _NotSimple
        if isinstance(current, Sequence):
            inside = column + len(dash)
            item = Mapping(Mark(place.line, inside))
            current.items.append(item)
            self._open.append((inside, item))
            return item.pairs
        return current.pairs

    def _begin(self, opened: _Collection, column: int) -> None:
        """Open the value of the key that awaits one, or the root."""
        if self._awaiting is None:
            if column or isinstance(opened, Sequence):
                raise _NotSimple
            self._root = opened
        else:
            level, around = self._open[-1]
            if column <= level or len(self._open) >= _DEEPEST or isinstance(around, Sequence):
                raise _NotSimple
            around.pairs[self._awaiting.text] = (self._awaiting, opened)
            self._awaiting = None
        self._open.append((column, opened))

    def _close(self, column: int, place: Mark) -> None:
        """Close what is indented deeper than a column; it ends where the next key or dash stands."""
        while self._open and self._open[-1][0] > column:
            self._open.pop()[1].end = place


class _Flow:
    """Reads the mapping or list that is the whole of a text on one line."""

    def __init__(self, text: str, line: int, column: int) -> None:
        self._text = text
        self._line = line
        self._column = column
        self._around: list[_Collection | None] = []
        self._current: _Collection | None = None
        self._root: _Collection | None = None

    def read(self) -> _Collection:
        new = tuple.__new__
        line = self._line
        at = self._column
        is_next = True  # whether a comma or an opening bracket stands before
        for name, colon, opening, word, closing, comma in _FLOW.findall(self._text):
            key: Scalar | None = None
            if name:
                end = at + len(name)
                is_plain = name[0] not in _QUOTES
                key = new(Scalar, (name if is_plain else name[1:-1], is_plain, line, at, line, end))
                at = end + len(colon)
            if not is_next:
                raise _NotSimple
            if opening:
                place = Mark(line, at)
                opened = Mapping(place) if opening[0] == "{" else Sequence(place)
                self._add(key, opened)
                self._around.append(self._current)
                if len(self._around) > _DEEPEST:
                    raise _NotSimple
                self._current = opened
                at += len(opening)
                continue
            end = at + len(word)
            is_plain = word[0] not in _QUOTES
            content = (word if is_plain else word[1:-1], is_plain, line, at, line, end)
            self._add(key, new(Scalar, content))
            if closing:
                self._close(closing, end)
            is_next = bool(comma)
            at = end + len(closing) + len(comma)
        if self._root is None or self._around or is_next or at != self._column + len(self._text):
            raise _NotSimple
        return self._root

    def _add(self, key: Scalar | None, node: Node) -> None:
        current = self._current
        if type(current) is Mapping:
            if key is None or current.pairs.setdefault(key.text, pair := (key, node)) is not pair:
                raise _NotSimple
        elif key is not None:
            raise _NotSimple
        elif type(current) is Sequence:
            current.items.append(node)
        elif self._root is None and not isinstance(node, Scalar):
            self._root = node
        else:
            raise _NotSimple

    def _close(self, brackets: str, at: int) -> None:
        for bracket in brackets:
            at += 1
            if bracket == " ":
                continue
            current = self._current
            if current is None or (bracket == "]") is not (type(current) is Sequence):
                raise _NotSimple
            current.end = Mark(self._line, at)
            self._current = self._around.pop()
