import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from dynamic_alerting.exporter.gzip_stream import (
    GZIP_HEADER,
    Deflated,
    checksum,
    deflate,
    trailer,
)

pieces = st.lists(st.binary(max_size=3000), max_size=12)


def whole(deflated: list[Deflated]) -> bytes:
    return GZIP_HEADER + b"".join(piece.data for piece in deflated) + trailer(*checksum(deflated))


@given(pieces)
def test_pieces_compressed_apart_are_one_gzip_member(plain: list[bytes]) -> None:
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    joined = decompressor.decompress(whole([deflate(piece) for piece in plain]))
    assert joined == b"".join(plain)
    assert decompressor.eof
    assert decompressor.unused_data == b""


@given(pieces)
def test_the_combined_checksum_is_the_checksum_of_the_whole(plain: list[bytes]) -> None:
    crc, size = checksum([deflate(piece) for piece in plain])
    assert crc == zlib.crc32(b"".join(plain))
    assert size == sum(len(piece) for piece in plain)


def test_long_pieces_keep_their_checksum() -> None:
    long = bytes(range(256)) * 40_000
    assert gzip.decompress(whole([deflate(long), deflate(b"x"), deflate(long)])) == long + b"x" + long


def test_equal_input_gives_equal_bytes() -> None:
    assert whole([deflate(b"a" * 100)]) == whole([deflate(b"a" * 100)])
