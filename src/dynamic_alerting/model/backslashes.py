"""Backslashes in the quoted values of a key that were probably not meant as PromQL takes them."""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from dynamic_alerting.model.promql_strings import QUOTES, UnknownEscapeError, read_escape


class Backslash(NamedTuple):
    """One such backslash.

    Attributes:
        offset: where it stands in the key.
        text: it and what it begins.
        makes: the control character that it makes; empty where it begins no escape and is taken as written.
    """

    offset: int
    text: str
    makes: str


def odd_backslashes(key: str) -> list[Backslash]:
    """Find them in a key that can be read."""
    found: list[Backslash] = []
    closing, at = "", 0
    while at < len(key):
        character = key[at]
        if closing and character == "\\":
            one, at = _backslash(key, at, closing)
            found += [] if one is None else [one]
            continue
        if closing:
            closing = "" if character == closing else closing
        elif character in QUOTES:
            closing = character
        at += 1
    return found


def _backslash(key: str, at: int, closing: str) -> tuple[Backslash | None, int]:
    """Return the backslash at a position, if it is odd, and the position after what it begins."""
    try:
        piece, end = read_escape(key, at, closing)
    except UnknownEscapeError:
        return Backslash(at, key[at : at + 2], ""), at + 1
    made = piece.decode(errors="ignore")
    is_control = len(made) == 1 and unicodedata.category(made) == "Cc"
    return (Backslash(at, key[at:end], made) if is_control else None), end


def doubled(key: str, backslashes: Iterable[Backslash]) -> str:
    """Return the key with each of some backslashes written twice, so that PromQL reads it as one."""
    for one in sorted(backslashes, reverse=True):
        key = f"{key[: one.offset]}\\{key[one.offset :]}"
    return key
