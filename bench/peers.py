"""Ours and the general extractors, each as a function from a page to a prediction. They give what they can give."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from etl.extract.labelled_set import prediction
from etl.web.charset import decode
from etl.web.page import parse

Extractor = Callable[[str, str, bytes], dict[str, Any]]


def trafilatura_whole() -> Extractor:
    from trafilatura import bare_extraction  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        extracted = bare_extraction(body, url=url, with_metadata=True, include_tables=True)
        if extracted is None:
            return {"file": name}
        fields = {"title": extracted.title, "source": extracted.sitename, "published_date": extracted.date}
        return {"file": name, **fields, "text": extracted.text}

    return run


def trafilatura_text() -> Extractor:
    from trafilatura import bare_extraction  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        extracted = bare_extraction(body, url=url, include_tables=True)
        return {"file": name, "text": extracted.text if extracted else ""}

    return run


def gne() -> Extractor:
    from gne import GeneralNewsExtractor  # noqa: PLC0415

    extractor = GeneralNewsExtractor()

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        extracted = extractor.extract(decode(body)[0])
        fields = {
            "title": extracted["title"],
            "source": extracted["author"],
            "published_date": extracted["publish_time"][:10],
        }
        return {"file": name, **fields, "text": extracted["content"]}

    return run


def readability() -> Extractor:
    from lxml import html  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        extracted = Document(decode(body)[0])
        return {"file": name, "title": extracted.title(), "text": html.fromstring(extracted.summary()).text_content()}

    return run


def resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        return {"file": name, "text": extract_plain_text(decode(body)[0], main_content=True)}

    return run


def parse_alone() -> Extractor:
    """The floor: what decoding and libxml2 cost, and how fast the machine is today."""

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        parse(decode(body)[0])
        return {"file": name}

    return run


_ALL: dict[str, tuple[str, str, Callable[[], Extractor]]] = {
    "gongkai": ("etl", "", lambda: prediction),
    "nothing but the parse, lxml": ("lxml", "lxml", parse_alone),
    "trafilatura": ("trafilatura", "trafilatura", trafilatura_whole),
    "trafilatura, text only": ("trafilatura", "trafilatura", trafilatura_text),
    "GNE": ("gne", "gne", gne),
    "readability-lxml": ("readability", "readability-lxml", readability),
    "resiliparse": ("resiliparse", "resiliparse", resiliparse),
}


def installed() -> Iterator[tuple[str, Extractor]]:
    """(name with version, extractor) of ours and of each peer that is installed."""
    for name, (module, package, make) in _ALL.items():
        if find_spec(module):
            yield f"{name} {version(package)}" if package else name, make()
        else:
            print(f"{name}: not installed, left out (make bench installs it)", file=sys.stderr)
