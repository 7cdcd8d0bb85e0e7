"""What the demo sites of the two Hanweb families share: their documents, and how their detail pages show fields.

槐津市 (JCMS) and 芷汀市 (jpaas) are invented. Each publishes two topics of `texts/lakes.yaml`, what its agencies write
every year, and a document of the province that other sites have too. Each has a document with an
empty body and a PDF.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from demo.catalogue import documents, of_topic, of_year
from demo.documents import Document, chinese_date

TOPICS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "jcms": (
        {"topic": "carpark", "by": "hj-city", "date": date(2023, 6, 13), "serial": 33, "case": date(2023, 8, 21)},
        {"topic": "library", "by": "hj-culture", "date": date(2022, 11, 24), "serial": 46, "case": date(2023, 8, 29)},
    ),
    "jpaas": (
        {"topic": "wetland", "by": "zt-forest", "date": date(2023, 2, 14), "serial": 14, "case": date(2023, 7, 19)},
        {"topic": "parcel", "by": "zt-commerce", "date": date(2022, 8, 30), "serial": 57, "case": date(2023, 4, 12)},
    ),
}
YEARLY: Mapping[str, Mapping[str, tuple[tuple[str, tuple[int, ...]], ...]]] = {
    "jcms": {
        "law": (("hj-jindu", (2019, 2020, 2021, 2022, 2023)), ("hj-mailing", (2021, 2022, 2023)), ("hj-city", (2023,))),
        "disclosure": (("hj-gov", (2021, 2022)), ("hj-culture", (2021, 2022, 2023)), ("hj-jindu", (2022,))),
        "budget": (("hj-finance", (2022, 2023)), ("hj-culture", (2023,)), ("hj-city", (2023,))),
        "appointments": (("hj-gov", (2020, 2021, 2022, 2023)),),
    },
    "jpaas": {
        "law": (("zt-weiqiao", (2020, 2021, 2022, 2023)), ("zt-forest", (2022, 2023)), ("zt-commerce", (2023,))),
        "disclosure": (("zt-gov", (2021, 2022)), ("zt-commerce", (2022, 2023))),
        "budget": (("zt-finance", (2022, 2023)), ("zt-forest", (2023,))),
        "appointments": (("zt-gov", (2021, 2022, 2023)),),
    },
}
WORDLESS = ("budget-hj-city-2023", "budget-zt-forest-2023")


def published(site: str) -> list[Document]:
    """Every document of "jcms" or "jpaas"."""
    made = [document for row in TOPICS[site] for document in of_topic(row)]
    for kind, rows in YEARLY[site].items():
        pairs = [(by, year) for by, years in rows for year in years]
        made += [of_year(kind, by, year, turn) for turn, (by, year) in enumerate(pairs)]
    shared = [document for document in documents("trs") if document.key == "yl-feedback"]
    return [replace(each, body=()) if each.key in WORDLESS else each for each in made] + shared


def known(document: Document) -> dict[str, str]:
    """Every field that the pages show, in its normal form, the empty ones too."""
    plain = (
        "title", "index_number", "publisher", "source", "document_number", "subject_category", "group_category",
        "disclosure_method", "validity", "written_date", "published_date",
    )  # fmt: skip
    fields = {name: str(getattr(document, name) or "") for name in plain}
    # Rules get a number of the register of rules, which is not their document number.
    registered = f"YLHJ16-{document.published_date.year}-0{document.index_number[-3:]}" if document.validity else ""
    return fields | {
        "disclosure_scope": "面向全社会", "registration_number": registered, "keywords": ",".join(document.keywords),
    }  # fmt: skip


def allowed_fields(document: Document, shown: Mapping[str, str]) -> dict[str, str]:
    """Fields that a record may have though the header lacks them: from meta tags and from the body."""
    meta = {name: value for name, value in known(document).items() if name in ("source", "keywords") and value}
    if document.document_number and document.document_number in document.text:
        meta["document_number"] = document.document_number
    if document.written_date and chinese_date(document.written_date) in document.text:
        meta["written_date"] = str(document.written_date)
    return {name: value for name, value in meta.items() if name not in shown}
