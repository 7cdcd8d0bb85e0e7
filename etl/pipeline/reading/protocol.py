"""How a reading process sends a `PageReading` to its parent: the child calls `encode_reading`, the parent
`decode_reading`.

The parent does not trust the child: anything that does not have the expected form raises `ValueError`.
"""

from collections.abc import Sequence
from typing import Any, get_args

from etl.extract import Attachment, Belief, Extraction, FieldValue, IndexNumber, Origin, PageKind, Rule
from etl.extract.similarity import BANDS
from etl.fetch.refusals import Refusal
from etl.outcomes import Outcome
from etl.pipeline.reading.page_reading import PageReading
from etl.web.appearance import Appearance
from etl.web.urls import MAX_ADDRESS_CHARS, Address

_ORIGINS, _KINDS = frozenset(get_args(Origin)), frozenset(get_args(PageKind))
_RULES, _BELIEFS = {str(rule): rule for rule in Rule}, {str(belief): belief for belief in Belief}
_ROLES = frozenset(("file", "image"))


def encode_reading(reading: PageReading) -> tuple[Any, str]:
    """The reading as (JSON value, text): the long text is sent beside the JSON."""
    extraction = reading.extraction
    value = [
        list(reading.refusal) if reading.refusal else None,
        reading.readable,
        reading.further_pages,
        reading.frames,
        reading.files,
        reading.look.styles,
        reading.look.pictures,
        reading.pager_error,
        reading.bands,
        _encode(extraction) if extraction else None,
    ]
    return value, extraction.text if extraction else ""


def decode_reading(answer: Any, text: str) -> PageReading:
    """The reading that `encode_reading` encoded. Raises `ValueError`."""
    match answer:
        case [
            refusal,
            bool(readable),
            list(further),
            list(frames),
            list(files),
            list(styles),
            list(pictures),
            str(pager_error),
            list(bands),
            extraction,
        ]:
            return PageReading(
                _refusal(refusal),
                readable,
                _addresses(further),
                _addresses(frames),
                _addresses(files),
                Appearance(_addresses(styles), _addresses(pictures)),
                pager_error,
                _bands(bands),
                None if extraction is None else _extraction(extraction, text),
            )
    raise ValueError("no reading of a page")


def _encode(extraction: Extraction) -> list[Any]:
    """Chosen values are sent as indices into the evidence, which contains them."""
    evidence, index = extraction.evidence, extraction.index
    return [
        extraction.kind,
        extraction.reason,
        [[item.name, item.value, item.raw, item.label, item.origin, item.rule] for item in evidence],
        {name: [evidence.index(value), extraction.beliefs[name]] for name, value in extraction.fields.items()},
        [[file.url, file.name, file.role] for file in extraction.attachments],
        extraction.charset,
        extraction.extractor,
        extraction.flags,
        [getattr(index, name) for name in IndexNumber.__dataclass_fields__] if index else None,
        extraction.frames,
    ]


def _extraction(value: Any, text: str) -> Extraction:
    match value:
        case [
            str(kind), str(reason), list(evidence), dict(chosen), list(files), str(charset), str(extractor),
            list(flags), index, list(frames),
        ] if kind in _KINDS:  # fmt: skip
            values = tuple(map(_field_value, evidence))
            places = {name: _chosen(each, values) for name, each in chosen.items()}
            return Extraction(
                kind=kind,  # type: ignore[arg-type]
                reason=reason,
                fields={name: value for name, (value, _) in places.items()},
                evidence=values,
                text=text,
                attachments=tuple(map(_attachment, files)),
                charset=charset,
                extractor=extractor,
                flags=_texts(flags),
                index=None if index is None else _index(index),
                frames=_texts(frames),
                beliefs={name: belief for name, (_, belief) in places.items()},
            )
    raise ValueError("no extraction")


def _field_value(value: Any) -> FieldValue:
    match value:
        case [str(name), str(normal), str(raw), str(label), origin, rule] if origin in _ORIGINS and rule in _RULES:
            return FieldValue(name, normal, raw, label, origin, _RULES[rule])
    raise ValueError("no value of a field")


def _chosen(value: Any, evidence: Sequence[FieldValue]) -> tuple[FieldValue, Belief]:
    match value:
        case [int(place), belief] if 0 <= place < len(evidence) and belief in _BELIEFS:
            return evidence[place], _BELIEFS[belief]
    raise ValueError("no place among the evidence")


def _attachment(value: Any) -> Attachment:
    match value:
        case [str(url), str(name), role] if role in _ROLES:
            return Attachment(url, name, role)
    raise ValueError("no attachment")


def _index(value: Any) -> IndexNumber:
    match value:
        case [
            str(raw), str(scheme), None | str() as organisation, None | str() as credit, None | str() as region,
            None | str() as level, None | int() as year, None | str() as serial, list(flags),
        ]:  # fmt: skip
            return IndexNumber(raw, scheme, organisation, credit, region, level, year, serial, _texts(flags))
    raise ValueError("no index number")


def _refusal(value: Any) -> Refusal | None:
    match value:
        case None:
            return None
        case [str(outcome), str(reason)]:
            return Outcome(outcome), reason
    raise ValueError("no refusal")


def _texts(values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("not a list of texts")
    return tuple(values)


def _bands(values: list[Any]) -> tuple[int, ...]:
    if len(values) not in (0, BANDS) or not all(
        isinstance(value, int) and -(2**63) <= value < 2**63 for value in values
    ):
        raise ValueError("not the bands of a text")
    return tuple(values)


def _addresses(values: list[Any]) -> tuple[Address, ...]:
    texts = _texts(values)
    if not all(text.isascii() and len(text) <= MAX_ADDRESS_CHARS for text in texts):
        raise ValueError("not a list of addresses")
    return tuple(map(Address, texts))
