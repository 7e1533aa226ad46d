"""From the bytes of a file to text that YAML may contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dynamic_alerting.config.reporting import FileReport

LARGEST_FILE: Final = 1024 * 1024  # bytes

_BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
# The characters of YAML 1.2 (c-printable), without the three that only YAML 1.1 takes for line breaks
# (NEL, LS, PS): tools of either version would disagree about what stands on which line.
_ALLOWED_ASCII: Final = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def decode(data: bytes, report: FileReport) -> str | None:
    """The text of a file, without a leading byte order mark.

    Returns:
        None where the file is too large, not UTF-8 or holds a forbidden character; the report says so.
    """
    if len(data) > LARGEST_FILE:
        _report_size(report)
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _report_encoding(data, error, report)
        return None
    text = text.removeprefix(_BYTE_ORDER_MARK)
    # Nearly every file is plain ASCII: deleting what is allowed is twenty times faster than searching.
    if text.isascii() and not data.translate(None, _ALLOWED_ASCII):
        return text
    forbidden = _FORBIDDEN.search(text)
    if forbidden is None:
        return text
    _report_character(text, forbidden.start(), report)
    return None


def _report_size(report: FileReport) -> None:
    report.at_position(
        "DA003",
        1,
        1,
        text="",
        message=f"The file has more than {LARGEST_FILE} bytes.",
        advice="Split it: one file per tenant, named after the tenant.",
    )


def _report_encoding(data: bytes, error: UnicodeDecodeError, report: FileReport) -> None:
    report.show(data.decode("utf-8", errors="replace"))
    line, column = _position(data[: error.start].decode("utf-8", errors="replace"))
    report.at_position(
        "DA002",
        line,
        column,
        text=f"0x{data[error.start]:02x}",
        message=f"The byte 0x{data[error.start]:02x} is not UTF-8.",
        advice="Save the file in the encoding UTF-8.",
        width=1,
    )


def _report_character(text: str, index: int, report: FileReport) -> None:
    line, column = _position(text[:index])
    code = f"U+{ord(text[index]):04X}"
    report.show(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
    report.at_position(
        "DA004",
        line,
        column,
        text=code,
        message=f"The character {code} may not stand in a configuration file.",
        advice='Delete it, or write it as an escape inside double quotes ("\\u2028").',
        width=1,
    )


def _position(before: str) -> tuple[int, int]:
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1
