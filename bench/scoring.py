"""How near predictions come to hand-made labels: fields, text, attachments, kind of page.

Fields: a value is right when it equals the label's after NFKC and removal of white space; one given where the label has
none is a false positive; F1 follows from the counts over all pages (micro-averaged). Text: F1 of character 3-grams (as
multisets) against the visible text from `body_start` to `body_end`, averaged over pages; of a page without text a line
of at most 40 characters is right. Leaked: `excludes` snippets found in the text. Pages whose label is a listing or a
stub count for the kind alone.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from etl.web.page import read_page

CORE = ("title", "index_number", "publisher", "document_number", "written_date", "published_date")
FIELDS = (
    *CORE, "source", "effective_date", "expiry_date", "subject_category", "group_category", "genre_category",
    "keywords", "disclosure_method", "disclosure_scope", "validity",
)  # fmt: skip
_ONE_LINE = 40
_TEXT_HOLDS = 0.95


@dataclass(slots=True)
class Counts:
    """True and false positives, false negatives."""

    right: int = 0
    added: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.added + other.added, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """1.0 where there was nothing to find and nothing was given."""
        total = 2 * self.right + self.added + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A page and a field on which prediction and label differ."""

    file: str
    field: str
    label: str
    predicted: str


@dataclass(slots=True)
class Score:
    """The measures of a set of pages; `unusable` names pages whose label bounds no text.

    `whole` counts the documents on which every core field is right, empty ones included.
    """

    pages: int = 0
    documents: int = 0
    whole: int = 0
    fields: dict[str, Counts] = field(default_factory=lambda: {name: Counts() for name in FIELDS})
    files: Counts = field(default_factory=Counts)
    texts: list[float] = field(default_factory=list)
    snippets: Counter[str] = field(default_factory=Counter)
    kinds: Counter[bool] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)

    @property
    def core(self) -> float:
        return sum((self.fields[name] for name in CORE), Counts()).f1

    @property
    def all(self) -> float:
        return sum(self.fields.values(), Counts()).f1

    @property
    def text(self) -> float:
        return sum(self.texts) / len(self.texts) if self.texts else 1.0


def squash(value: object) -> str:
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff|]+", "", text)


def key(name: str, value: object) -> str:
    """The form in which two values of a field are compared."""
    text = squash(value)
    if name == "document_number":
        text = text.translate(str.maketrans("[]【】()〈〉", "〔〕〔〕〔〕〔〕"))
    elif name == "keywords":
        text = ";".join(sorted(filter(None, re.split(r"[;,、/]", text))))
    elif name.endswith("_category"):
        text = re.sub(r"[-/\\>、,;]+", "-", text).strip("-")
    return text.strip(":")


@cache
def _visible(body: bytes) -> str:
    page = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", read_page(body, "").text))
    etree.strip_elements(page, "script", "style", "noscript", "template", etree.Comment, with_tail=False)
    return squash(page.text_content())


def _labelled_text(label: Mapping[str, Any], body: bytes) -> str | None:
    """The shortest span between the label's bounds that holds all its snippets; None where there is none."""
    start, end = squash(label.get("body_start")), squash(label.get("body_end"))
    snippets = [squash(snippet) for snippet in label.get("contains") or ()]
    if not start or not end:
        return None if snippets else ""
    page = _visible(body)
    starts = [match.start() for match in re.finditer(re.escape(start), page)]
    ends = [match.end() for match in re.finditer(re.escape(end), page)]
    spans = (page[first:last] for first in starts for last in ends if last >= first + len(start))
    return min((span for span in spans if all(snippet in span for snippet in snippets)), key=len, default=None)


def _text_f1(text: str, expected: str) -> float:
    if not expected:
        return float(len(text) <= _ONE_LINE)
    grams, expected_grams = _grams(text), _grams(expected)
    return 2 * (grams & expected_grams).total() / (grams.total() + expected_grams.total())


def _grams(text: str) -> Counter[str]:
    return Counter(text[at : at + 3] for at in range(max(len(text) - 2, 1))) if text else Counter()


def _file(address: str) -> str:
    return address.split("#")[0].rstrip("/").rsplit("/", 1)[-1].lower()


def score(pages: Iterable[tuple[Mapping[str, Any], bytes, Mapping[str, Any]]]) -> Score:
    """The score of (label, the page's bytes, prediction)."""
    result = Score()
    for label, body, prediction in pages:
        _add(result, label, body, prediction)
    return result


def macro_core(pages: Iterable[tuple[Mapping[str, Any], bytes, Mapping[str, Any]]]) -> tuple[float, int]:
    """(mean over hosts of the core F1 of a host's documents, number of hosts): a host with many pages counts once."""
    by_host: dict[str, list[tuple[Mapping[str, Any], bytes, Mapping[str, Any]]]] = defaultdict(list)
    for row in pages:
        if row[0].get("page_kind", "document") == "document":
            by_host[urlsplit(str(row[0].get("url") or "")).hostname or ""].append(row)
    return sum(score(rows).core for rows in by_host.values()) / max(len(by_host), 1), len(by_host)


def _add(result: Score, label: Mapping[str, Any], body: bytes, prediction: Mapping[str, Any]) -> None:
    result.pages += 1
    name, kind = str(label["file"]), label.get("page_kind", "document")

    def differs(part: str, expected: object, predicted: object) -> None:
        result.disagreements.append(Disagreement(name, part, str(expected or "—"), str(predicted or "—")))

    if "outcome" in prediction:
        result.kinds[prediction["outcome"] == kind] += 1
        if prediction["outcome"] != kind:
            differs("outcome", kind, prediction["outcome"])
    if kind != "document":
        return
    result.documents += 1
    result.whole += all(key(part, label.get(part)) == key(part, prediction.get(part)) for part in CORE)
    for part in FIELDS:
        expected, predicted = key(part, label.get(part)), key(part, prediction.get(part))
        if expected and expected == predicted:
            result.fields[part].right += 1
        elif expected or predicted:
            result.fields[part] += Counts(0, bool(predicted), bool(expected))
            differs(part, label.get(part), prediction.get(part))
    gold = _labelled_text(label, body)
    if gold is None:
        result.unusable.append(name)
        return
    text = squash(prediction.get("text"))
    f1 = _text_f1(text, gold)
    result.texts.append(f1)
    if f1 < _TEXT_HOLDS:
        differs("text", f"{len(gold)} characters", f"{len(text)} characters, F1 {f1:.2f}")
    excludes = label.get("excludes") or ()
    result.snippets.update(excludes=len(excludes), leaked=sum(squash(snippet) in text for snippet in excludes))
    expected_files, files = ({_file(a) for a in source.get("attachments") or ()} for source in (label, prediction))
    result.files += Counts(len(expected_files & files), len(files - expected_files), len(expected_files - files))
    if expected_files != files:
        differs("attachments", ", ".join(sorted(expected_files)), ", ".join(sorted(files)))
