"""Unpacking bodies: what browsers take is taken, however it is packed and cut, and nothing exceeds the limit."""

import gzip
import sys
import tracemalloc
import zlib
from itertools import pairwise

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.fetch.content_coding import BodyError, BodyReader, unpack
from etl.files.media_types import DOC, DOCX, PDF
from etl.outcomes import Outcome
from etl.reasons import english
from tests.support.samples import SAMPLES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 100_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[: len(body) // 2]) + gzip.compress(body[len(body) // 2 :]),
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": lambda body: zstd.compress(body[: len(body) // 2]) + zstd.compress(body[len(body) // 2 :]),
    "utf-8": bytes,
    "identity": bytes,
    "compress": bytes,
}


def read(packed: bytes, codings: str, cuts: list[int] | None = None, limit: int = LIMIT) -> bytes:
    reader = BodyReader(codings, limit)
    bounds = [0, *sorted({cut % (len(packed) + 1) for cut in cuts or []}), len(packed)]
    for start, end in pairwise(bounds):
        reader.add(packed[start:end])
    return reader.complete()


@given(st.binary(max_size=5000), st.lists(st.sampled_from(sorted(PACKERS)), max_size=5), st.lists(st.integers(0)))
def test_a_body_is_unpacked_whatever_its_codings_and_however_it_is_cut(
    body: bytes, codings: list[str], cuts: list[int]
) -> None:
    packed = body
    for coding in codings:
        packed = PACKERS[coding](packed)
    assert read(packed, " ,".join(codings), cuts) == body


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "zstd"])
def test_a_body_that_comes_byte_by_byte_is_unpacked(coding: str) -> None:
    body = bytes(range(256)) * 20
    packed = PACKERS[coding](body)
    assert read(packed, coding, list(range(len(packed)))) == body


@given(st.binary(max_size=400), st.lists(st.sampled_from(sorted(PACKERS)), max_size=7))
def test_any_bytes_under_any_coding_are_a_body_or_an_error_with_its_reason(body: bytes, codings: list[str]) -> None:
    try:
        reason, got = None, unpack(body, ",".join(codings), 1000)
    except BodyError as error:
        reason, got = error.reason, error.partial
    assert len(got) <= 1000
    assert reason is None or english(reason)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "zstd"])
def test_a_body_that_is_cut_off_is_told_with_what_came_of_it(coding: str) -> None:
    body = b"".join(str(number).encode() for number in range(20_000))
    with pytest.raises(BodyError) as cut:
        unpack(PACKERS[coding](body)[:-3000], coding, len(body))
    assert cut.value.outcome is Outcome.NETWORK_ERROR
    assert "ends in the middle" in english(cut.value.reason)
    assert cut.value.partial
    assert body.startswith(cut.value.partial)


def test_the_first_bytes_of_another_member_are_missing_it() -> None:
    assert unpack(gzip.compress(b"a") + b"\0\0more", "gzip", LIMIT) == b"a"
    for cut in (1, 2, 3, 12):
        with pytest.raises(BodyError, match="cut_off"):
            unpack(gzip.compress(b"a") + gzip.compress(b"b")[:cut], "gzip", LIMIT)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "zstd", "br, br", "gzip, zstd"])
def test_what_unpacks_to_a_thousand_times_its_size_is_refused_in_little_memory(coding: str) -> None:
    packed = b"0" * 10_000_000
    for each in coding.split(", "):
        packed = PACKERS[each](packed)
    tracemalloc.start()
    try:
        with pytest.raises(BodyError) as refused:
            unpack(packed, coding, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert refused.value.outcome is Outcome.TOO_LARGE
    assert refused.value.partial == b"0" * LIMIT


def test_packed_bytes_that_hold_nothing_are_counted_too() -> None:
    nothing = b"\0\0\0\xff\xff"  # a block of deflate without content
    with pytest.raises(BodyError, match="body_over_limit"):
        unpack(nothing * LIMIT, "deflate", LIMIT)


def test_no_body_lacks_nothing() -> None:
    assert unpack(b"", "gzip, br", LIMIT) == b""


def test_a_stack_of_codings_has_an_end() -> None:
    with pytest.raises(BodyError) as refused:
        unpack(b"", "gzip," * 6, LIMIT)
    assert refused.value.outcome is Outcome.HTTP_ERROR


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-gzip, gzip"])
@given(text=st.text(alphabet="<p>云溪区通知</p> \n", min_size=20, max_size=400), cuts=st.lists(st.integers(0)))
def test_text_that_is_said_to_be_packed_and_is_not_is_taken_as_it_is(coding: str, text: str, cuts: list[int]) -> None:
    body = f"<!DOCTYPE html><html>{text}</html>".encode()
    assert read(body, coding, cuts) == body


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("body", [SAMPLES[PDF], SAMPLES[DOCX], SAMPLES[DOC]])
@given(cuts=st.lists(st.integers(0)))
def test_a_file_that_is_said_to_be_packed_and_is_not_is_taken_as_it_is(
    coding: str, body: bytes, cuts: list[int]
) -> None:
    assert read(body, coding, cuts) == body
