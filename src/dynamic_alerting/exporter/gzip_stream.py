"""One gzip stream glued from pieces that were compressed separately and long before.

A reload that changes one tenant must not compress every tenant again, and a scrape must not compress at all.
Several gzip members in a row would do for Prometheus, but browsers and several HTTP libraries stop after the
first member. So each piece is kept as raw deflate blocks that end on a byte boundary, and one header and one
trailer are put around them; the trailer's CRC is combined from the pieces' CRCs.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

#: RFC 1952 member header: deflate, no flags, no time, unknown system (identical input → identical output).
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

#: An empty final deflate block with fixed codes (RFC 1951, 3.2.6).
_LAST_BLOCK = b"\x03\x00"

#: CRC-32's polynomial, bits reversed as zlib uses it.
_POLYNOMIAL = 0xEDB88320

#: Exposition text shrinks 20-fold at the cheapest level; higher levels cost three times as much for a tenth.
_LEVEL = 1


def _multiply(a: int, b: int) -> int:
    """The product of two polynomials modulo the CRC's (zlib's ``multmodp``)."""
    product = 0
    bit = 1 << 31
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _squares() -> tuple[int, ...]:
    """x^(2^n) for n = 0…31."""
    table = [1 << 30]
    while len(table) < 32:  # noqa: PLR2004 - the group's order divides 2^32 - 1: the table repeats after 32
        table.append(_multiply(table[-1], table[-1]))
    return tuple(table)


_SQUARES = _squares()


def _shift_operator(length: int) -> int:
    """x^(8·length): what moves a CRC over ``length`` further bytes."""
    operator = 1 << 31
    power = 3
    while length:
        if length & 1:
            operator = _multiply(_SQUARES[power & 31], operator)
        length >>= 1
        power += 1
    return operator


@dataclass(frozen=True, slots=True)
class Deflated:
    """A compressed piece of a longer gzip stream.

    Attributes:
        data: Raw deflate blocks, none of them final, ending on a byte boundary.
        crc: CRC-32 of the uncompressed bytes.
        size: Number of uncompressed bytes.
        shift: The operator that moves a CRC over ``size`` bytes.
    """

    data: bytes
    crc: int
    size: int
    shift: int


def deflate(plain: bytes) -> Deflated:
    """Compresses one piece so that it can stand anywhere in a gzip stream."""
    if not plain:
        return Deflated(b"", 0, 0, 1 << 31)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = compressor.compress(plain) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return Deflated(data, zlib.crc32(plain), len(plain), _shift_operator(len(plain)))


def checksum(pieces: Iterable[Deflated]) -> tuple[int, int]:
    """CRC-32 and size of the pieces' concatenation, without touching their data."""
    crc, size = 0, 0
    for piece in pieces:
        crc = _multiply(piece.shift, crc) ^ piece.crc
        size += piece.size
    return crc, size


def trailer(crc: int, size: int) -> bytes:
    """What ends the stream: an empty final block, then CRC-32 and size modulo 2^32 (RFC 1952)."""
    return _LAST_BLOCK + struct.pack("<II", crc, size & 0xFFFFFFFF)
