"""File names of responses: the header Content-Disposition (RFC 6266, RFC 8187), in the forms that servers actually
send."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from urllib.parse import quote, unquote_to_bytes

from etl.web.charset import decode, known_codec

_PARAMETER = re.compile(
    r""";\s*(filename\*?(?:\d{1,2}\*?)?)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;]*))""", re.IGNORECASE | re.DOTALL
)
_QUOTED_PAIR = re.compile(r"\\([\"\\])")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPED_TWICE = re.compile(r"(?:%25[0-9A-Fa-f]{2}){2}")
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?[BbQq]\?[^?]*\?=")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ufffd\ud800-\udfff]")
_MAX_NAME_CHARS = 200


def saved_name(headers: Iterable[Sequence[str]]) -> str:
    """The file name that a response's headers (name, value) state, without folders; "" for none. Never raises.

    `filename*` counts before `filename`. The latter holds what servers send: raw UTF-8 or GBK, escapes as in addresses,
    encoded words of mail.
    """
    stated = [value for name, value in headers if name.lower() == "content-disposition"]
    names: dict[str, str] = {}
    for kind, quoted, token in _PARAMETER.findall(f";{stated[-1]}" if stated else ""):
        value = _QUOTED_PAIR.sub(r"\1", quoted) if quoted else token.strip().strip("'\"")
        names.setdefault(kind.lower(), value)
    continued = _continued(names)
    plain = names.get("filename") or (continued if "filename*0" in names else "")
    name = _extended(names.get("filename*") or continued) or _plain(plain)
    last = re.split(r"[/\\]", name)[-1]
    return _UNPRINTABLE.sub("", last).strip()[:_MAX_NAME_CHARS]


def _continued(names: Mapping[str, str]) -> str:
    """The value of a parameter that is sent in numbered parts (RFC 2231, 3): `filename*0*=utf-8''%E9; filename*1=.doc`.
    The parts without a star at their end are not escaped."""
    parts: list[str] = []
    is_extended = "filename*0*" in names
    while (escaped := names.get(f"filename*{len(parts)}*")) is not None or f"filename*{len(parts)}" in names:
        plain = names.get(f"filename*{len(parts)}", "")
        parts.append(escaped if escaped is not None else quote(plain) if is_extended else plain)
    return "".join(parts)


def disposition(kind: str, fallback: str, name: str) -> str:
    """A header that saves under `name`; `fallback` is ASCII, for what knows no other names (RFC 6266, appendix D)."""
    extended = f"; filename*=UTF-8''{quote(name, safe='')}" if name else ""
    return f'{kind}; filename="{fallback}"{extended}'


def _extended(value: str) -> str:
    charset, _, rest = value.strip('"').partition("'")
    _language, mark, escaped = rest.partition("'")
    if not mark and "%" in charset:  # as some write it: UTF-8%E9%99%84
        charset, mark, escaped = charset.partition("%")
        escaped = f"%{escaped}"
    codec = known_codec(charset)
    name = unquote_to_bytes(escaped).decode(codec, "replace") if mark and codec else ""
    return "" if "\ufffd" in name else name


def _plain(value: str) -> str:
    if _ENCODED_WORD.search(value):
        try:
            parts = decode_header(value)
        except HeaderParseError:
            return value
        return "".join(part if isinstance(part, str) else decode(part, f"charset={name}")[0] for part, name in parts)
    value = html.unescape(value) if "&#" in value else value
    if _ESCAPED.search(value) and value.isascii():
        once = decode(unquote_to_bytes(value))[0]
        return decode(unquote_to_bytes(once))[0] if once.isascii() and _ESCAPED_TWICE.search(value) else once
    if not value.isascii() and all(character < "\u0100" for character in value):
        return decode(value.encode("latin-1"))[0]  # bytes of the header, each as a letter
    return value
