"""What is drawn on the sheets of a workbook of Excel 97–2003: the words of its text boxes, form controls and charts."""

import struct
from collections.abc import Iterator

_BOF, _EOF, _CONTINUE = 0x809, 0x0A, 0x3C
_OBJECT, _TEXT, _CHART_TEXT = 0x5D, 0x1B6, 0x100D
_COMMENT = 0x19


def drawn_texts(stream: bytes, at: int) -> Iterator[str]:
    """The texts drawn in the substream at that offset, in their order, without comments of cells."""
    depth, kind_of_object, left = 0, 0, 0
    text = ""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _CONTINUE and left > 0 and content:
            more = content[1:].decode("utf-16-le" if content[0] & 1 else "latin-1", "replace")[:left]
            text, left = text + more, left - len(more)
        elif kind != _CONTINUE:
            left = 0
        if text and left <= 0:
            yield text
            text = ""
        if kind == _OBJECT and len(content) >= 6:
            kind_of_object = struct.unpack_from("<H", content, 4)[0]
        elif kind == _TEXT and len(content) >= 12 and kind_of_object != _COMMENT:
            left = struct.unpack_from("<H", content, 10)[0]
        elif kind == _CHART_TEXT and len(content) > 4:
            yield content[4:].decode("utf-16-le" if content[3] & 1 else "latin-1", "replace")[: content[2]]
        if depth <= 0:
            return
