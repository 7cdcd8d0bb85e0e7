"""文号, the number that an issuing body gives its document (GB/T 9704-2012, 7.2.5)."""

import re
import unicodedata

from etl.file_names import without_text_ending

_BRACKETS = str.maketrans("[]【】()〈〉{}「」<>", "〔〕〔〕〔〕〔〕〔〕〔〕〔〕")
_OPEN, _CLOSE = r"[〔\[【(（〈﹝［]", r"[〕\]】)）〉﹞］]"
# 机关代字 + 〔year〕 + serial + 号; pages put white space anywhere between them.
_CORE = (
    r"[\u4e00-\u9fffA-Za-z·、]{2,20}\s*+"
    rf"(?:{_OPEN}\s*+(?:19|20)\s*+\d\s*+\d\s*+{_CLOSE})\s*+(?:第\s*+)?\d{{1,5}}(?:[-—]\d{{1,3}})?\s*+号"
)
# Announcements and orders: 公告2025年第17号, 令第55号.
_ANNOUNCEMENT = (
    r"[\u4e00-\u9fff、 ]{2,40}(?:公告|通告|令|公报|命令)\s*+"
    r"(?:[(（]\s*+(?:(?:19|20)\d\d年)?第\s*+[\d一二三四五六七八九十百]{1,4}\s*+号\s*+[)）]"
    r"|[〔(（\[]?\s*+(?:(?:19|20)\d\d\s*+年?\s*+[〕)）\]]?\s*+)?第?\s*+[\d一二三四五六七八九十百]{1,4}\s*+号)"
)
_WHOLE = re.compile(rf"^[（(〔\[【]?\s*({_CORE}|{_ANNOUNCEMENT})\s*[）)〕\]】]?$")
_WITHIN = re.compile(_CORE)
_CITED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_LEAD = re.compile(r"^(?:根据|按照|依据|关于|印发|贯彻|落实|现将|见|的|和|及|与|以|由|为|对|在)+")


def normalise_document_number(raw: str) -> str:
    """沪府办〔2022〕3号 from `沪府办 [2022] 第03 号`: no white space, 〔〕; no 第, no leading zero after the year."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", raw))
    text = re.sub(r"^〔(.+号)〕$", r"\1", text.translate(_BRACKETS))
    return re.sub(r"(〔(?:19|20)\d\d〕)第?0*(\d)", r"\1\2", text)


def match_document_number(text: str) -> str | None:
    """The number that a line consists of (a red header, a line under the title), or None."""
    if "号" not in text:
        return None
    text = without_text_ending(text.strip())
    if len(text) > 60:
        return None
    match = _WHOLE.match(text)
    return match.group(1) if match else None


_SIGNED = re.compile(r"\s*(?:会签人|签发人?)\s*[:：].{0,40}$")


def number_of_red_header(text: str) -> str | None:
    """The number that a line consists of, alone or beside who signed the document: `云政发〔2023〕1号 签发人：王一`."""
    return match_document_number(_SIGNED.sub("", text.strip())) if "号" in text else None


def document_number_at_start(text: str) -> str | None:
    """The number with which a line begins that goes on with a title, as names of files do: 云政发〔2023〕1号关于…."""
    match = _WITHIN.match(text.strip())
    return match.group(0) if match else None


def document_number_in_title(title: str) -> str | None:
    """A number in the title that is not inside a cited title's 《》."""
    match = _WITHIN.search(_CITED.sub("《》", title)) if "号" in title else None
    return _LEAD.sub("", match.group(0)) if match else None


def can_be_document_number(text: str) -> bool:
    """Whether a labelled value can be a 文号: it has a digit, and is neither a date nor a web address."""
    text = unicodedata.normalize("NFKC", text).strip()
    return (
        bool(re.search(r"\d|[一二三四五六七八九十]号", text))
        and len(text) <= 80
        and "http" not in text
        and not re.fullmatch(r"[\d\s:/.年月日-]+", text)
    )
