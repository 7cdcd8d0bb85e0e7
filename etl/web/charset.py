"""Bytes to text: the actual charset of a page, even if the page declares another one.

Order: byte order mark, then what the bytes themselves prove, then the HTTP header, then `<meta>`. Proof comes
before the declarations because government sites declare wrongly in both directions (GBK pages labelled UTF-8 after
a migration, UTF-8 pages under a server-wide `charset=gb2312`), while text that decodes as UTF-8 with three-byte
sequences in it is never GBK by accident: each Chinese character would have to fall into a seventh of the table.
A declared single-byte charset (ISO-8859-1 by default of servlets and of tools that write WARC files, windows-1252)
proves nothing, because it decodes anything: text that is whole GB18030 with Chinese letters is read as such.
A part in another charset (a footer that the server includes from a file) decides nothing about the rest.
"""

import codecs
import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"""charset\s*+=\s*+["']?\s*+([a-z0-9_.:-]{2,40})""")
_HEADER = re.compile(r"""charset\s*+=\s*+["']?\s*+([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_WIDE_MARKUP = (
    (re.compile(rb"(?:[\t\n\r ]\0)*+<\0[!?a-zA-Z]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r ])*+\0<\0[!?a-zA-Z]"), "utf-16-be"),
)
"""UTF-16 that begins with a tag, without a byte order mark."""
_CHINESE_BYTES = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}")
_RUN = re.compile(rb"[\x80-\xff][\x40-\x7e\x80-\xff]*+")
"""The text between two tags, in GBK or UTF-8; the second byte of a GBK character may be an ASCII letter."""
_CUT_LETTER = re.compile(rb"[\xe0-\xef][\x80-\xbf][\x40-\x7e]*+")
"""Two bytes of a UTF-8 character whose third byte was cut off by a program that counts bytes. In a UTF-8 page such a
pair is hardly ever a GBK character, because it would be a rare one."""
_NATIONAL_LETTERS = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe])+")
"""Runs of GB 2312 characters. Both bytes are above ASCII; in western text such bytes are seldom adjacent."""
_BOTH_BY_CHANCE = re.compile(rb"(?:[\x00-\x7f]++|(?:[\xc2-\xdf][\xa1-\xbf])++)+")
"""ASCII, and what may be characters of GB 2312 as well as letters of two bytes in UTF-8."""
_OTHER_LETTERS = re.compile("(?<![A-Za-z])[\x80-\u07ff]{2,}")
_TWICE = re.compile(rb"\xc3[\xa3-\xa9\xaf](?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb\xe2])")
"""A UTF-8 character whose three bytes were read as three western characters and encoded in UTF-8 again."""
_WIDE_BYTES, _RARELY = 4096, 50
"""Bytes in which UTF-16 is recognised; one letter of so many is a common one in any Chinese text."""
_HZ_RUN = re.compile(rb"~\{(?:[!-w][!-~])++~\}")
_WESTERN = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0))
_WRITTEN_TWICE = re.compile(f"[\x80-\xff{re.escape(_WESTERN)}]{{2,}}")
_BYTE_OF = {ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)): byte for byte in range(0x80, 0xA0)}
_MIN_TWICE = 2
"""Minimum number of Chinese characters in a run that proves that a page, or a part of it, was encoded twice."""
_META_SEARCH_BYTES = 8192
"""Bytes in which `<meta charset>` is looked for: sites put kilobytes of comments and scripts before it."""

_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_WITHOUT_CONTROLS = dict.fromkeys(_CONTROLS)
_MAX_CONTROL_SHARE = 0.05
"""Maximum share of control characters in text. Texts from Word have some; programs and packed data have at least twice
as many (a tenth of random bytes are such)."""

# WHATWG Encoding maps the older national names to the superset that decodes them all.
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "gb": "gb18030"}
_PRIVATE = re.compile("[\ue5e5\ue78d-\ue796\ue7c7\ue815-\ue864]")
_STANDARD = str.maketrans(
    "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"
    "\ue816\ue817\ue818\ue831\ue83b\ue855",
    "\u3000︐︒︑︓︔︕︖︗︘︙ḿ\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
)
"""Letters that Python's codec still puts into the private area, as GB 18030-2022 has them."""
_COMMON = frozenset(
    "的一在有和中大为為以年月日于於对對会會可及等府政公告通知关關发發开開行法民人市区區县縣镇鎮工作部门門号號"
)
"""Characters, simplified and traditional, of which every government text has many."""
_MIN_COMMON = 6
"""Minimum number of common characters to distinguish Big5 from GBK; a small table of names has fewer."""
_EURO = "gb18030_euro"
_REFUSED = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


def known_codec(name: str) -> str | None:
    """The Python codec for a charset name; None if there is none that decodes to text."""
    name = name.strip().lower()
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    canonical = info.name.replace("_", "-")
    if canonical in _REFUSED or info.name in _REFUSED or not getattr(info, "_is_text_encoding", True):
        return None
    return _ALIASES.get(canonical, canonical)


def is_text(body: bytes, content_type: str = "") -> bool:
    """Whether the bytes may be text: control characters are a tenth of random bytes, and hardly ever a part of text.

    Zeros at the end count for nothing: some servers fill their last block.
    """
    body = body.rstrip(b"\0")
    if len(body) - len(body.translate(None, _CONTROLS)) <= len(body) * _MAX_CONTROL_SHARE:
        return True
    text = decode(body, content_type)[0]  # of UTF-16 every other byte may be zero
    return len(text) - len(text.translate(_WITHOUT_CONTROLS)) <= len(text) * _MAX_CONTROL_SHARE


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """(text, charset) of a page's bytes. Never raises; bytes that fit no charset become U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            if name == "utf-8":
                body = body[len(mark) :]
                break  # editors put it before pages of any charset
            return body.decode(name, "replace").removeprefix("\ufeff"), name
    for markup, name in _WIDE_MARKUP:
        if markup.match(body):
            return body.decode(name, "replace"), name
    if b"\0" in body[:_WIDE_BYTES] and (wide := _wide_codec(body[:_WIDE_BYTES])):
        return body.decode(wide, "replace"), wide
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        if _is_mostly_utf8(body):
            return _RUN.sub(_as_utf8, body).decode("utf-8"), "utf-8"
        return _best_decoding(body, _declared_codecs(body, content_type))
    if _TWICE.search(body) and any(_has_chinese(_written_once(run)) for run in _WRITTEN_TWICE.finditer(text)):
        return _WRITTEN_TWICE.sub(_written_once, text), "utf-8"
    if body.isascii() and b"~{" in body and _is_hz(body, _declared_codecs(body, content_type)):
        return body.decode("hz", "replace"), "hz"
    # The bytes are checked first: their first word is enough, whereas declarations have to be searched for.
    if body.isascii() or _THREE_BYTES.search(body):
        return text, "utf-8"
    declared = _declared_codecs(body, content_type)
    if not declared and _is_national_by_sight(body, text):
        return decode_gb18030(body), "gb18030"
    return (text, "utf-8") if "utf-8" in declared or not declared else _best_decoding(body, declared)


def _wide_codec(head: bytes) -> str:
    """The byte order of Chinese text in UTF-16 without a byte order mark, in which many letters are common ones; "" for
    anything else."""
    for codec in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) & ~1].decode(codec, "ignore")
        if "\0" not in text and _common_letters(text) * _RARELY >= len(head) / 2:
            return codec
    return ""


def _is_hz(body: bytes, declared: list[str]) -> bool:
    """Whether ASCII bytes are Chinese in HZ (RFC 1843): they say so, or all that may be escapes of it is a run of GB
    2312, which programs also declare as `gb2312`."""
    if "hz" in declared or body.count(b"~{") != len(_HZ_RUN.findall(body)):
        return "hz" in declared
    return set(declared) <= {"gb18030"} and _common_letters(body.decode("hz", "replace")) > 0


def _is_national_by_sight(body: bytes, text: str) -> bool:
    """Whether bytes that are UTF-8 by chance are GB 2312: 通知 would be a Hebrew accent on a combining letter.

    The bytes of a third of the common characters are also two bytes of UTF-8 each, of letters that no language mixes:
    names of files are often made of such characters alone.
    """
    return bool(_BOTH_BY_CHANCE.fullmatch(body)) and any(map(_is_of_no_language, _OTHER_LETTERS.findall(text)))


def _is_of_no_language(run: str) -> bool:
    """Whether letters beyond ASCII are of several scripts, or begin with an accent that has no letter below it."""
    letters = [letter for letter in run if unicodedata.category(letter)[0] in "LM"]
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return len(scripts) > 1 or (bool(letters) and unicodedata.category(letters[0]) == "Mn")


def _written_once(run: re.Match[str]) -> str:
    """The original text of a run that a database or program encoded in UTF-8 twice; any other run unchanged."""
    try:
        return bytes(_BYTE_OF.get(ord(letter), ord(letter)) for letter in run[0]).decode("utf-8")
    except ValueError:
        return run[0]


def _has_chinese(text: str) -> bool:
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text) >= _MIN_TWICE


def _is_mostly_utf8(body: bytes) -> bool:
    """Whether most bytes above ASCII are Chinese characters in UTF-8; one in sixty GBK characters looks like one."""
    return 6 * len(_CHINESE_BYTES.findall(body)) > sum(map(len, _RUN.findall(body)))


def _as_utf8(run: re.Match[bytes]) -> bytes:
    """A run of a UTF-8 page: unchanged, or converted from GB18030 if it is valid GB18030 and mostly not UTF-8."""
    try:
        run[0].decode("utf-8")
        return run[0]
    except UnicodeDecodeError:
        text = run[0].decode("utf-8", "replace")
    if not _is_mostly_utf8(run[0]) and not _CUT_LETTER.fullmatch(run[0]):
        with suppress(UnicodeDecodeError):
            text = decode_gb18030(run[0], "strict")
    return text.encode("utf-8")


def _declared_codecs(body: bytes, content_type: str) -> list[str]:
    match = _HEADER.search(content_type)
    names = [match.group(1)] if match else []
    names += [m.group(1).decode("ascii") for m in _META.finditer(body[:_META_SEARCH_BYTES].lower())]
    return [codec for codec in map(known_codec, names) if codec]


def _best_decoding(body: bytes, declared: list[str]) -> tuple[str, str]:
    """(text, charset) with the fewest undecodable bytes; of equal ones, the charset that is declared."""
    best: tuple[int, str, str] | None = None
    if any(map(_is_single_byte, declared)) and _is_chinese(body):
        declared = [name for name in declared if not _is_single_byte(name)]
    for name in dict.fromkeys([*declared, "utf-8", "gb18030", "big5"]):
        text = decode_gb18030(body, _EURO) if name == "gb18030" else body.decode(name, "replace")
        # Control characters that no text has count too: single-byte codecs make them from bytes of other charsets.
        faults = text.count("\ufffd") + sum(text.count(c) for c in "\x80\x81\x8d\x8f\x90\x9d")
        if best is None or faults < best[0]:
            best = (faults, text, name)
        if faults == 0:
            break
    assert best is not None
    other = _whole_big5(body) if best[2] == "gb18030" and not declared else None
    if other is not None and _common_letters(other) > max(_MIN_COMMON, 3 * _common_letters(best[1])):
        return other, "big5"
    return best[1], best[2]


def decode_gb18030(body: bytes, errors: str = "replace") -> str:
    """The text of bytes in GB 18030 or GBK, by the edition of 2022; with `_EURO` byte 80 is €, as Windows writes it."""
    text = body.decode("gb18030", errors)
    return text.translate(_STANDARD) if _PRIVATE.search(text) else text


def _euro(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return ("€", error.start + 1) if error.object[error.start] == 0x80 else ("\ufffd", error.end)


codecs.register_error(_EURO, _euro)


def _whole_big5(body: bytes) -> str | None:
    """The text, if all bytes are Big5. Most Big5 is also valid GB 18030, but of characters that nobody uses."""
    try:
        return body.decode("big5")
    except UnicodeDecodeError:
        return None


def _common_letters(text: str) -> int:
    return sum(letter in _COMMON for letter in text)


@lru_cache
def _is_single_byte(codec: str) -> bool:
    return len(bytes(range(256)).decode(codec, "replace")) == 256


def _is_chinese(body: bytes) -> bool:
    """Whether the bytes are valid GB18030, except for a truncated character at the end, and mostly Chinese characters.

    Text of other alphabets whose letters are all above ASCII (Cyrillic, Greek) is not valid: half of its words have an
    odd number of letters.
    """
    try:
        codecs.getincrementaldecoder("gb18030")().decode(body)
    except UnicodeDecodeError:
        return False
    letters = sum(len(run) for run in _NATIONAL_LETTERS.findall(body))
    return letters * 2 > sum(len(run) for run in re.findall(rb"[\x80-\xff]+", body))
