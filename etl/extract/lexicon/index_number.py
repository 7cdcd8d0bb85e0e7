"""索引号 (index number): the identifier of an entry in a disclosure catalog, and its parts.

国办《政府信息公开目录系统实施指引（试行）》: organisation code without hyphen, `/`, year, `-`, five-digit serial. Sites
write many other forms, so what cannot be read is kept raw, and a wrong check digit is a flag, never a rejection.
"""

import re
import unicodedata

from etl.dates import YEAR
from etl.extract.types import IndexNumber
from etl.regions import PROVINCES

_GB_11714_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_GB_32100_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SERIAL = rf"(?P<year>{YEAR})(?P<month>\d{{2}})?\s*-\s*(?P<serial>\d{{1,12}})"
_FORMS = (
    ("credit_code", re.compile(rf"^(?P<code>[0-9A-HJ-NPQRTUWXY]{{18}})[/\-]{_SERIAL}$")),
    ("organisation_code", re.compile(rf"^(?P<code>[0-9A-Z]{{8}}-?[0-9X])[/\-]{_SERIAL}$")),
    ("region_code", re.compile(rf"^(?P<code>\d{{6}}0\d{{3}})/{_SERIAL}$")),
    ("local", re.compile(rf"^(?P<code>[A-Z]{{1,4}}\d{{3,8}}(?:-\d{{2,6}}){{0,3}})-{_SERIAL}$")),
    ("year_serial", re.compile(rf"^/?{_SERIAL}$")),
)


def is_valid_organisation_code(code: str) -> bool:
    """GB 11714: eight characters and a check character, 11 − (weighted sum mod 11), 10 → X, 11 → 0."""
    code = code.replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    total = sum(int(c, 36) * w for c, w in zip(code, _GB_11714_WEIGHTS, strict=False))
    check = 11 - total % 11
    return code[8] == {10: "X", 11: "0"}.get(check, str(check))


def is_valid_credit_code(code: str) -> bool:
    """GB 32100: 17 characters weighted by 3^i mod 31, check character 31 − (sum mod 31) in an alphabet of 31."""
    if len(code) != 18 or any(c not in _GB_32100_ALPHABET for c in code):
        return False
    total = sum(_GB_32100_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _GB_32100_ALPHABET.index(code[17]) == -total % 31


def region_level(region: str) -> str | None:
    """The level of a six-digit region (GB/T 2260: province, prefecture, county, two digits each; in credit codes 100000
    means the nation); None if no province has its first two digits."""
    if region == "100000":
        return "nation"
    if region[:2] not in PROVINCES:
        return None
    return "county" if region[4:] != "00" else "prefecture" if region[2:4] != "00" else "province"


def parse_index_number(raw: str) -> IndexNumber:
    """The parts of an 索引号. Never raises; an unknown form has scheme `other`."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", raw)).upper()
    scheme, match = next(((s, m) for s, form in _FORMS if (m := form.match(text))), ("other", None))
    if match is None:
        return IndexNumber(raw, scheme, flags=("unknown_form",))
    code = match.groupdict().get("code")
    flags: list[str] = []
    organisation = credit = region = level = None
    if scheme == "credit_code" and code:
        credit, organisation, region = code, code[8:17], code[2:8]
        if not is_valid_credit_code(code):
            flags.append("credit_code_check")
        if not is_valid_organisation_code(organisation):
            flags.append("organisation_code_check")
    elif scheme == "organisation_code" and code:
        organisation = code.replace("-", "")
        if not is_valid_organisation_code(organisation):
            flags.append("organisation_code_check")
    elif scheme == "region_code" and code:
        region = code[:6]
    if region and (level := region_level(region)) is None:
        flags.append("unknown_region")
    return IndexNumber(
        raw, scheme, organisation, credit, region, level, int(match["year"]), match["serial"], tuple(flags)
    )
