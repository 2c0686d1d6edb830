"""Decompression of a response in bounded steps: a few bytes never become gigabytes at once. Pure."""

import zlib
from collections.abc import Callable, Generator, Iterator

import brotli
import zstandard

STEP = 1 << 16
"""Bytes that gzip, deflate and brotli give at a time, about."""
_PARTS = 1000
"""Packed parts of one response: each may be empty, and a response of nothing else would take for ever."""
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SLICE = 256
"""Bytes fed to zstd at a time. Four can become 128 KiB, so that a step is 8 MiB at most."""
_ZSTD_WINDOW = 1 << 23
"""RFC 9659: what a server may ask of us."""


class BadContent(Exception):  # noqa: N818  (says what is wrong with the bytes)
    """The bytes are not what `Content-Encoding` says, or are cut off, or packed twice."""


def unpack(packed: bytes, content_encoding: str) -> Iterator[bytes]:
    """The content in pieces of at most 8 MiB. An encoding that nobody knows is taken for none, as browsers do.

    Raises `BadContent`, perhaps after some pieces.
    """
    names = [name for each in content_encoding.split(",") if (name := each.strip().lower()) != "identity"]
    known = [name for name in names if name in _DECODERS]
    if len(known) > 1:
        raise BadContent("more than one content-encoding")
    decode = _DECODERS[known[0]] if known else _plain
    try:
        # An empty body is empty, whatever the headers say of it.
        yield from decode(memoryview(packed)) if packed else ()
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise BadContent(f"{known[0]}: {error}") from error


def _plain(packed: memoryview) -> Iterator[bytes]:
    yield bytes(packed)


def _gzip(packed: memoryview) -> Iterator[bytes]:
    for _ in range(_PARTS):
        taken = yield from _inflate(zlib.decompressobj(zlib.MAX_WBITS | 16), packed)
        packed = packed[taken:]
        if packed[:2] != _GZIP:
            return  # the end, or padding
    raise BadContent(f"gzip: more than {_PARTS} parts")


def _deflate(packed: memoryview) -> Iterator[bytes]:
    # The standard means zlib's form; some servers send the bare one.
    wrapped = packed[0] & 0x0F == 8 and int.from_bytes(packed[:2]) % 31 == 0
    yield from _inflate(zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS), packed)


def _inflate(decoder: "zlib._Decompress", packed: memoryview) -> Generator[bytes, None, int]:
    """Returns how many bytes belong to this part."""
    for start in range(0, len(packed), STEP):
        pending: bytes | memoryview = packed[start : start + STEP]
        while len(pending) and not decoder.eof:
            yield decoder.decompress(pending, STEP)
            pending = decoder.unconsumed_tail
        if decoder.eof:
            return min(start + STEP, len(packed)) - len(decoder.unused_data)
    while rest := decoder.decompress(b"", STEP):
        yield rest
    if not decoder.eof:
        raise BadContent("gzip or deflate: cut off")
    return len(packed)


def _brotli(packed: memoryview) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    for start in range(0, len(packed), STEP):
        piece = decoder.process(packed[start : start + STEP], output_buffer_limit=STEP)
        while piece or not (decoder.is_finished() or decoder.can_accept_more_data()):
            yield piece
            piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=STEP)
        if decoder.is_finished():
            return
    raise BadContent("br: cut off")


def _zstd(packed: memoryview) -> Iterator[bytes]:
    for _ in range(_PARTS):
        decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        start = 0
        while start < len(packed) and not decoder.eof:
            yield decoder.decompress(packed[start : start + _ZSTD_SLICE])
            start += _ZSTD_SLICE
        if not decoder.eof:
            raise BadContent("zstd: cut off")
        packed = packed[min(start, len(packed)) - len(decoder.unused_data) :]
        if packed[:4] != _ZSTD:
            return
    raise BadContent(f"zstd: more than {_PARTS} parts")


_DECODERS: dict[str, Callable[[memoryview], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
ACCEPTED = "gzip, deflate, br, zstd"
