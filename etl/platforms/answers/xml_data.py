"""XML that a service answers, as the objects, lists and texts that JSON of the same service would have.

Attributes and elements are values by their names, and repeated elements are a list. A single row that is the only
element of its parent is a list too. Entities are not resolved. Broken XML is refused: half a list would look complete.
"""

from typing import Any

from lxml import etree

from etl.platforms.base import NotAListing
from etl.reason_codes import Code


def read_xml(text: str) -> Any:
    """The value of the root element. Raises `NotAListing` for broken XML."""
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)
    try:
        return _value(etree.fromstring(text.strip().encode("utf-8", "replace"), parser))
    except etree.XMLSyntaxError as broken:
        raise NotAListing(Code.BROKEN_XML, error=broken.msg) from broken


def _value(element: etree._Element) -> Any:
    """An object of the element's attributes and elements; of one that has neither, its text, or None."""
    children = [child for child in element if isinstance(child.tag, str)]
    named: dict[str, Any] = {_name(name): value for name, value in element.attrib.items()}
    text = "".join(map(str, element.itertext())).strip() if not children else ""
    if not children:
        return {**named, "text": text} if named and text else named or text or None
    groups: dict[str, list[etree._Element]] = {}
    for child in children:
        groups.setdefault(_name(child.tag), []).append(child)
    for name, group in groups.items():
        is_list = len(group) > 1 or (len(groups) == 1 and _is_row(group[0]))
        named[name] = [_value(each) for each in group] if is_list else _value(group[0])
    return named


def _is_row(element: etree._Element) -> bool:
    """Whether an element has values, and none of these has elements."""
    return bool(len(element) or element.attrib) and not any(len(child) for child in element)


def _name(name: Any) -> str:
    return str(etree.QName(name).localname)
