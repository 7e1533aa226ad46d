"""From text to nodes, over libyaml's events.

PyYAML's own constructors are not used: they read YAML 1.1, silently keep the last of two equal keys and
forget where things stood. Events keep all of that, and are pulled one by one, so that a file that nests
or repeats itself without end is given up at a bound instead of being expanded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from yaml import SafeLoader, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dynamic_alerting.config.expansion import LARGEST_EXPANSION, Extent, extent_of
from dynamic_alerting.config.nodes import Mapping, Mark, Node, Scalar, Sequence
from dynamic_alerting.config.scalars import shortened
from dynamic_alerting.config.syntax_errors import report_syntax_error
from dynamic_alerting.config.tags import is_core_tag, is_string_tag, short_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynamic_alerting.config.reporting import FileReport

try:
    from yaml._yaml import CParser

    _new_parser: Callable[[str], Any] = CParser
except ImportError:  # PyYAML was built without libyaml: the same events, eight times slower
    _new_parser = SafeLoader

DEEPEST_NESTING: Final = 20  # the language itself needs eight levels

_ALIAS_ADVICE: Final = "Name the node with &name before it is used, or quote a text that starts with *."


class DocumentRefused(Exception):  # noqa: N818 - it is a decision, and the report holds the error
    """The document cannot be built; the report says why."""


def build(text: str, report: FileReport) -> Node | None:
    """The tree of the one document in a text.

    A key that is written twice is reported and listed in its mapping; everything else that is wrong
    refuses the document.

    Returns:
        None for a text without any node, such as one of comments only.

    Raises:
        DocumentRefused: the text is not YAML, or uses what the configuration language does not have.
    """
    parser = _new_parser(text)
    try:
        return _Builder(parser.get_event, report).build()
    except YAMLError as error:
        report_syntax_error(error, report)
        raise DocumentRefused from error
    finally:
        parser.dispose()


class _Builder:
    """One run over the events of one text."""

    def __init__(self, next_event: Callable[[], Any], report: FileReport) -> None:
        self._next_event = next_event
        self._report = report
        self._anchors: dict[str, Node | None] = {}  # None while the anchored node is still open
        self._extents: dict[int, Extent] = {}
        self._added_by_aliases = 0

    def build(self) -> Node | None:
        self._next_event()  # the start of the stream
        if type(self._next_event()) is StreamEndEvent:
            return None
        root = self._document()
        following: Any = self._next_event()
        start = following.start_mark
        if type(following) is DocumentStartEvent:
            self._refuse(
                "DA013",
                start,
                "---",
                "A second document starts here; a file holds one document.",
                'Remove the line "---", or move what follows into a file of its own.',
            )
        return root

    def _document(self) -> Node:  # noqa: C901, PLR0912, PLR0915 - the hot path of a load: one loop, no calls
        """The nodes up to the end of the document."""
        next_event = self._next_event
        new = tuple.__new__  # a named tuple's own constructor takes twice as long, here for every scalar
        outer: list[tuple[Mapping | Sequence | None, str | None]] = []
        current: Mapping | Sequence | None = None
        pairs: dict[str, tuple[Scalar, Node]] | None = None  # of the current mapping
        items: list[Node] = []  # of the current list; the document's root is the only item of a first one
        root = items
        anchor: str | None = None  # of the current mapping or list
        key: Scalar | None = None  # whose value comes next
        while True:
            event = next_event()
            kind = type(event)
            opened: Mapping | Sequence | None = None
            if kind is ScalarEvent:
                is_plain = not event.style
                if event.tag is not None and self._is_string(event):
                    is_plain = False
                scalar = new(Scalar, (event.value, is_plain, event.start_mark, event.end_mark))
                if event.anchor is not None:
                    self._anchors[event.anchor] = scalar
                if pairs is not None and key is None and event.value != "<<":
                    key = scalar
                    continue
                node: Node = scalar
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                node = opened = self._open(event, len(outer))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if current is not None:
                    current.end = event.end_mark
                if anchor is not None:
                    self._anchors[anchor] = current
                current, anchor = outer.pop()
                pairs = current.pairs if type(current) is Mapping else None
                items = current.items if type(current) is Sequence else root
                continue
            elif kind is AliasEvent:
                node = self._aliased(event, len(outer))
            else:  # the end of the document
                return root[0]
            if pairs is None:
                items.append(node)
            elif key is None:
                key = self._key(node)
                continue
            else:
                if pairs.setdefault(key.text, pair := (key, node)) is not pair and type(current) is Mapping:
                    self._repeated(key, current)
                key = None
            if opened is not None:
                outer.append((current, anchor))
                current, anchor = opened, event.anchor
                pairs = opened.pairs if type(opened) is Mapping else None
                items = opened.items if type(opened) is Sequence else root

    def _key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self._refuse(
                "DA018",
                node.start,
                self._report.line(node.start.line + 1)[node.start.column :],
                "A list or a mapping stands here where a key is expected.",
                'Write "key: value"; quote a text that starts with { or [.',
            )
        if node.plain and node.text == "<<":
            self._refuse(
                "DA014",
                node.start,
                "<<",
                "YAML 1.2 has no merge keys, so << is not a way to include another mapping.",
                "Write the keys out; what many tenants share belongs into the defaults of _defaults.yaml.",
            )
        return node

    def _repeated(self, key: Scalar, mapping: Mapping) -> None:
        first = mapping.pairs[key.text][0]
        mapping.repeated.add(key.text)
        self._report.on(
            "DA011",
            key,
            f"The key {shortened(key.text)!r} stands here and on line {first.start.line + 1}; "
            "neither of the two is used.",
            "Keep one of them.",
        )

    def _open(self, event: Any, level: int) -> Mapping | Sequence:  # noqa: ANN401 - PyYAML's events are untyped
        if level >= DEEPEST_NESTING:
            self._refuse_depth(event)
        node = (Mapping if type(event) is MappingStartEvent else Sequence)(event.start_mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if event.tag is not None:
            self._is_string(event)
        return node

    def _is_string(self, event: Any) -> bool:  # noqa: ANN401 - as above
        """Check the tag of a node, which few have: whether it makes a string of a scalar."""
        if not is_core_tag(event.tag):
            self._refuse(
                "DA012",
                event.start_mark,
                short_tag(event.tag),
                f"The tag {short_tag(event.tag)} means nothing in a configuration file.",
                "Remove it; quote a text that starts with an exclamation mark.",
            )
        return is_string_tag(event.tag)

    def _aliased(self, event: Any, level: int) -> Node:  # noqa: ANN401 - as above
        name: str = event.anchor
        node = self._anchors.get(name)
        if node is None:
            problem = (
                f"*{name} stands inside the node that it refers to."
                if name in self._anchors
                else f"Nothing above this place is named &{name}."
            )
            self._refuse("DA015", event.start_mark, f"*{name}", problem, _ALIAS_ADVICE)
        extent = extent_of(node, self._extents)
        self._added_by_aliases += extent.nodes
        if self._added_by_aliases > LARGEST_EXPANSION:
            self._refuse(
                "DA016",
                event.start_mark,
                f"*{name}",
                f"With this alias, the file's aliases stand for more than {LARGEST_EXPANSION} nodes.",
                "Write the values out, or into the defaults of _defaults.yaml.",
            )
        if level + extent.levels > DEEPEST_NESTING:
            self._refuse_depth(event)
        return node

    def _refuse_depth(self, event: Any) -> NoReturn:  # noqa: ANN401 - as above
        self._refuse(
            "DA017",
            event.start_mark,
            self._report.line(event.start_mark.line + 1)[event.start_mark.column :],
            f"More than {DEEPEST_NESTING} lists and mappings are nested here.",
            "Look for brackets or indentation that are not meant; the language needs half as many levels.",
        )

    def _refuse(self, finding_id: str, mark: Mark, text: str, message: str, advice: str) -> NoReturn:
        self._report.at(finding_id, mark, text, message, advice)
        raise DocumentRefused
