"""Writes XML piece by piece, from texts that may contain characters which XML does not allow."""

import re
from typing import IO, Any

from lxml import etree

# Everything that is no character according to XML 1.0, section 2.2.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(value: object) -> str:
    """The text, with U+FFFD for each character that XML does not allow."""
    return _NOT_XML.sub("\ufffd", str(value))


def child(parent: Any, name: str, value: object = None, **attributes: str) -> Any:
    """A new element in the parent, with text if there is a value. A name may have its namespace in braces."""
    element = etree.SubElement(parent, name, {key: xml_text(text) for key, text in attributes.items()})
    if value is not None:
        element.text = xml_text(value)
    return element


def open_xml(out: IO[bytes]) -> Any:
    """A writer of XML to the file, in UTF-8."""
    return etree.xmlfile(out, encoding="UTF-8")
