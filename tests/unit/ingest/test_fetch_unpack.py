"""Decompression: all of it, only what is whole, and never much at once."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.fetch.unpack import STEP, BadContent, unpack

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda content: brotli.compress(content, quality=4),
    "zstd": zstandard.compress,
}
encodings = pytest.mark.parametrize("encoding", PACK)
LARGEST = 8 << 20


def whole(packed: bytes, encoding: str) -> bytes:
    return b"".join(unpack(packed, encoding))


@encodings
@settings(deadline=None)
@given(content=st.binary(max_size=2000), times=st.integers(1, 300))
def test_what_was_packed_comes_out(encoding: str, content: bytes, times: int) -> None:
    assert whole(PACK[encoding](content * times), encoding) == content * times


@encodings
def test_more_than_a_step(encoding: str) -> None:
    content = b"".join(number.to_bytes(3) for number in range(STEP))
    packed = PACK[encoding](content)
    assert len(packed) > STEP
    assert whole(packed, f" {encoding.upper()}") == content


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_several_parts_are_one(encoding: str) -> None:
    parts = b"".join(PACK[encoding](part * STEP) for part in (b"a", b"b", b"c"))
    assert whole(parts, encoding) == b"a" * STEP + b"b" * STEP + b"c" * STEP
    assert whole(PACK[encoding](b"a") + b"\0\0padding", encoding) == b"a"


@encodings
def test_what_is_cut_off_is_not_whole(encoding: str) -> None:
    packed = PACK[encoding](bytes(range(256)) * 9)
    for length in range(1, len(packed)):
        with pytest.raises(BadContent):
            whole(packed[:length], encoding)


@encodings
@settings(deadline=None)
@given(content=st.binary(max_size=500), at=st.integers(0, 499), noise=st.binary(min_size=1, max_size=9))
def test_noise_is_told_and_nothing_else_happens(encoding: str, content: bytes, at: int, noise: bytes) -> None:
    packed = PACK[encoding](content)
    for spoilt in (packed[:at] + noise + packed[at + len(noise) :], noise + content):
        with suppress(BadContent):
            assert isinstance(whole(spoilt, encoding), bytes)


def test_deflate_without_its_wrapping() -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert whole(packer.compress(b"news") + packer.flush(), "deflate") == b"news"


@pytest.mark.parametrize("encoding", ["", "identity", "utf-8", "none, identity"])
def test_what_is_not_packed(encoding: str) -> None:
    assert whole(b"news", encoding) == b"news"


@encodings
def test_nothing_is_nothing(encoding: str) -> None:
    assert whole(b"", encoding) == b""


def test_layers_are_refused() -> None:
    with pytest.raises(BadContent, match="more than one"):
        whole(gzip.compress(gzip.compress(b"news")), "gzip, gzip")
    assert whole(gzip.compress(b"news"), "identity, gzip") == b"news"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_parts_of_nothing_without_end(encoding: str) -> None:
    with pytest.raises(BadContent, match="more than 1000 parts"):
        whole(PACK[encoding](b"") * 1001, encoding)


@encodings
def test_a_bomb_goes_off_in_small_steps(encoding: str) -> None:
    packed = PACK[encoding](bytes(50_000_000))
    tracemalloc.start()
    try:
        first = next(each for each in unpack(packed, encoding) if each)
        largest = max(map(len, unpack(packed, encoding)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0 < len(first) <= largest <= LARGEST
    assert peak < 3 * LARGEST


def test_a_window_that_would_take_our_memory_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(BadContent):
        whole(packer.compress(b"news" * 99) + packer.flush(), "zstd")
