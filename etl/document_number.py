"""文号, the number that an issuing body gives its document (GB/T 9704-2012, 7.2.5)."""

import re
import unicodedata

from etl.file_names import without_text_ending

_BRACKETS = str.maketrans("[]【】()〈〉{}「」<>", "〔〕〔〕〔〕〔〕〔〕〔〕〔〕")
_PLACE = re.compile(r"〔((?![一二][〇○零O一九])[\u4e00-\u9fff]{1,10})〕(?=[\u4e00-\u9fff]*〔)")
"""In 〔〕 after `_BRACKETS`: the branch of an agency before the year, 云环审（东城）〔2023〕27号."""
_OPEN, _CLOSE = r"[〔\[【(（〈﹝［]", r"[〕\]】)）〉﹞］]"
# 机关代字 + 〔year〕 + serial + 号; pages put white space anywhere between them.
_YEAR_AND_SERIAL = (
    rf"(?:{_OPEN}\s*+(?:(?:19|20)\s*+\d\s*+\d|[一二][〇○零O一九][〇○零O一二三四五六七八九]{{2}})\s*+年?\s*+{_CLOSE})\s*+"
    r"(?:第\s*+)?[A-Z特]?\d{1,5}(?:[-—－]\d{1,4})?\s*+号"
)
_STATE = "试行|暂行|修[订正]|草案|[\u4e00-\u9fff]{0,5}稿|全文|节选|摘|附|转发|批转|印发|[\u4e00-\u9fff]{0,3}版"
"""What brackets behind a title may say of the document."""
_BRANCH = rf"[(（](?!{_STATE})[\u4e00-\u9fff]{{1,6}}[)）]"
"""The place of an agency in its number: （云）应急罚〔2022〕8号, 云环审（东城）〔2023〕27号."""
_CORE = rf"(?:{_BRANCH}\s*)?[\u4e00-\u9fffA-Za-z·、]{{2,20}}\s*+(?:{_BRANCH}字?\s*+)?{_YEAR_AND_SERIAL}"
_JOINT = rf"{_CORE}(?:[、,，;；/\s]*+{_CORE}){{0,4}}"
"""Agencies that issue a document together give it a number each."""
_AGENCY_ENDS = "(?<=[局委厅部府院署会办室队心所处站关行团司校馆省市县区镇乡])"
"""The last character of an agency's name: 云溪海关公告2023年第5号, but not 燃气价格调整公告（2023年第19号）."""
# Announcements and orders: 公告2025年第17号, 令第55号.
_ANNOUNCEMENT = (
    rf"[\u4e00-\u9fff、 ]{{2,40}}(?:{_AGENCY_ENDS}\s?(?:公告|通告|公报)|命?令)\s*+"
    r"(?:[(（]\s*+(?:(?:19|20)\d\d年)?第\s*+[\d一二三四五六七八九十百]{1,7}\s*+号\s*+[)）]"
    r"|[〔(（\[]?\s*+(?:(?:19|20)\d\d\s*+年?\s*+[〕)）\]]?\s*+)?第?\s*+[\d一二三四五六七八九十百]{1,7}\s*+号)"
)
# （2021）云01行终123号: the court's own number of its case.
_CASE = (
    r"[(（〔\[]\s*+(?:19|20)\d\d\s*+[)）〕\]]\s*+[\u4e00-\u9fff]{1,6}\d{0,4}[\u4e00-\u9fff]{1,8}\d{1,6}\s*+号"
    r"(?:之[一二三四五六七八九十\d]{1,3})?"
)
_YEARLY = r"(?:19|20)\d\d\s*+年\s*+第\s*+\d{1,4}\s*+号"
_WHOLE = re.compile(rf"^[（(〔\[【]?\s*({_JOINT}|{_ANNOUNCEMENT}|{_CASE})\s*[）)〕\]】]?$")
_WITHIN = re.compile(_CORE)
_CITED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_TITLE_WORD = re.compile("关于|的(?:通知|公告|通告|决定)")
"""What no organ has in its name: 云溪区药监局关于药品抽检的通告（2023年第12号） is a title."""
_MAX_LINE_CHARS = 80
_LEAD = re.compile(r"^(?:根据|按照|依据|关于|印发|贯彻|落实|现将|见|的|和|及|与|以|由|为|对|在)+")


def normalise_document_number(raw: str) -> str:
    """沪府办〔2022〕3号 from `沪府办 [2022] 第03 号`: no white space, 〔〕; no 第, no leading zero after the year."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", raw))
    text = re.sub(r"^〔(.+号)〕$", r"\1", text.translate(_BRACKETS))
    text = _PLACE.sub(r"（\1）", text)
    return re.sub(r"(〔(?:19|20)\d\d〕)第?0*(\d)", r"\1\2", text)


def match_document_number(text: str) -> str | None:
    """The number that a line consists of (a red header, a line under the title), or None."""
    if "号" not in text:
        return None
    text = without_text_ending(text.strip())
    if len(text) > _MAX_LINE_CHARS:
        return None
    match = _WHOLE.match(text)
    return match.group(1) if match and not _TITLE_WORD.search(match.group(1)) else None


_REGISTRATION = r"[A-Z]{2,8}\d{0,4}[-—－]\d{4}[-—－]\d{3,8}"
_URGENT = r"(?:特\s*急|加\s*急|平\s*急|急\s*件|特\s*提|明\s*电)"
_BEFORE_NUMBER = re.compile(rf"^(?:(?:{_URGENT}|{_REGISTRATION})[\s:：·★]+){{1,2}}")
_BEHIND_NUMBER = re.compile(
    r"\s*(?:(?:会签人|签发人?)\s*[:：].{0,40}|[(（][^（）()]{0,10}(?:公开|共?印\d*份|\d份|件)[^（）()]{0,8}[)）]"
    rf"|\s{_URGENT}|\s{_REGISTRATION}|\s(?:(?:类别|办理结果|答复类[别型])[:：]?\s*)?[A-C]类?|\s(?:主动|不予?)?公开){{1,3}}$"
)
"""What stands beside the number of a red header: how urgent it is, who signed it, how many copies were printed, its
number in a register."""
_ORGAN = re.compile(r"[\u4e00-\u9fffA-Za-z·、 \u3000]{2,40}")
_NO_ORGAN = re.compile("关于|的|《|，|印发|第.+号")
_REST = re.compile(
    rf"[(（]?\s*(?:{_YEAR_AND_SERIAL}|(?:(?:19|20)\d\d\s*年?\s*)?第\s*[\d一二三四五六七八九十百]{{1,7}}\s*号|{_YEARLY})\s*[)）]?"
)
"""The second line of a number: 第256号, 〔2022〕322号."""


def number_of_red_header(text: str) -> str | None:
    """The number that a line consists of, alone or beside what a red header says next to it:
    `云政发〔2023〕1号 签发人：王一`, `特急 云政发〔2023〕1号`."""
    if "号" not in text or len(text) > 2 * _MAX_LINE_CHARS:
        return None
    return match_document_number(_BEHIND_NUMBER.sub("", _BEFORE_NUMBER.sub("", text.strip())))


def number_over_two_lines(line: str, following: str) -> str | None:
    """The number of which a line is the organ and the next one the rest: 云溪市人民政府令 / 第256号."""
    if "号" not in following or not _REST.fullmatch(following.strip()):
        return None
    organ = line.strip()
    if not _ORGAN.fullmatch(organ) or _NO_ORGAN.search(organ):
        return None
    return match_document_number(f"{organ} {following.strip()}")


_ANNOUNCES = re.compile("(?:公告|通告|令|通报)$")
_YEARLY_ALONE = re.compile(rf"[(（]?\s*({_YEARLY})\s*[)）]?")


def number_below_headline(headline: str, line: str) -> str | None:
    """The number that a line below a headline goes on with: of an announcement without its organ (关于…的公告 /
    2023年第12号), of an order whose name is the headline (云溪市人民政府令 / 第256号)."""
    if "号" not in line:
        return None
    if number := number_over_two_lines(headline, line):
        return number
    match = _YEARLY_ALONE.fullmatch(line.strip()) if _ANNOUNCES.search(headline.strip()) else None
    return match[1] if match else None


def document_number_at_start(text: str) -> str | None:
    """The number with which a line begins that goes on with a title, as names of files do: 云政发〔2023〕1号关于…."""
    match = _WITHIN.match(text.strip())
    return match.group(0) if match else None


_CITED_BEHIND = re.compile(r"\s*[)）〕\]】]?(?:的|文[件字]?|精神|等|规定|要求|中)")
"""What goes on behind a number of another document that a title cites: 《甲》（云政发〔2020〕1号）的通知."""
_CITES = re.compile("(?:关于|根据|按照|依据|贯彻|落实|转发|执行|停止|废止|修改|延长)")
_BEHIND_TITLE, _GOES_ON = re.compile(r"》\s*[(（〔\[]$"), re.compile(r"\s*[)）〕\]]\s*[\u4e00-\u9fff]")
"""关于修改《甲》（云政发〔2020〕1号）部分条款的决定."""
_GENRE_BEFORE = re.compile(
    r".*的(?:通知|公告|通告|意见|决定|批复|通报|函|报告|办法|规定|细则|方案|答复)(?=[\u4e00-\u9fff]{2})"
)


def document_number_in_title(title: str) -> str | None:
    """A number in the title that is not inside a cited title's 《》, and not one that the title goes on to cite."""
    if "号" not in title:
        return None
    own = _CITED.sub("《》", title)
    for match in _WITHIN.finditer(own):
        number = _GENRE_BEFORE.sub("", match.group(0))
        is_cited = _CITED_BEHIND.match(own, match.end()) or (number == match.group(0) and _CITES.match(number))
        is_cited = is_cited or (_BEHIND_TITLE.search(own, 0, match.start()) and _GOES_ON.match(own, match.end()))
        if not is_cited:
            return _LEAD.sub("", number)
    return None


_ANNOUNCED_FIRST = re.compile(rf"({_ANNOUNCEMENT})(?=$|[\s(（:：]|关于|《)")
_ANNOUNCED_LAST = re.compile(rf"[\s(（〔\[]({_ANNOUNCEMENT})\s*[)）〕\]]?$")
_YEARLY_LAST = re.compile(rf"(?:公告|通告|令|决定|公报|通报)\s*[(（〔\[]?\s*({_YEARLY})\s*[)）〕\]]?$")
_CASE_FIRST = re.compile(rf"({_CASE})(?=.{{0,24}}(?:书|令)$)")


def announcement_in_title(title: str) -> str | None:
    """The number of an announcement or order with which a title begins or ends, or of the case whose judgment it names:
    `云溪海关公告2023年第5号（关于…的公告）`, `关于…的公告（2023年第5号）`, `云溪法院（2021）云01行终12号行政判决书`."""
    if "号" not in title:
        return None
    own = _CITED.sub("《》", title).strip()
    for match in (_ANNOUNCED_FIRST.match(own), _ANNOUNCED_LAST.search(own)):
        if match and not _NO_ORGAN.search(match[1].split("第")[0]):
            return match[1]
    match = _YEARLY_LAST.search(own) or _CASE_FIRST.search(own)
    return match[1] if match else None


def can_be_document_number(text: str) -> bool:
    """Whether a labelled value can be a 文号: it has a digit, and is neither a date nor a web address."""
    text = unicodedata.normalize("NFKC", text).strip()
    return (
        bool(re.search(r"\d|[一二三四五六七八九十]号", text))
        and len(text) <= 80
        and "http" not in text
        and not re.fullmatch(r"[\d\s:/.年月日-]+", text)
    )
