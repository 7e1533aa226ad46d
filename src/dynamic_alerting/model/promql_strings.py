"""Quoted strings as PromQL has them: `'…'` or `"…"` with Go's escapes."""

from dynamic_alerting.model.errors import KeySyntaxError

QUOTES = "'\""
_SIMPLE = {
    "a": b"\a",
    "b": b"\b",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
    "\\": b"\\",
}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_OCTAL_DIGITS = 3


class UnknownEscapeError(KeySyntaxError):
    """A backslash that begins none of PromQL's escapes."""


def quote(value: str) -> str:
    """Write a label value as a PromQL string in double quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def read_string(text: str, start: int, *, keep_unknown: bool = False) -> tuple[str, int]:
    r"""Read the string that opens at a position.

    Args:
        text: the text that the string is in.
        start: where it opens.
        keep_unknown: take a backslash that begins no escape as written, as in `"a\.b"`. PromQL refuses it,
            but it can mean only one thing.

    Returns:
        The string's value, and the position after its closing quote.

    Raises:
        KeySyntaxError: it does not end, has an unknown escape, or is not UTF-8.
    """
    closing = text[start]
    value = bytearray()
    at = start + 1
    while at < len(text):
        character = text[at]
        if character == closing:
            return _decode(value, start), at + 1
        if character == "\n":
            raise KeySyntaxError(
                "a quoted value cannot contain a line break", offset=at, advice=r"write the line break as \n"
            )
        if character == "\\":
            try:
                piece, at = read_escape(text, at, closing)
            except UnknownEscapeError:
                if not keep_unknown:
                    raise
                piece, at = b"\\", at + 1
        else:
            # Text that is not Unicode is refused when the whole is decoded.
            piece, at = character.encode(errors="surrogatepass"), at + 1
        value += piece
    raise KeySyntaxError(
        f"the quote {closing} is never closed", offset=start, advice=f"end the value with {closing}"
    )


def read_escape(text: str, at: int, closing: str) -> tuple[bytes, int]:
    """Read the escape that a backslash at a position begins.

    Returns:
        The bytes that it stands for, and the position after it.

    Raises:
        UnknownEscapeError: it begins none.
        KeySyntaxError: the escape stands for no character.
    """
    kind = text[at + 1 : at + 2]
    if kind in _SIMPLE:
        return _SIMPLE[kind], at + 2
    if kind == closing:
        return kind.encode(), at + 2
    if kind in _HEX_DIGITS:
        return _read_code(text, at, text[at + 2 : at + 2 + _HEX_DIGITS[kind]], 16)
    if kind and kind in "01234567":
        return _read_code(text, at, text[at + 1 : at + 1 + _OCTAL_DIGITS], 8)
    if kind in QUOTES and kind:
        advice = f"write {kind} without the backslash, because {closing} quotes the value"
    else:
        advice = rf"write \\{kind} for a backslash before {kind!r}" if kind else r"write \\ for a backslash"
    raise UnknownEscapeError(rf"\{kind} is not an escape that PromQL knows", offset=at, advice=advice)


def _read_code(text: str, at: int, digits: str, base: int) -> tuple[bytes, int]:
    r"""Read an escape that gives a byte (`\x41`, `\101`) or a code point (`\u53f0`) by number."""
    kind = text[at + 1]
    expected = _HEX_DIGITS.get(kind, _OCTAL_DIGITS)
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"  # noqa: PLR2004 - hexadecimal
    if len(digits) < expected or any(digit not in allowed for digit in digits):
        raise UnknownEscapeError(
            f"an escape \\{kind} needs {expected} digits",
            offset=at,
            advice=r"write \\ for a backslash, or all digits",
        )
    number = int(digits, base)
    end = at + len(digits) + (2 if kind in _HEX_DIGITS else 1)
    try:
        if kind in "uU":
            return chr(number).encode(), end
        return bytes([number]), end
    except (ValueError, OverflowError):
        raise KeySyntaxError(
            f"{text[at:end]} is not a Unicode character", offset=at, advice="write the character itself"
        ) from None


def _decode(value: bytearray, start: int) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise KeySyntaxError(
            "the value's bytes are not UTF-8 text",
            offset=start,
            advice="write the characters themselves instead of their bytes",
        ) from None
