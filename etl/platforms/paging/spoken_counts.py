"""Counts as people write them: 六十条, 廿二件, 60余条, 1.2万多件, 近百篇.

Each is read as the lowest number that it may mean; 近60件 as nine tenths of 60.
"""

import re

from etl.numerals import read_chinese
from etl.outside import digits

_NUMERAL = "〇零○一二两三四五六七八九十廿卅百千壹贰叁肆伍陆柒捌玖拾佰仟"
_UNIT = "[条條篇件则則份宗页頁]|[个个]文件"
_SPOKEN = re.compile(
    rf"(?P<about>(?:(?<![最附])近|约)?)(?P<number>(?<![\d.])\d{{1,7}}(?:\.\d{{1,3}})?|[{_NUMERAL}]{{1,8}})(?P<scale>[万千]?)[余多几来]?(?P<scale2>[万千]?)[余多]?(?={_UNIT})"
)
_NUMBERED = re.compile(rf"(?<=[总合]数|总计|合计)(?P<colon>[:：为是]?)(?P<number>[{_NUMERAL}]{{1,8}})$")
_MAY_BE = re.compile(rf"[{_NUMERAL}万余多]{{1,2}}(?:{_UNIT})|[近约]\d|[总合][数计][:：为是]?[{_NUMERAL}]")
_ALIKE = str.maketrans("○", "〇")
_SCALES = {"": 1, "千": 1000, "万": 10_000}


def counts_in_digits(words: str) -> str:
    """The words with each count in digits; unchanged if they contain none."""
    if not _MAY_BE.search(words):
        return words
    return _NUMBERED.sub(lambda match: match["colon"] + _plain(match["number"], ""), _SPOKEN.sub(_least, words))


def may_count(words: str) -> bool:
    """Whether the words contain a count that is not written in plain digits."""
    return _MAY_BE.search(words) is not None


def _least(match: re.Match[str]) -> str:
    number = _plain(match["number"], match["scale"] or match["scale2"])
    return str(digits(number) * 9 // 10) if match["about"] and number.isdecimal() else match["about"] + number


def _plain(number: str, scale: str) -> str:
    if number[0].isascii():
        whole, _, part = number.partition(".")
        thousandths = digits(whole) * 1000 + digits(part[:3].ljust(3, "0"))
    else:
        value = read_chinese(number.translate(_ALIKE).replace("廿", "二十").replace("卅", "三十"))
        if value is None:
            return number + scale
        thousandths = value * 1000
    return str(thousandths * _SCALES[scale] // 1000)
