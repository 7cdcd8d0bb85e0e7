"""Regions by GB/T 2260: six digits, two each for province, prefecture and county."""

import re
from collections.abc import Iterable

PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省",
    "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省",
    "35": "福建省", "36": "江西省", "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省",
    "44": "广东省", "45": "广西壮族自治区", "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省",
    "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip
"""First two digits of provinces, autonomous regions, municipalities and special administrative regions."""
NO_REGION = "000000"
"""Code for no region: the central government, and imported pages."""
GOVERNMENT_OF_A_REGION = r"^(\w{1,20}[省市县区旗州盟])人民政府(?:办公[室厅])?$"
"""Matches the agency that governs a region, whose name is the first group; for Python and PostgreSQL."""
_PEOPLES_GOVERNMENT = re.compile(GOVERNMENT_OF_A_REGION)


def region_names(regions_and_agencies: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by code, of the regions of these agencies: as a region's own government is called, else its province.

    No table of the codes below provinces is kept: they change every year, and the agencies' names are there.
    """
    names: dict[str, str] = {}
    for region, agency in regions_and_agencies:
        own = _PEOPLES_GOVERNMENT.match(agency)
        if own:
            names[region] = own[1]
        elif region != NO_REGION and region[:2] in PROVINCES:
            names.setdefault(region, PROVINCES[region[:2]])
    return names
