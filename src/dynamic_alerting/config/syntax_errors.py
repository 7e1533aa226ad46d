"""What libyaml's messages mean for somebody who does not know how a YAML scanner works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yaml import MarkedYAMLError, YAMLError

if TYPE_CHECKING:
    from dynamic_alerting.config.reporting import FileReport

# A part of libyaml's message → what to write. The first match counts.
_ADVICE: Final = (
    ("cannot start any token", "Indent with spaces, never tabs; quote a text that starts with @, ` or %."),
    ("mapping values are not allowed", 'Quote a text that holds ": ", and align keys under each other.'),
    ("could not find expected ':'", 'Write "key: value", with a space after the colon.'),
    ("did not find expected key", "Align the key with the others of its mapping; quote special characters."),
    ("did not find expected '-' indicator", "Align the list's items, each starting with '- '."),
    ("did not find expected ',' or", "Close the bracket or brace, and separate its items with commas."),
    ("found unexpected end of stream", "Close the quote that is opened here."),
    ("quoted scalar", "Close the quote that is opened here."),
    ("unknown escape character", r"Write \\ for a backslash inside double quotes, or use single quotes."),
    ("block sequence entries are not allowed", "Put the list on lines of its own, indented below its key."),
    ("did not find expected alphabetic or numeric character", "Quote a text that starts with * or &."),
    ("tag", "Remove the tag; quote a text that starts with !."),
)
_ANY_ADVICE: Final = "Check quotes, colons and the indentation around this place."


def report_syntax_error(error: YAMLError, report: FileReport) -> None:
    """Report the error that ended the parser's work."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        message = f"This is not YAML: {error}."
        report.at_position("DA010", 1, 1, text="", message=message, advice=_ANY_ADVICE)
        return
    mark = error.problem_mark
    rest = report.line(mark.line + 1)[mark.column :]
    report.at("DA010", mark, rest, f"This is not YAML: {_problem(error, rest)}.", _advice(error), width=1)


def _problem(error: MarkedYAMLError, rest: str) -> str:
    if "cannot start any token" in (error.problem or ""):
        what = "a tab" if rest.startswith("\t") else f"the character {rest[:1]}"
        return f"{what} cannot start a key or a value"
    context = f" {error.context}" if error.context else ""
    start, end = error.context_mark, error.problem_mark
    is_elsewhere = start is not None and end is not None and start.line != end.line
    opened = f" that starts on line {start.line + 1}" if start is not None and is_elsewhere else ""
    return f"{error.problem}{context}{opened}"


def _advice(error: MarkedYAMLError) -> str:
    said = f"{error.problem} {error.context or ''}"
    return next((advice for part, advice in _ADVICE if part in said), _ANY_ADVICE)
