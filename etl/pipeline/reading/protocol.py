"""How a reading process sends a `PageReading` to its parent: the child calls `encode_reading`, the parent
`decode_reading`.

The parent does not trust the child: anything that does not have the expected form raises `ValueError`.
"""

from dataclasses import replace
from typing import Any

import msgspec

from etl.extract import Extraction
from etl.extract.similarity import BANDS
from etl.pipeline.reading.page_reading import PageReading
from etl.web.urls import MAX_ADDRESS_CHARS


def encode_reading(reading: PageReading) -> tuple[Any, str]:
    """The reading as (JSON value, text): the long text is sent beside the JSON."""
    extraction = reading.extraction
    if extraction is None:
        return _as_json(reading), ""
    return _as_json(replace(reading, extraction=replace(extraction, text="", further_pages=()))), extraction.text


def _as_json(reading: PageReading) -> Any:
    return msgspec.to_builtins(reading, enc_hook=str)  # lxml returns texts as a subclass of str


def decode_reading(answer: Any, text: str) -> PageReading:
    """The reading that `encode_reading` encoded. Raises `ValueError`."""
    if not isinstance(answer, dict) or answer.keys() != PageReading.__dataclass_fields__.keys():
        raise ValueError("no reading of a page")
    try:
        reading = msgspec.convert(answer, PageReading)
    except msgspec.ValidationError as error:
        raise ValueError(f"no reading of a page: {error}") from error
    look = reading.look
    for address in (*reading.further_pages, *reading.frames, *reading.files, *look.styles, *look.pictures):
        if not (address.isascii() and len(address) <= MAX_ADDRESS_CHARS):
            raise ValueError("not a list of addresses")
    # A number that is too large to be stored has become a text (`etl.outside`).
    if len(reading.bands) not in (0, BANDS) or not all(
        isinstance(band, int) and -(2**63) <= band < 2**63 for band in reading.bands
    ):
        raise ValueError("not the bands of a text")
    if reading.failure:
        raise ValueError("a failure that the parent would have seen")
    return replace(reading, extraction=_with_text(reading.extraction, text)) if reading.extraction else reading


def _with_text(extraction: Extraction, text: str) -> Extraction:
    """The extraction with its text. Its chosen values are again objects of the evidence, by which they are known."""
    evidence = {value: value for value in reversed(extraction.evidence)}
    if extraction.fields.keys() != extraction.beliefs.keys() or not evidence.keys() >= set(extraction.fields.values()):
        raise ValueError("a chosen value without evidence or belief")
    return replace(extraction, text=text, fields={name: evidence[value] for name, value in extraction.fields.items()})
