"""Text of what is drawn in documents of Office: shapes with text, diagrams (SmartArt), charts.

Of a chart a reader sees its titles, the names of its series and categories, and its values if they are written beside
the bars; the length of a bar is no text.
"""

from collections.abc import Iterator

from lxml import etree

from etl.files.formats.field_codes import TICKED, UNTICKED
from etl.files.formats.sheets import rows
from etl.files.formats.zip_packages import Package, attribute, read_xml, tag_of

_TO_BE_TICKED = ("Checkbox", "Radio")


def drawn_lines(root: etree._Element) -> list[str]:
    """The lines of a drawing, a diagram or a chart."""
    lines = list(_paragraphs(root))
    if tag_of(root) == "chartSpace":
        lines += rows(_series(root))
    return lines


def parts_drawn(root: etree._Element, targets: dict[str, str]) -> Iterator[str]:
    """The parts of the diagrams and charts that an element shows, in their order."""
    for element in root.iter("{*}relIds", "{*}chart"):
        if part := targets.get(attribute(element, "dm", "id")):
            yield part


def controls_of(archive: Package, part: str) -> list[tuple[str, str]]:
    """(☑ or □ if it is to be ticked, its words) of each form control in the VML of a sheet; none for comments."""
    controls = []
    for shape in read_xml(archive, part).iter("{*}shape"):
        data = shape.find("{*}ClientData")
        kind = "Note" if data is None else data.get("ObjectType")
        words = " ".join("".join(map(str, text.itertext())) for text in shape.iterchildren("{*}textbox")).split()
        if kind != "Note" and words and data is not None:
            ticked = TICKED if data.findtext("{*}Checked") == "1" else UNTICKED
            controls.append((ticked if kind in _TO_BE_TICKED else "", " ".join(words)))
    return controls


def _paragraphs(root: etree._Element) -> Iterator[str]:
    for paragraph in root.iter("{*}p"):
        if any(True for _ in paragraph.iterancestors("{*}Fallback")):
            continue
        pieces = ("\n" if tag_of(piece) == "br" else piece.text or "" for piece in paragraph.iter("{*}t", "{*}br"))
        yield from (line for text in "".join(pieces).split("\n") if (line := " ".join(text.split())))


def _series(chart: etree._Element) -> Iterator[list[str]]:
    """The categories, then the series of a chart."""
    shown: list[str] = []
    for series in chart.iter("{*}ser"):
        categories = _values(series, "cat")
        if categories != shown and categories:
            shown = categories
            yield ["", *categories]
        labelled = any(mark.get("val") not in ("0", "false") for mark in _labels(series))
        yield [*(_values(series, "tx")[:1] or [""]), *(_values(series, "val") if labelled else [])]


def _labels(series: etree._Element) -> Iterator[etree._Element]:
    """What says whether the values of a series are written: of its own, else of its whole plot."""
    for holder in (series, series.getparent()):
        labels = None if holder is None else holder.find("{*}dLbls")
        if labels is not None:
            yield from labels.iterchildren("{*}showVal")
            return


def _values(series: etree._Element, name: str) -> list[str]:
    """The texts or numbers that a chart keeps of its cells."""
    holder = series.find(f"{{*}}{name}")
    if holder is None:
        return []
    own = holder.findtext("{*}v")
    return [own] if own else [point.findtext("{*}v") or "" for point in holder.iter("{*}pt")]
