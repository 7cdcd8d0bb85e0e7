"""Signs of equations in Office Open XML that are elements instead of text: brackets, ∑, √, the line of a fraction."""

from collections.abc import Iterator

from lxml import etree

from etl.files.formats.docx_numbering import tag_of
from etl.raised_text import is_single

_SHIFTS = {"sup": "superscript", "sub": "subscript", "deg": "superscript"}


def shift_of(tag: str, otherwise: str) -> str:
    """The shift of a part of an equation: `m:sup` is raised."""
    return _SHIFTS.get(tag, otherwise)


def parts(element: etree._Element, tag: str) -> Iterator[str | etree._Element]:
    """The signs and the elements of a part of an equation, in the order in which they are read."""
    children = [child for child in element if not tag_of(child).endswith("Pr")]
    if tag == "f":
        yield from _grouped(children[:1])
        yield " " if _property(element, "type", "bar") == "noBar" else "/"
        yield from _grouped(children[1:])
    elif tag == "d":
        yield _property(element, "begChr", "(")
        for number, child in enumerate(children):
            if number:
                yield _property(element, "sepChr", "|")
            yield child
        yield _property(element, "endChr", ")")
    elif tag == "nary":
        yield _property(element, "chr", "∫")
        yield from children
    elif tag == "rad":
        yield from (child for child in children if tag_of(child) == "deg")
        yield "√"
        yield from _grouped([child for child in children if tag_of(child) != "deg"])
    else:
        yield from element


def _grouped(children: list[etree._Element]) -> Iterator[str | etree._Element]:
    """In brackets, if it is more than a number or a name: (a+b)/2."""
    single = is_single("".join(str(text) for child in children for text in child.itertext()).strip())
    if not single:
        yield "("
    yield from children
    if not single:
        yield ")"


def _property(element: etree._Element, name: str, otherwise: str) -> str:
    """The `m:val` of a property, or `otherwise`. It may be empty, for example for a missing delimiter."""
    for properties in element:
        if tag_of(properties).endswith("Pr"):
            for child in properties:
                if tag_of(child) == name:
                    return next((str(v) for key, v in child.attrib.items() if str(key).endswith("}val")), "")
    return otherwise
