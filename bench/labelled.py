"""A labelled set on disk, and what is known of any page."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HTML_TAGS = frozenset(
    """
    a abbr acronym address area article aside audio b base basefont bdi bdo big blink blockquote body br button canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input
    ins kbd label legend li link main map mark marquee menu meta meter nav nobr noscript object ol optgroup option
    output p param picture pre progress q rp rt ruby s samp script section select small source span strike strong style
    sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
    """.split()
)
"""Names of elements in HTML, also in its older versions."""

Label = Mapping[str, Any]
Page = tuple[Label, bytes]
Row = tuple[Label, bytes, Mapping[str, Any]]
"""(label, the page's bytes, prediction)."""


def load_pages(folder: Path) -> list[Page]:
    """(label, the page's bytes) of each line of `labels.jsonl`; the pages lie below `pages/`."""
    lines = (folder / "labels.jsonl").read_text("utf-8").splitlines()
    labels = [json.loads(line) for line in lines if line.strip()]
    return [(label, (folder / "pages" / label["file"]).read_bytes()) for label in labels]


def write_labels(folder: Path, labels: Iterable[Label]) -> None:
    lines = (json.dumps(label, ensure_ascii=False) + "\n" for label in labels)
    (folder / "labels.jsonl").write_text("".join(lines), "utf-8")
