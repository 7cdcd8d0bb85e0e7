"""Builders of PDF files, with text, with tables, garbled, encrypted, or nothing but pictures."""

import io
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

Piece = tuple[float, float, str] | tuple[float, float, str, float]
"""Left, height above the page's lower edge, text, its size in points if that is not 12."""
_SONG = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /{encoding} /DescendantFonts ["
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo "
    "<< /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> "
    "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /ItalicAngle 0 /Ascent 880 "
    "/Descent -120 /CapHeight 880 /StemV 80 /FontBBox [0 -120 1000 880] >> >>] >>"
)


def pdf(
    pages: Sequence[Sequence[Piece]],
    *,
    drawn: str = "",
    garbled: bool = False,
    downwards: bool = False,
    trailer: str = "",
    turned: int = 0,
    of_page: str = "",
    of_catalog: str = "",
    added: Sequence[str] = (),
) -> bytes:
    """A PDF whose pages (A4) hold these pieces of text; `drawn` are operators before the text.

    `of_page` and `of_catalog` are further entries, which may name the objects `added`, from 4 on.

    The text of a page may run `downwards`.
    On a page that is `turned` by 90 degrees the second number of a piece is its distance from the upper edge.
    """
    encoding, ordering = ("Identity-H", "Identity") if garbled else (f"UniGB-UCS2-{'V' if downwards else 'H'}", "GB1")
    catalog = f"<< /Type /Catalog /Pages 2 0 R {of_catalog} >>"
    objects = [catalog, "", _SONG.format(encoding=encoding, ordering=ordering), *added]
    kids = []
    for pieces in pages:
        # On a page that is turned by 90 degrees, text that a reader sees upright runs upwards.
        place = "0 1 -1 0 {1} {0} Tm" if turned else "1 0 0 1 {0} {1} Tm"
        shown = " ".join(
            f"/F1 {size[0] if size else 12} Tf {place.format(x, y)} <{text.encode('utf-16-be').hex()}> Tj"
            for x, y, text, *size in pieces
        )
        stream = f"{drawn} BT /F1 12 Tf {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {turned} {of_page} "
            f"/Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    made = b"%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    listed = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{listed}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode()


def encrypted_pdf() -> bytes:
    """A PDF that no empty password opens."""
    keys = f"/O <{'11' * 32}> /U <{'22' * 32}>"
    return pdf(
        [[(72, 700, "不公开的内容")]],
        trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 {keys} >> /ID [<{'33' * 16}> <{'33' * 16}>]",
    )


def table_pdf(rows: Sequence[Sequence[str]], above: str) -> bytes:
    """A paragraph, then a ruled table 100 points a column and 40 a row; a cell's `\\n` breaks its line."""
    pieces: list[Piece] = [(72, 740, above)]
    lines = []
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            for at, text in enumerate(cell.split("\n")):
                pieces.append((76 + 100 * x, 685 - 40 * y - 14 * at, text))
    width, height = 100 * len(rows[0]), 40 * len(rows)
    for y in range(len(rows) + 1):
        lines.append(f"72 {700 - 40 * y} m {72 + width} {700 - 40 * y} l S")
    for x in range(len(rows[0]) + 1):
        lines.append(f"{72 + 100 * x} 700 m {72 + 100 * x} {700 - height} l S")
    return pdf([pieces], drawn=" ".join(lines))


def picture(*lines: str, size: tuple[int, int] = (900, 400)) -> Image.Image:
    """A white picture with lines of Latin text in the one font that every Pillow has."""
    made = Image.new("RGB", size, "white")
    font = ImageFont.load_default(size=36)
    for number, line in enumerate(lines):
        ImageDraw.Draw(made).text((40, 40 + 60 * number), line, fill="black", font=font)
    return made


def saved(image: Image.Image, form: str) -> bytes:
    """The picture as a file; as PDF it fills a page, as a scanner makes it."""
    made = io.BytesIO()
    image.save(made, form)
    return made.getvalue()


def with_attachment(body: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    document = pdfium.PdfDocument(body)
    document.new_attachment(name).set_data(content)
    document.save(made)
    return made.getvalue()
