"""From the comments of a file to answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from yaml import SafeLoader, YAMLError, scan
from yaml.tokens import ScalarToken

from dynamic_alerting.config.answers.answer import Answer
from dynamic_alerting.config.excerpts import split_lines
from dynamic_alerting.config.finding_kinds import FINDING_KINDS, FindingSeverity
from dynamic_alerting.config.instants import parse_instant
from dynamic_alerting.config.scalars import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynamic_alerting.config.reporting import FileReport

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml
    _Loader = SafeLoader  # type: ignore[assignment, misc]

EXAMPLE: Final = "# da: ok DA101 until 2027-01-01, load test"
_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t]))#")
_MARK: Final = re.compile(r"#+[ \t]*da[ \t]*:[ \t]*ok\b[ \t]*(?P<rest>.*)", re.IGNORECASE)
_SAID: Final = re.compile(
    r"(?P<id>[A-Za-z]{2}\d+)[ \t]+until[ \t]+(?P<until>\d[^\s,;]*)"
    r"[ \t]*(?:[,;:]|-+|\u2013|\u2014)?[ \t]*(?P<reason>.*)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ABOUT_ANSWERS: Final = frozenset({"DA091", "DA092", "DA093"})


class _Comment(NamedTuple):
    """A comment that starts like an answer."""

    line: int
    column: int
    text: str
    rest: str


class _Unreadable(Exception):  # noqa: N818 - it is a decision
    """The comment is no answer: which finding it is, why, and what to write."""

    def __init__(self, finding_id: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.finding_id, self.message, self.advice = finding_id, message, advice


def may_hold_answers(text: str) -> bool:
    """Whether to look for answers at all: nearly no file has any."""
    return "#" in text and ("da:" in text or "DA:" in text)


def read_answers(text: str, report: FileReport) -> tuple[Answer, ...]:
    """Read the answers in a file that is YAML; those that cannot be read are reported.

    An answer behind something answers for its line. One that has a line of its own answers for the next line
    that is not a comment, if there is no blank line between; in the comments at the head of a file it
    answers also what is said about the file as a whole, at its first line.
    """
    lines = split_lines(text)
    answers = []
    for comment in _comments(text, lines):
        try:
            answers.append(_answer(comment, lines, report))
        except _Unreadable as error:
            report.at_position(
                error.finding_id,
                comment.line,
                comment.column,
                text=comment.text,
                message=error.message,
                advice=error.advice,
            )
    return tuple(answers)


def _comments(text: str, lines: list[str]) -> Iterator[_Comment]:
    scalars: dict[int, list[tuple[int, int]]] | None = None  # line → columns inside of scalars
    for number, line in enumerate(lines):
        if "#" not in line:
            continue
        for start in _COMMENT.finditer(line):
            mark = _MARK.match(line, start.start())
            if mark is None:
                continue
            scalars = _scalars(text, len(lines)) if scalars is None else scalars
            at = start.start()
            if not any(first <= at < last for first, last in scalars.get(number, ())):
                yield _Comment(number + 1, at + 1, line[at:].rstrip(), mark["rest"].strip())
                break


def _scalars(text: str, count: int) -> dict[int, list[tuple[int, int]]]:
    """The columns of each line that are inside of scalars, where # starts no comment."""
    columns: dict[int, list[tuple[int, int]]] = {}
    try:
        for token in scan(text, Loader=_Loader):
            if not isinstance(token, ScalarToken):
                continue
            start, end = token.start_mark, token.end_mark
            # The comments below a block scalar belong to no token but stand before its end.
            last = end.line if end.column or end.line == start.line else end.line - 1
            first_line = start.line + 1 if token.style in {"|", ">"} else start.line
            for line in range(first_line, min(last, count - 1) + 1):
                begin = start.column if line == start.line else 0
                finish = end.column if line == end.line else len(text)
                columns.setdefault(line, []).append((begin, finish))
    except YAMLError:  # it was parsed a moment ago; nothing is a comment where that cannot be told
        return {line: [(0, len(text))] for line in range(count)}
    return columns


def _answer(comment: _Comment, lines: list[str], report: FileReport) -> Answer:
    said = _SAID.fullmatch(comment.rest)
    if said is None:
        raise _Unreadable(
            "DA091",
            f"This answer cannot be read: {_what_is_missing(comment.rest)}.",
            f"Write {EXAMPLE}: one id, a date and a reason.",
        )
    finding_id = said["id"].upper()
    _check_id(finding_id)
    until = _until(said["until"])
    if not said["reason"].strip():
        raise _Unreadable("DA091", "This answer gives no reason.", f"Write why, as in {EXAMPLE}.")
    nothing = report.prepared(
        "DA092",
        comment.line,
        comment.column,
        text=comment.text,
        message=f"This answers {finding_id}, of which there is none here.",
        advice="Delete it; an answer stands behind the line that it is about, or directly above.",
    )
    return Answer(finding_id, until, said["reason"].strip(), _lines(comment, lines), comment.line, nothing)


def _check_id(finding_id: str) -> None:
    kind = FINDING_KINDS.get(finding_id)
    if kind is None:
        raise _Unreadable(
            "DA091", f"There is no finding {finding_id}.", "Write the id that the warning has, such as DA101."
        )
    if kind.severity is FindingSeverity.ERROR:
        raise _Unreadable(
            "DA093",
            f"{finding_id} ({kind.title}) is an error: what it is about is not served, whatever is answered.",
            "Put it right; only warnings can be answered.",
        )
    if finding_id in _ABOUT_ANSWERS:
        raise _Unreadable("DA091", f"{finding_id} is about answers.", "Put that answer right, or delete it.")


def _until(text: str) -> datetime:
    until = parse_instant(f"{text}T00:00Z") if _DATE.fullmatch(text) else parse_instant(text)
    if until is None:
        raise _Unreadable(
            "DA091",
            f"{shortened(text)!r} is no date.",
            f"Write a day of the calendar, as in {EXAMPLE}; when it begins, in UTC, the warning is back.",
        )
    return until.astimezone(UTC)


def _what_is_missing(rest: str) -> str:
    if not rest:
        return "it names no finding and no date"
    if not re.match(r"[A-Za-z]{2}\d+\b", rest):
        return f"{shortened(rest.split(maxsplit=1)[0])!r} is not the id of a finding"
    if re.match(r"[A-Za-z]{2}\d+[ \t,;&+]+(?:and[ \t]+)?[A-Za-z]{2}\d+\b", rest):
        return "it names several findings; write an answer for each"
    if not re.search(r"\buntil\b", rest, re.IGNORECASE):
        return "it has no date until which it holds"
    return "behind the id stands no date"


def _lines(comment: _Comment, lines: list[str]) -> frozenset[int]:
    """The numbers of the lines that an answer is about."""
    if lines[comment.line - 1][: comment.column - 1].strip():
        return frozenset({comment.line})
    below = comment.line
    while below < len(lines) and lines[below].lstrip().startswith("#"):
        below += 1
    about = {below + 1} if below < len(lines) and lines[below].strip() else set()
    if all(line.lstrip().startswith("#") for line in lines[: comment.line]):
        about.add(1)
    return frozenset(about)
