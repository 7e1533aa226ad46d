"""Documents of MongoDB's wire protocol as bytes, as far as its exporter uses them.

https://bsonspec.org/spec.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIXED = {0x01: 8, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}
REGULAR_EXPRESSION = 0x0B


@dataclass(frozen=True)
class Timestamp:
    """MongoDB's own kind of instant: a second, and a number within it."""

    seconds: int
    number: int


@dataclass(frozen=True)
class ObjectId:
    """Twelve bytes."""

    raw: bytes


def encoded(document: dict[str, Any]) -> bytes:
    """Return a document's bytes.

    Raises:
        TypeError: A value has no form here.
    """
    body = b"".join(_element(name, value) for name, value in document.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _element(name: str, value: object) -> bytes:
    for kind, python, write in _WRITTEN:
        if isinstance(value, python):
            return bytes([kind]) + name.encode() + b"\0" + write(value)
    raise TypeError(f"{name}: {value!r} has no form in BSON here")


def _text(value: str) -> bytes:
    return struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"


_WRITTEN: tuple[tuple[int, type, Callable[[Any], bytes]], ...] = (  # bool is an int: it stands before it
    (0x08, bool, lambda value: bytes([value])),
    (0x12, int, lambda value: struct.pack("<q", value)),
    (0x01, float, lambda value: struct.pack("<d", value)),
    (0x02, str, _text),
    (0x09, datetime, lambda value: struct.pack("<q", (value - EPOCH) // timedelta(milliseconds=1))),
    (0x11, Timestamp, lambda value: struct.pack("<II", value.number, value.seconds)),
    (0x07, ObjectId, lambda value: value.raw),
    (0x0A, NoneType, lambda _: b""),
    (0x03, dict, encoded),
    (0x04, list, lambda value: encoded({str(index): each for index, each in enumerate(value)})),
)


def decoded(raw: bytes) -> dict[str, Any]:
    """Return a document; of values that a test never reads, only that they are there (None)."""
    document: dict[str, Any] = {}
    at = 4
    while raw[at]:
        kind, name_end = raw[at], raw.index(b"\0", at + 1)
        name, start = raw[at + 1 : name_end].decode(), name_end + 1
        at = start + _size(kind, raw, start)
        document[name] = _read(kind, raw[start:at])
    return document


def _size(kind: int, raw: bytes, start: int) -> int:
    """How many bytes a value takes."""
    if kind in FIXED:
        return FIXED[kind]
    if kind == REGULAR_EXPRESSION:  # two texts that end in zero
        return raw.index(b"\0", raw.index(b"\0", start) + 1) + 1 - start
    length: int = struct.unpack_from("<i", raw, start)[0]
    return length + {0x02: 4, 0x05: 5}.get(kind, 0)  # what does not count itself


def _read(kind: int, raw: bytes) -> Any:
    if kind in (0x01, 0x10, 0x12):
        return struct.unpack({0x01: "<d", 0x10: "<i", 0x12: "<q"}[kind], raw)[0]
    if kind in (0x03, 0x04):
        return decoded(raw) if kind == 0x03 else list(decoded(raw).values())
    return raw[4:-1].decode() if kind == 0x02 else None
